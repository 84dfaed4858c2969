#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "inputs/input.h"
#include "journal/journal.h"
#include "journal/retry_window.h"
#include "journal_gate.h"
#include "outputs/output.h"
#include "pipeline/checkpoint_file.h"
#include "pipeline/output_runner.h"
#include "pipeline/pull_intake.h"
#include "pipeline/push_intake.h"
#include "pipeline/shards.h"
#include "pipeline/stages.h"
#include "pipeline/state_folder.h"
#include "world.h"

namespace firn::faults {

struct ProcessOptions {
  size_t memory_bytes = 64 << 20;  ///< rows beyond it are spilled
  size_t handoff_bytes = 1 << 20;  ///< small: bodies are read back from the journal
  uint32_t expire_every_commits = 100;
  uint64_t journal_limit_bytes = 64 << 20;
  std::chrono::nanoseconds retry_window = std::chrono::hours(24);
  std::string state_folder;  ///< empty = World::state()
  /// An output for each, with a runner of its own; with several, a query's rows go through the journal too.
  std::vector<std::string> namespaces{kNamespace};
  /// Stands between the process and the disk; null = the disk itself.
  std::function<storage::FileSystem&()> file_system;
  /// Stands between a runner and its output.
  std::function<std::unique_ptr<outputs::Output>(std::unique_ptr<outputs::Output>)> wrap_output;
};

/// One life of the program on a World: the parts that `firn run` is made of, put together as pipeline.cc does, with one
/// worker an output and no flush but those that are asked for. Outputs take records one after another, and between
/// calls nothing moves, so that the disk's calls come in the same order each time. Destroyed without Stop, it dies:
/// nothing is flushed.
class Process {
 public:
  /// Opens what is durable and works off what the journal holds.
  static Result<std::unique_ptr<Process>> Start(World& world, const ProcessOptions& options = {});
  ~Process();

  /// What a listener does with a body; returns with the client's answer, after the workers have taken the rows.
  Status Send(const std::string& body);
  /// Bodies of several clients at the same time: the first is written by itself, and while it is the others gather, to
  /// be written together. Gives each client's answer.
  std::vector<Status> SendTogether(const std::vector<std::string>& bodies);
  enum class AnswerEnd : uint8_t { kGood, kBreaksOff };
  /// What a query does with a window, a position of its own shard; with kBreaksOff its rows must not come in.
  Status Pull(int64_t window, const std::string& lines, AnswerEnd end);
  /// Up to which window everything was handed over, and up to which it is durably in the tables; 0 = none.
  int64_t last_window() const { return pulls_.at(kPulledSource)->LastPosition(kPulledShard).value_or(0); }
  int64_t durable_window() const;
  /// Like the flusher's turn. OK also when there was nothing to do.
  Status Flush(size_t output = 0) { return outputs_[output]->runner->FlushNow(); }
  size_t outputs() const { return outputs_.size(); }
  /// Everything that was acknowledged is in the tables, and is known to be.
  bool IsDrained() const;
  /// Why the process wants to end; its supervisor starts it again.
  std::optional<Status> fatal() const;
  bool superseded() const;

  OpenedWarehouse& warehouse() { return warehouse_; }
  journal::Journal& journal() { return *journal_; }
  const journal::RetryWindow& retries() const { return *retries_; }
  pipeline::RunnerStats stats() const { return outputs_[0]->runner->stats(); }

 private:
  static constexpr char kPulledSource[] = "query";
  static constexpr char kPulledShard[] = "windows";

  Process(World& world, ProcessOptions options)
      : world_(world),
        options_(std::move(options)),
        random_(world.NewRandom()),
        gate_(options_.file_system ? options_.file_system() : world_.disk) {}
  Status OpenState();
  class WatchedOutput;
  /// An output with its runner, which goes first.
  struct RunOutput {
    std::unique_ptr<outputs::Output> output;
    std::unique_ptr<pipeline::OutputRunner> runner;
  };

  Status OpenOutputs();
  Status OpenOutput(const std::string& name_space);
  Status MakeIntakes();
  Status PullInto(int64_t window, const std::string& lines, AnswerEnd end);
  void Trim();
  void Fatal(Status status);
  /// The workers of the outputs before `end` have finished with what is in the journal, or nobody will.
  bool HaveTakenAll(size_t end) const;
  Status AwaitWorkers(size_t end);
  Status AwaitWorkers() { return AwaitWorkers(outputs_.size()); }
  /// Up to which record every output has everything durably.
  int64_t DurableSequence() const;
  storage::FileSystem& file_system() { return gate_; }

  World& world_;
  const ProcessOptions options_;
  const std::unique_ptr<Random> random_;
  JournalGate gate_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Status> fatal_;
  std::atomic<bool> dying_{false};

  std::unique_ptr<pipeline::StateFolder> state_;
  int64_t epoch_ = 0;
  std::unique_ptr<pipeline::CheckpointFile> checkpoint_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::RetryWindow> retries_;
  pipeline::ShardRegistry shards_;
  pipeline::StageChain stages_;
  OpenedWarehouse warehouse_;
  std::vector<std::unique_ptr<RunOutput>> outputs_;
  std::unique_ptr<pipeline::PushIntake> push_;
  std::stop_source pull_stop_;
  pipeline::PullIntakes pulls_;  ///< of the one query
};

/// The body as a listener would hand it over.
inputs::PushedBody BodyOf(const std::string& text, const Clock& clock);

}  // namespace firn::faults
