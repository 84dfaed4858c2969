#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/byte_sink.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/client.h"
#include "http/server.h"
#include "journal/journal.h"
#include "journal/retry_window.h"
#include "pipeline/checkpoint_file.h"
#include "pipeline/input_counters.h"
#include "pipeline/output_runner.h"
#include "pipeline/pull_intake.h"
#include "pipeline/push_intake.h"
#include "pipeline/shards.h"
#include "pipeline/state_folder.h"
#include "pipeline/topology.h"

namespace firn::pipeline {

/// What the process lends to a pipeline; outlives it.
struct PipelineSeams {
  const Clock* clock = nullptr;
  Random* random = nullptr;
  storage::FileSystem* file_system = nullptr;
  http::Client* client = nullptr;
  ByteSink* standard_output = nullptr;
};

enum class RunMode {
  kUntilStopped,
  kOnce,    ///< every polling input once, up to now; then everything is flushed
  kReplay,  ///< no inputs at all: what the journal holds, then everything is flushed
};

/// A running configuration: inputs, journal, outputs, and the threads between them. See ARCHITECTURE.md for the whole
/// picture.
///
/// Make opens what is durable and the outputs; Run starts everything, waits, and stops in order: listeners first, then
/// what the journal still holds is written, flushed and committed.
class Pipeline {
 public:
  /// `state` is borrowed. kInvalidConfig and what outputs say when they cannot be opened.
  static Result<std::unique_ptr<Pipeline>> Make(Topology topology, StateFolder& state, PipelineSeams seams,
                                                int64_t epoch);
  ~Pipeline();

  /// Returns when stopped and everything is durable in the outputs; kTimeout when part of it stays in the journal; what
  /// went wrong otherwise.
  Status Run(RunMode mode, std::stop_token stop);
  /// Run ended because a newer process has taken over: whoever supervises this one must not start it again.
  bool superseded() const;

  /// Records that are in the journal and not yet in every output of a configuration; opens no output.
  static Result<int64_t> UnfinishedRecords(const Topology& topology, StateFolder& state, const PipelineSeams& seams);

 private:
  struct Polling {
    const Topology::Input* input = nullptr;
    std::unique_ptr<inputs::PollingInput> plugin;
  };

  Pipeline(Topology topology, StateFolder& state, PipelineSeams seams, int64_t epoch)
      : topology_(std::move(topology)), state_(state), seams_(seams), epoch_(epoch) {}

  Status OpenJournal();
  Status OpenOutputs();
  Status MakeInputs();
  /// Positions of sources that are not configured (any more): a renamed one would be read anew.
  void ReportUnknownSources() const;
  void StartPolling();
  void Poll(const Polling& polling, std::stop_token stop);
  Status GatherOnce(std::stop_token stop);
  void WaitForStop(std::stop_token stop);
  void LogStatus();
  void LogTotals();
  void TrimJournal();
  Status StopAll(std::chrono::milliseconds deadline, OutputRunner::LastFlush last_flush, std::stop_token give_up);
  void Fatal(Status status);

  Topology topology_;
  StateFolder& state_;
  const PipelineSeams seams_;
  const int64_t epoch_;

  ShardRegistry shards_;
  std::unique_ptr<CheckpointFile> checkpoint_;
  std::unique_ptr<journal::Journal> journal_;
  std::unique_ptr<journal::RetryWindow> retries_;
  std::vector<std::unique_ptr<outputs::Output>> outputs_;
  std::vector<std::unique_ptr<OutputRunner>> runners_;

  http::ServerPool servers_;
  std::stop_source stopping_;  ///< the process is asked to stop
  std::stop_source pulling_;
  std::unique_ptr<PushIntake> push_;
  PullIntakes pulls_;
  std::map<std::string, std::unique_ptr<NamedCounters>> counters_;
  std::vector<std::unique_ptr<inputs::ListeningInput>> listening_;
  std::vector<Polling> polling_;
  std::vector<std::jthread> pollers_;

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<Status> fatal_;
  std::vector<uint64_t> last_status_rows_;  ///< of each output
  int64_t last_status_ns_ = 0;
};

}  // namespace firn::pipeline
