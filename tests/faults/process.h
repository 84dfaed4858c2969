#pragma once

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
  /// Stands between the process and the disk; null = the disk itself.
  std::function<storage::FileSystem&()> file_system;
  /// Stands between the runner and the output.
  std::function<std::unique_ptr<outputs::Output>(std::unique_ptr<outputs::Output>)> wrap_output;
};

/// Notices when the runner's worker has finished with a record, so that a simulation can go step by step.
class WatchedOutput;

/// One life of the program on a World: the parts that `firn run` is made of, put together as pipeline.cc does, with one
/// worker and no flush but those that are asked for. Between calls nothing moves. Destroyed without Stop, it dies:
/// nothing is flushed.
class Process {
 public:
  /// Opens what is durable and works off what the journal holds.
  static Result<std::unique_ptr<Process>> Start(World& world, const ProcessOptions& options = {});
  ~Process();

  /// What a listener does with a body; returns with the client's answer, after the worker has taken the rows.
  Status Send(const std::string& body);
  /// Bodies of several clients at the same time: the first is written by itself, and while it is the others gather, to
  /// be written together. Gives each client's answer.
  std::vector<Status> SendTogether(const std::vector<std::string>& bodies);
  enum class AnswerEnd : uint8_t { kGood, kBreaksOff };
  /// What a query does with a window, a position of its own shard; with kBreaksOff its rows must not come in.
  Status Pull(int64_t window, const std::string& lines, AnswerEnd end);
  /// Up to which window everything was handed over, and up to which it is durably in the tables; 0 = none.
  int64_t last_window() const { return pull_->LastPosition(kPulledShard).value_or(0); }
  int64_t durable_window() const { return runner_->DurablePosition(kPulledSource, kPulledShard).value_or(0); }
  /// Like the flusher's turn. OK also when there was nothing to do.
  Status Flush();
  /// Everything that was acknowledged is in the tables, and is known to be.
  bool IsDrained() const;
  /// Why the process wants to end; its supervisor starts it again.
  std::optional<Status> fatal() const;
  bool superseded() const { return runner_->superseded(); }

  OpenedWarehouse& warehouse() { return warehouse_; }
  journal::Journal& journal() { return *journal_; }
  const journal::RetryWindow& retries() const { return *retries_; }
  pipeline::RunnerStats stats() const { return runner_->stats(); }

 private:
  static constexpr char kPulledSource[] = "query";
  static constexpr char kPulledShard[] = "windows";

  Process(World& world, ProcessOptions options)
      : world_(world),
        options_(std::move(options)),
        random_(world.NewRandom()),
        gate_(options_.file_system ? options_.file_system() : world_.disk) {}
  Status OpenState();
  Status OpenOutput();
  Status PullInto(int64_t window, const std::string& lines, AnswerEnd end);
  void Trim();
  void Fatal(Status status);
  /// Until the worker has finished with everything up to `sequence`, or has given up.
  Status AwaitWorker(int64_t sequence);
  storage::FileSystem& file_system() { return gate_; }

  World& world_;
  const ProcessOptions options_;
  const std::unique_ptr<Random> random_;
  JournalGate gate_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Status> fatal_;
  int64_t finished_ = 0;  ///< sequence up to which the worker has finished

  std::unique_ptr<pipeline::StateFolder> state_;
  int64_t epoch_ = 0;
  std::unique_ptr<pipeline::CheckpointFile> checkpoint_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::RetryWindow> retries_;
  pipeline::ShardRegistry shards_;
  pipeline::StageChain stages_;
  OpenedWarehouse warehouse_;
  std::unique_ptr<outputs::Output> output_;
  std::unique_ptr<pipeline::OutputRunner> runner_;
  std::unique_ptr<pipeline::PushIntake> push_;
  std::stop_source pull_stop_;
  std::unique_ptr<pipeline::PullIntake> pull_;
};

/// The body as a listener would hand it over.
inputs::PushedBody BodyOf(const std::string& text, const Clock& clock);

}  // namespace firn::faults
