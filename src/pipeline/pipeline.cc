#include "pipeline/pipeline.h"

#include <algorithm>

#include "base/log.h"
#include "pipeline/enrolment.h"

namespace firn::pipeline {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kStatusInterval{10};
constexpr milliseconds kServerDeadline{10'000};
constexpr milliseconds kDrainDeadline{60'000};
constexpr milliseconds kNoDeadline{365LL * 24 * 3'600'000};

milliseconds ToMilliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<milliseconds>(time);
}

RunnerOptions OptionsOf(const Topology::Output& output, const config::AgentOptions& agent, size_t outputs) {
  RunnerOptions options;
  options.name = output.bound.name;
  const auto interval = output.common.flush_interval.has_value() ? output.common.flush_interval : agent.flush_interval;
  options.flush_interval =
      std::max(milliseconds(10), ToMilliseconds(interval.value_or(output.bound.default_flush_interval)));
  options.flush_jitter = ToMilliseconds(output.common.flush_jitter.value_or(agent.flush_jitter));
  // A quarter of the memory is for rows in the output. Rows on their way to it get less: what finds no room is read
  // from the journal, at the cost of copying it. The rest is for bodies and for writing files.
  options.memory_bytes = std::max<size_t>(agent.memory_limit / 4 / outputs, 4U << 20U);
  options.handoff_bytes = std::max<size_t>(agent.memory_limit / 16 / outputs, 4U << 20U);
  options.workers = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  return options;
}

}  // namespace

Result<std::unique_ptr<Pipeline>> Pipeline::Make(Topology topology, StateFolder& state, PipelineSeams seams,
                                                 int64_t epoch) {
  std::unique_ptr<Pipeline> pipeline(new Pipeline(std::move(topology), state, seams, epoch));
  FIRN_ASSIGN(pipeline->checkpoint_, CheckpointFile::Open(*seams.file_system, state.checkpoint_file()));
  FIRN_TRY(pipeline->OpenJournal());
  FIRN_TRY(pipeline->OpenOutputs());
  return pipeline;
}

Pipeline::~Pipeline() {
  pulling_.request_stop();
  for (std::jthread& poller : pollers_) poller.request_stop();
  pollers_.clear();
  servers_.StopAll(milliseconds(0));
  listening_.clear();
  for (const auto& runner : runners_) runner->Halt();
  // Answers what still waits for its fsync, while those who asked are there.
  journal_.reset();
  runners_.clear();
}

Status Pipeline::OpenJournal() {
  FIRN_ASSIGN(const bool there, state_.HasJournal());
  if (!there && !topology_.listens() && topology_.outputs.size() < 2) return OkStatus();
  journal::RetryWindowOptions window;
  window.file = state_.retries_file();
  window.window = topology_.agent.retry_window;
  FIRN_ASSIGN(retries_, journal::RetryWindow::Open(window, *seams_.file_system, *seams_.clock));
  journal::JournalOptions options;
  options.folder = state_.journal_folder();
  options.space_limit_bytes = topology_.agent.journal_limit;
  options.before_removal = [this](int64_t sequence) { return retries_->Save(sequence); };
  // Nothing more can be taken in this life; the supervisor's next one begins with what is durable.
  options.failed = [this](const Error& error) { Fatal(error); };
  FIRN_ASSIGN(journal_, journal::Journal::Open(options, *seams_.file_system, *seams_.clock, *seams_.random));
  return retries_->Recover(*journal_);
}

Status Pipeline::OpenOutputs() {
  PluginSeams seams;
  seams.clock = seams_.clock;
  seams.random = seams_.random;
  seams.file_system = seams_.file_system;
  seams.standard_output = seams_.standard_output;
  seams.epoch = epoch_;
  seams.stop = stopping_.get_token();
  seams.name_of_shard = [this](uint32_t shard) {
    ShardRegistry::Name name = shards_.NameOf(shard);
    return std::pair(std::move(name.source), std::move(name.shard));
  };
  std::optional<JournalSpan> span;
  if (journal_) span = {journal_->id(), journal_->first_sequence(), journal_->durable_end()};
  int64_t highest = 0;
  for (Topology::Output& output : topology_.outputs) {
    const RunnerOptions options = OptionsOf(output, topology_.agent, topology_.outputs.size());
    seams.memory_bytes = options.memory_bytes;
    Result<std::unique_ptr<outputs::Output>> made = output.bound.make(seams);
    if (!made.ok()) return made.error().WithContext(output.display_name);
    outputs_.push_back(std::move(*made));
    OutputRunner::Context context;
    context.output = outputs_.back().get();
    context.stages = &output.stages;
    context.journal = journal_.get();
    context.checkpoint = checkpoint_.get();
    context.shards = &shards_;
    context.clock = seams_.clock;
    context.fatal = [this](Status status) { Fatal(std::move(status)); };
    context.flushed = [this] { TrimJournal(); };
    EnrolOutput(*checkpoint_, output.bound.name, span);
    runners_.push_back(std::make_unique<OutputRunner>(options, context));
    if (journal_) highest = std::max(highest, runners_.back()->durable_sequence());
  }
  if (journal_) FIRN_TRY(checkpoint_->Save());
  // A sequence that an output has passed must never name another record, even if the journal lost its tail.
  if (journal_ && highest > journal_->durable_end()) FIRN_TRY(journal_->SkipTo(highest + 1));
  return OkStatus();
}

Result<int64_t> Pipeline::UnfinishedRecords(const Topology& topology, StateFolder& state, const PipelineSeams& seams) {
  FIRN_ASSIGN(const bool there, state.HasJournal());
  if (!there) return int64_t{0};
  FIRN_ASSIGN(const auto checkpoint, CheckpointFile::Open(*seams.file_system, state.checkpoint_file()));
  journal::JournalOptions options;
  options.folder = state.journal_folder();
  FIRN_ASSIGN(const auto journal, journal::Journal::Open(options, *seams.file_system, *seams.clock, *seams.random));
  int64_t lowest = journal->durable_end();
  for (const Topology::Output& output : topology.outputs) {
    lowest = std::min(lowest, checkpoint->Get({output.bound.name, kJournalSource, journal->id()}).value_or(0));
  }
  return journal->durable_end() - std::max(lowest, journal->first_sequence() - 1);
}

Status Pipeline::MakeInputs() {
  std::vector<OutputRunner*> runners;
  for (const auto& runner : runners_) runners.push_back(runner.get());
  if (journal_) push_ = std::make_unique<PushIntake>(*journal_, *retries_, runners);
  PluginSeams plugin_seams;
  plugin_seams.clock = seams_.clock;
  plugin_seams.random = seams_.random;
  plugin_seams.file_system = seams_.file_system;
  journal::Journal* const pull_journal = runners.size() > 1 ? journal_.get() : nullptr;
  for (const Topology::Input& input : topology_.inputs) {
    const std::string& source = input.bound.source;
    counters_[source] = std::make_unique<NamedCounters>();
    pulls_[source] = std::make_unique<PullIntake>(source, pull_journal, runners, shards_, pulling_.get_token());
    const inputs::InputContext context = {
        source, seams_.clock, &servers_, seams_.client, push_.get(), pulls_[source].get(), counters_[source].get()};
    Result<inputs::AnyInput> made = input.bound.make(context, plugin_seams);
    if (!made.ok()) return made.error().WithContext(input.display_name);
    if (auto* listening = std::get_if<std::unique_ptr<inputs::ListeningInput>>(&*made)) {
      listening_.push_back(std::move(*listening));
    } else {
      polling_.push_back({&input, std::move(std::get<std::unique_ptr<inputs::PollingInput>>(*made))});
    }
  }
  ReportUnknownSources();
  if (pull_journal != nullptr) FIRN_TRY(NoteJournaledPositions(*pull_journal, runners, pulls_));
  return OkStatus();
}

void Pipeline::ReportUnknownSources() const {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    for (const std::string& source : outputs_[i]->StoredSources()) {
      if (source == kJournalSource || pulls_.contains(source)) continue;
      log::Warn(
          "{}: its tables hold positions of source \"{}\", which is not configured; if it has got another name, "
          "`firn state adopt {} NEW` takes them over",
          topology_.outputs[i].display_name, source, source);
    }
  }
}

Status Pipeline::Run(RunMode mode, std::stop_token stop) {
  // Who waits for memory or for a store must hear of the stop too.
  const std::stop_callback forward(stop, [this] {
    stopping_.request_stop();
    pulling_.request_stop();
  });
  if (mode != RunMode::kReplay) FIRN_TRY(MakeInputs());
  if (mode == RunMode::kUntilStopped) {
    for (const auto& input : listening_) FIRN_TRY(input->Start());
  }
  for (const auto& runner : runners_) runner->Start();
  last_status_ns_ = seams_.clock->MonotonicNs();
  Status gathered;
  if (mode == RunMode::kUntilStopped) {
    servers_.StartAll();
    StartPolling();
    log::Info("running: {} inputs, {} processors, {} outputs; state in {}", topology_.inputs.size(),
              topology_.processors, topology_.outputs.size(), state_.folder());
    WaitForStop(stop);
    log::Info("stopping: what was taken is written and committed first");
  } else if (mode == RunMode::kOnce) {
    gathered = GatherOnce(stop);
  }
  using LastFlush = OutputRunner::LastFlush;
  const bool leaving = mode == RunMode::kUntilStopped || stop.stop_requested();
  const Status stopped = mode == RunMode::kReplay
                             ? StopAll(kNoDeadline, LastFlush::kTriedAgain, stop)
                             : StopAll(kDrainDeadline, leaving ? LastFlush::kOnce : LastFlush::kTriedAgain, {});
  if (mode != RunMode::kReplay) LogTotals();
  const std::lock_guard lock(mutex_);
  if (fatal_.has_value()) return *fatal_;
  FIRN_TRY(gathered);
  return stopped;
}

bool Pipeline::superseded() const {
  return std::any_of(runners_.begin(), runners_.end(), [](const auto& runner) { return runner->superseded(); });
}

Status Pipeline::GatherOnce(std::stop_token stop) {
  Status first_failure;
  for (const Polling& polling : polling_) {
    const Status gathered = polling.plugin->Gather(stop);
    if (gathered.ok()) continue;
    log::LogError("{}: {}", polling.input->display_name, gathered.error().message());
    if (first_failure.ok()) first_failure = gathered.WithContext(polling.input->display_name);
  }
  return first_failure;
}

void Pipeline::StartPolling() {
  for (const Polling& polling : polling_) {
    pollers_.emplace_back([this, &polling](std::stop_token stop) { Poll(polling, std::move(stop)); });
  }
}

void Pipeline::Poll(const Polling& polling, std::stop_token stop) {
  const int64_t interval = std::max<int64_t>(polling.input->bound.interval.count(), 1'000'000);
  const int64_t offset = polling.input->bound.tick_offset.count();
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (const Status gathered = polling.plugin->Gather(stop); !gathered.ok() && !stop.stop_requested()) {
      log::LogError("{}: {}; asked again in {} s", polling.input->display_name, gathered.error().message(),
                    interval / 1'000'000'000);
    }
    // The next mark: a multiple of the interval since 1970, and the offset behind it.
    const int64_t now = seams_.clock->NowNs() - offset;
    const int64_t wait = interval - ((now % interval) + interval) % interval;
    never.wait_for(lock, stop, std::chrono::nanoseconds(wait), [] { return false; });
  }
}

void Pipeline::WaitForStop(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested() && !fatal_.has_value()) {
    wake_.wait_for(lock, stop, kStatusInterval, [this] { return fatal_.has_value(); });
    lock.unlock();
    LogStatus();
    lock.lock();
  }
}

void Pipeline::LogStatus() {
  const int64_t now = seams_.clock->MonotonicNs();
  const double seconds = static_cast<double>(now - last_status_ns_) / 1e9;
  last_status_ns_ = now;
  last_status_rows_.resize(runners_.size());
  for (size_t i = 0; i < runners_.size(); ++i) {
    const auto& runner = runners_[i];
    const RunnerStats stats = runner->stats();
    const double rate = seconds > 0 ? static_cast<double>(stats.rows_taken - last_status_rows_[i]) / seconds : 0;
    last_status_rows_[i] = stats.rows_taken;
    log::Info(
        "{}: {:.0f} rows/s, {} rows taken, {} committed in {} files ({:.1f} MB), {} waiting in the journal, {:.1f} MB "
        "in memory{}",
        runner->options().name, rate, stats.rows_taken, stats.rows_flushed, stats.files,
        static_cast<double>(stats.bytes) / 1e6, stats.journal_lag, static_cast<double>(stats.buffered_bytes) / 1e6,
        stats.failed_flushes > 0 ? fmt::format(", {} flushes failed", stats.failed_flushes) : "");
  }
}

void Pipeline::LogTotals() {
  for (const auto& runner : runners_) {
    const RunnerStats stats = runner->stats();
    log::Info("{}: {} rows committed in {} files, {:.1f} MB; {} records left in the journal", runner->options().name,
              stats.rows_flushed, stats.files, static_cast<double>(stats.bytes) / 1e6, stats.journal_lag);
  }
}

void Pipeline::TrimJournal() {
  if (!journal_) return;
  int64_t lowest = INT64_MAX;
  for (const auto& runner : runners_) lowest = std::min(lowest, runner->durable_sequence());
  if (const Status trimmed = journal_->Trim(lowest); !trimmed.ok()) {
    log::Warn("the journal cannot be trimmed: {}", trimmed.error().message());
  }
}

Status Pipeline::StopAll(milliseconds deadline, OutputRunner::LastFlush last_flush, std::stop_token give_up) {
  servers_.StopAll(kServerDeadline);
  for (const auto& input : listening_) input->Stop();
  if (push_) push_->Close();
  pulling_.request_stop();
  for (std::jthread& poller : pollers_) poller.request_stop();
  pollers_.clear();
  Status first_failure;
  for (const auto& runner : runners_) {
    const Status stopped = runner->Stop(deadline, last_flush, give_up);
    if (!stopped.ok() && first_failure.ok()) first_failure = stopped;
  }
  TrimJournal();
  return first_failure;
}

void Pipeline::Fatal(Status status) {
  log::LogError("{}", status.error().message());
  {
    const std::lock_guard lock(mutex_);
    if (!fatal_.has_value()) fatal_ = std::move(status);
  }
  pulling_.request_stop();
  wake_.notify_all();
}

}  // namespace firn::pipeline
