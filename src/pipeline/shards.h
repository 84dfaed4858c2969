#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "outputs/output.h"

namespace firn::pipeline {

/// What is known of the journal as a whole stands under this source and the journal's id.
using point::kJournalSource;

/// Gives each shard its handle, the number in Batch::origin. Handles live as long as the process. Thread-safe.
class ShardRegistry {
 public:
  struct Name {
    std::string source;
    std::string shard;
  };

  uint32_t HandleOf(const std::string& source, const std::string& shard);
  Name NameOf(uint32_t handle) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, uint32_t> handles_;
  std::vector<Name> names_;
};

/// Which positions of each shard are complete: begun, and ended in whatever order, the highest position below which
/// nothing is open. Positions of a shard begin in ascending order. Thread-safe.
class ProgressTracker {
 public:
  explicit ProgressTracker(const ShardRegistry& shards) : shards_(shards) {}

  void Begin(uint32_t shard, int64_t position);
  void End(uint32_t shard, int64_t position);
  /// A position that was given up: as if it had never begun.
  void Abandon(uint32_t shard, int64_t position);
  /// One entry a shard that has ended at least one position.
  std::vector<outputs::ShardProgress> Snapshot() const;

 private:
  struct Shard {
    std::map<int64_t, bool> open;  ///< position → ended; only those not yet passed by complete_up_to
    int64_t complete_up_to = 0;
    bool any = false;
  };
  void Advance(Shard& shard);

  const ShardRegistry& shards_;
  mutable std::mutex mutex_;
  std::map<uint32_t, Shard> by_shard_;
};

}  // namespace firn::pipeline
