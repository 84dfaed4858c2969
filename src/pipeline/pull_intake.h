#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "inputs/input.h"
#include "journal/journal.h"
#include "pipeline/output_runner.h"

namespace firn::pipeline {

/// Where the rows of one pulling input enter. With one output they go straight to it; with several, into the journal,
/// from which each output takes them at its own pace. Thread-safe.
class PullIntake final : public inputs::PullSink {
 public:
  /// Everything is borrowed and outlives the intake. `journal` is null when there is one runner.
  PullIntake(std::string source, journal::Journal* journal, std::vector<OutputRunner*> runners, ShardRegistry& shards,
             std::stop_token stop);

  std::optional<int64_t> LastPosition(const std::string& shard) override;
  std::optional<int64_t> NextHeldPosition(const std::string& shard, int64_t position) override;
  Result<std::unique_ptr<inputs::PullTransaction>> Begin(const std::string& shard, int64_t position) override;

  /// A position that an unfinished journal holds, found at start: it counts as handed over.
  void NoteJournaled(const std::string& shard, int64_t position);

 private:
  friend class DirectTransaction;
  friend class JournaledTransaction;
  void NoteFinished(const std::string& shard, int64_t position);

  const std::string source_;
  journal::Journal* const journal_;
  const std::vector<OutputRunner*> runners_;
  ShardRegistry& shards_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::map<std::string, int64_t> finished_;  ///< in this run, or found in the journal
  std::map<std::string, bool> cleared_;      ///< shards whose leftovers in the journal were given up
};

using PullIntakes = std::map<std::string, std::unique_ptr<PullIntake>>;  ///< by source

/// Tells the intakes of the positions that an earlier process has left whole in the journal, and that every runner has
/// or will be given.
Status NoteJournaledPositions(journal::Journal& journal, const std::vector<OutputRunner*>& runners,
                              const PullIntakes& intakes);

}  // namespace firn::pipeline
