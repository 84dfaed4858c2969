#include "cli/run_command.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>

#include "base/log.h"
#include "cli/exit_code.h"
#include "config/document.h"
#include "http/client.h"
#include "pipeline/accepted_config.h"
#include "pipeline/dry_run.h"
#include "pipeline/pipeline.h"
#include "pipeline/state_folder.h"
#include "pipeline/state_location.h"
#include "pipeline/topology.h"

namespace firn::cli {
namespace {

/// Standard output for outputs and --test.
class StreamSink final : public ByteSink {
 public:
  explicit StreamSink(std::ostream& stream) : stream_(stream) {}
  Status Append(std::string_view bytes) override {
    stream_ << bytes << std::flush;
    return stream_ ? OkStatus() : Status(Unavailable("standard output cannot be written to"));
  }

 private:
  std::ostream& stream_;
};

/// Turns SIGTERM and SIGINT into a stop request; a second one ends the process at once.
class SignalStop {
 public:
  SignalStop() {
    sigemptyset(&signals_);
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    waiter_ = std::thread([this] { Wait(); });
  }
  ~SignalStop() {
    pthread_kill(waiter_.native_handle(), SIGUSR1);
    waiter_.join();
  }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  void Wait() {
    for (int signal = 0; sigwait(&signals_, &signal) == 0 && signal != SIGUSR1;) {
      if (stop_.stop_requested()) _exit(128 + signal);
      stop_.request_stop();
    }
  }
  sigset_t signals_;
  std::stop_source stop_;
  std::thread waiter_;
};

void PrintDiagnostics(const config::Diagnostics& diagnostics, std::ostream& err) {
  for (const auto& entry : diagnostics.entries()) err << entry.ToString() << '\n';
}

Status StartLogging(const RunCommandOptions& options, const config::AgentOptions& agent) {
  log::Options logging;
  if (agent.debug || options.debug) logging.level = log::Level::kDebug;
  if (agent.quiet || options.quiet) logging.level = log::Level::kError;
  logging.format =
      agent.logformat == "json" || agent.logformat == "structured" ? log::Format::kJson : log::Format::kText;
  logging.file = agent.logfile;
  return log::InitLogging(logging);
}

int Check(const pipeline::Topology& topology, std::ostream& out) {
  for (const auto& input : topology.inputs) {
    out << input.display_name << ": ok, source \"" << input.bound.source << "\"\n";
    for (const std::string& note : input.bound.notes) out << "  note: " << note << '\n';
  }
  for (const auto& output : topology.outputs) {
    out << output.display_name << ": ok, output \"" << output.bound.name << "\"\n";
    for (const std::string& note : output.bound.notes) out << "  note: " << note << '\n';
  }
  out << "configuration is valid: " << topology.inputs.size() << " inputs, " << topology.processors << " processors, "
      << topology.outputs.size() << " outputs\n";
  return kDone;
}

/// Everything that a run needs, made once.
struct Process {
  SystemClock clock;
  std::unique_ptr<Random> random = MakeSystemRandom();
  std::unique_ptr<storage::FileSystem> file_system = storage::MakeLocalFileSystem();
  std::unique_ptr<http::Client> client = http::MakeClient();
  StreamSink standard_output{std::cout};

  pipeline::PipelineSeams seams() { return {&clock, random.get(), file_system.get(), client.get(), &standard_output}; }
};

/// How a run ended.
struct Ended {
  Status status;
  bool superseded = false;  ///< by a newer process
};

/// Finishes what was accepted under another configuration before the new one starts.
Ended FinishEarlierRecords(pipeline::StateFolder& state, Process& process, const config::Document& current,
                           const std::string& config_text, const RunCommandOptions& options, int64_t epoch,
                           std::stop_token stop) {
  const Result<std::optional<std::string>> accepted = state.AcceptedConfig();
  if (!accepted.ok()) return {accepted.status()};
  if (!accepted->has_value() || **accepted == config_text) return {};
  config::Diagnostics diagnostics;
  config::LoadOptions load;
  load.strict_environment = options.strict_environment;
  config::Document former = config::LoadDocument(pipeline::SplitFiles(**accepted), load, diagnostics);
  pipeline::TakeConnections(former, current);
  pipeline::Topology topology = pipeline::BuildTopology(former, diagnostics);
  if (const Status bound = diagnostics.ToStatus(); !bound.ok()) {
    return {bound.WithContext("the configuration of the last run, under which records wait in the journal")};
  }
  const Result<int64_t> unfinished = pipeline::Pipeline::UnfinishedRecords(topology, state, process.seams());
  if (!unfinished.ok() || *unfinished == 0) return {unfinished.status()};
  log::Info("the configuration has changed: {} records of the journal are finished under the former one first",
            *unfinished);
  const auto earlier = pipeline::Pipeline::Make(std::move(topology), state, process.seams(), epoch);
  if (!earlier.ok()) return {earlier.status()};
  const Status done = (*earlier)->Run(pipeline::RunMode::kReplay, std::move(stop));
  return {done, (*earlier)->superseded()};
}

Ended RunPipeline(const config::Document& document, pipeline::Topology topology, const std::string& state_folder,
                  const std::string& config_text, const RunCommandOptions& options, std::stop_token stop) {
  Process process;
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(state_folder, ignored);
  const auto state = pipeline::StateFolder::Open(state_folder, *process.file_system);
  if (!state.ok()) return {state.status()};
  // It will hold what came in, and a copy of the configuration with its secrets.
  if (is_new) std::filesystem::permissions(state_folder, std::filesystem::perms::owner_all, ignored);
  const Result<int64_t> epoch = (*state)->NextEpoch(process.clock);
  if (!epoch.ok()) return {epoch.status()};
  Ended earlier = FinishEarlierRecords(**state, process, document, config_text, options, *epoch, stop);
  if (!earlier.status.ok()) return earlier;
  const auto pipeline = pipeline::Pipeline::Make(std::move(topology), **state, process.seams(), *epoch);
  if (!pipeline.ok()) return {pipeline.status()};
  if (const Status stored = (*state)->StoreAcceptedConfig(config_text); !stored.ok()) return {stored};
  const auto mode = options.once ? pipeline::RunMode::kOnce : pipeline::RunMode::kUntilStopped;
  const Status done = (*pipeline)->Run(mode, std::move(stop));
  return {done, (*pipeline)->superseded()};
}

/// Keeps glibc's heap near to what is in use. Rows are made by one thread and freed by another, so that each of its
/// arenas (eight a core) would keep its own peak. What a large block leaves between small ones cannot be given back, so
/// that blocks from a fixed size on are mapped by themselves; left alone, that size grows to 32 MiB.
void BoundHeap() {
  constexpr int kMappedFromBytes = 1 << 20;
  ::mallopt(M_ARENA_MAX, static_cast<int>(std::max(2U, std::thread::hardware_concurrency())));
  ::mallopt(M_MMAP_THRESHOLD, kMappedFromBytes);
}

int ExitCodeOf(const Ended& ended, std::ostream& err) {
  if (ended.status.ok()) return kDone;
  err << "firn: " << ended.status.error().message() << '\n';
  if (ended.superseded) return kSuperseded;
  return ended.status.error().kind() == ErrorKind::kInvalidConfig ? kUsage : kFailed;
}

}  // namespace

int RunRun(const RunCommandOptions& options, std::ostream& out, std::ostream& err) {
  BoundHeap();
  const SignalStop signals;
  const auto files = config::ReadSourceFiles(options.configs, options.config_directories);
  if (!files.ok() || files->empty()) {
    err << "firn: " << (files.ok() ? "no configuration: give -c FILE" : files.error().message()) << '\n';
    return kUsage;
  }
  config::Diagnostics diagnostics;
  config::LoadOptions load;
  load.strict_environment = options.strict_environment;
  const config::Document document = config::LoadDocument(*files, load, diagnostics);
  pipeline::Topology topology = pipeline::BuildTopology(document, diagnostics);
  if (topology.inputs.empty() && diagnostics.ok()) diagnostics.AddError({}, "no inputs: nothing to take rows from");
  if (topology.outputs.empty() && !options.test && diagnostics.ok()) {
    diagnostics.AddError({}, "no outputs: nowhere to put rows");
  }
  PrintDiagnostics(diagnostics, err);
  if (!diagnostics.ok()) return kUsage;
  if (options.check) return Check(topology, out);
  if (const Status logging = StartLogging(options, topology.agent); !logging.ok()) return ExitCodeOf({logging}, err);
  if (options.test) {
    Process process;
    StreamSink sink(out);
    return ExitCodeOf({pipeline::PrintWhatWouldBeWritten(document, process.seams(), sink, signals.token())}, err);
  }
  const std::string folder = pipeline::StateFolderOf(topology.agent, *files);
  return ExitCodeOf(
      RunPipeline(document, std::move(topology), folder, pipeline::JoinFiles(*files), options, signals.token()), err);
}

}  // namespace firn::cli
