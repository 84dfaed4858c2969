#include "cli/run_command.h"

#include <pthread.h>
#include <signal.h>

#include <charconv>
#include <iostream>
#include <thread>

#include "base/log.h"
#include "cli/exit_code.h"
#include "config/document.h"
#include "http/client.h"
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

/// Keeps several files as one text: `file SIZE PATH`, a line feed, the bytes, a line feed.
std::string JoinFiles(const std::vector<config::SourceFile>& files) {
  std::string text;
  for (const config::SourceFile& file : files) {
    text += fmt::format("file {} {}\n{}\n", file.text.size(), file.path, file.text);
  }
  return text;
}

std::vector<config::SourceFile> SplitFiles(std::string_view text) {
  std::vector<config::SourceFile> files;
  while (text.starts_with("file ")) {
    const size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) break;
    const std::string_view line = text.substr(5, line_end - 5);
    size_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
    if (error != std::errc() || line_end + 1 + size > text.size()) break;
    const auto path_at = static_cast<size_t>(end - line.data()) + 1;
    files.push_back(
        {std::string(line.substr(std::min(path_at, line.size()))), std::string(text.substr(line_end + 1, size))});
    text.remove_prefix(std::min(text.size(), line_end + 1 + size + 1));
  }
  return files;
}

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

/// Finishes what was accepted under another configuration before the new one starts.
Status FinishEarlierRecords(pipeline::StateFolder& state, Process& process, const std::string& config_text,
                            const RunCommandOptions& options, int64_t epoch, std::stop_token stop) {
  FIRN_ASSIGN(const std::optional<std::string> accepted, state.AcceptedConfig());
  if (!accepted.has_value() || *accepted == config_text) return OkStatus();
  config::Diagnostics diagnostics;
  config::LoadOptions load;
  load.strict_environment = options.strict_environment;
  const config::Document document = config::LoadDocument(SplitFiles(*accepted), load, diagnostics);
  pipeline::Topology topology = pipeline::BuildTopology(document, diagnostics);
  FIRN_TRY(
      diagnostics.ToStatus().WithContext("the configuration of the last run, under which records wait in the journal"));
  FIRN_ASSIGN(const int64_t unfinished, pipeline::Pipeline::UnfinishedRecords(topology, state, process.seams()));
  if (unfinished == 0) return OkStatus();
  log::Info("the configuration has changed: {} records of the journal are finished under the former one first",
            unfinished);
  FIRN_ASSIGN(const std::unique_ptr<pipeline::Pipeline> earlier,
              pipeline::Pipeline::Make(std::move(topology), state, process.seams(), epoch));
  return earlier->Run(pipeline::RunMode::kReplay, std::move(stop));
}

Status RunPipeline(pipeline::Topology topology, const std::string& state_folder, const std::string& config_text,
                   const RunCommandOptions& options, std::stop_token stop) {
  Process process;
  FIRN_ASSIGN(const std::unique_ptr<pipeline::StateFolder> state,
              pipeline::StateFolder::Open(state_folder, *process.file_system));
  FIRN_ASSIGN(const int64_t epoch, state->NextEpoch(process.clock));
  FIRN_TRY(FinishEarlierRecords(*state, process, config_text, options, epoch, stop));
  FIRN_ASSIGN(const std::unique_ptr<pipeline::Pipeline> pipeline,
              pipeline::Pipeline::Make(std::move(topology), *state, process.seams(), epoch));
  FIRN_TRY(state->StoreAcceptedConfig(config_text));
  return pipeline->Run(options.once ? pipeline::RunMode::kOnce : pipeline::RunMode::kUntilStopped, std::move(stop));
}

int Fail(const Error& error, std::ostream& err) {
  err << "firn: " << error.message() << '\n';
  return error.kind() == ErrorKind::kInvalidConfig ? kUsage : kFailed;
}

}  // namespace

int RunRun(const RunCommandOptions& options, std::ostream& out, std::ostream& err) {
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
  if (const Status logging = StartLogging(options, topology.agent); !logging.ok()) return Fail(logging.error(), err);
  Status done;
  if (options.test) {
    Process process;
    StreamSink sink(out);
    done = pipeline::PrintWhatWouldBeWritten(document, process.seams(), sink, signals.token());
  } else {
    const std::string folder = pipeline::StateFolderOf(topology.agent, *files);
    done = RunPipeline(std::move(topology), folder, JoinFiles(*files), options, signals.token());
  }
  return done.ok() ? kDone : Fail(done.error(), err);
}

}  // namespace firn::cli
