#include "process.h"

#include <algorithm>
#include <future>
#include <thread>

#include "outputs/iceberg/iceberg_output.h"
#include "outputs/iceberg/options.h"
#include "pipeline/enrolment.h"

namespace firn::faults {
namespace {

constexpr std::chrono::seconds kHang{60};  // of a worker that should have finished
constexpr std::chrono::milliseconds kLook{5};

}  // namespace

/// Tells when its runner's worker has finished with a record, and holds that worker back until those of the outputs
/// before it have finished with theirs.
class Process::WatchedOutput final : public outputs::Output {
 public:
  WatchedOutput(std::unique_ptr<outputs::Output> inner, Process& process, size_t number)
      : inner_(std::move(inner)), process_(process), number_(number) {}

  Status Write(std::vector<point::Batch> batches) override { return inner_->Write(std::move(batches)); }
  void Discard(uint32_t shard, int64_t position) override { inner_->Discard(shard, position); }
  Result<outputs::FlushReport> Flush(std::span<const outputs::ShardProgress> progress) override {
    return inner_->Flush(progress);
  }
  Status Relieve(std::span<const outputs::ShardProgress> progress, size_t bytes) override {
    return inner_->Relieve(progress, bytes);
  }
  /// A worker asks this before it takes a record, reads it, or makes room for it.
  size_t buffered_bytes() const override {
    if (number_ > 0) {
      std::unique_lock lock(process_.mutex_);
      while (!process_.HaveTakenAll(number_)) process_.changed_.wait_for(lock, kLook);
    }
    return inner_->buffered_bytes();
  }
  /// A worker asks this when it has finished with a record.
  bool wants_flush() const override {
    process_.changed_.notify_all();
    return false;
  }
  std::optional<int64_t> DurablePosition(const std::string& source, const std::string& shard) override {
    return inner_->DurablePosition(source, shard);
  }
  std::optional<int64_t> NextHeldPosition(const std::string& source, const std::string& shard,
                                          int64_t position) const override {
    return inner_->NextHeldPosition(source, shard, position);
  }

 private:
  const std::unique_ptr<outputs::Output> inner_;
  Process& process_;
  const size_t number_;
};

inputs::PushedBody BodyOf(const std::string& text, const Clock& clock) {
  inputs::PushedBody body;
  body.source = "listener";
  body.body = text;
  body.arrival_ns = clock.NowNs();
  body.all_lines_timed = true;
  return body;
}

Result<std::unique_ptr<Process>> Process::Start(World& world, const ProcessOptions& options) {
  std::unique_ptr<Process> process(new Process(world, options));
  FIRN_TRY(process->OpenState());
  FIRN_TRY(process->OpenOutputs());
  FIRN_TRY(process->MakeIntakes());
  for (size_t i = 0; i < process->outputs_.size(); ++i) {
    process->outputs_[i]->runner->Start();
    FIRN_TRY(process->AwaitWorkers(i + 1));
  }
  return process;
}

Process::~Process() {
  dying_ = true;
  for (auto each = outputs_.rbegin(); each != outputs_.rend(); ++each) (*each)->runner->Halt();  // who waits goes first
}

Status Process::OpenState() {
  const std::string folder = options_.state_folder.empty() ? world_.state() : options_.state_folder;
  FIRN_ASSIGN(state_, pipeline::StateFolder::Open(folder, file_system()));
  FIRN_ASSIGN(epoch_, state_->NextEpoch(world_.clock));
  FIRN_ASSIGN(checkpoint_, pipeline::CheckpointFile::Open(file_system(), state_->checkpoint_file()));
  journal::RetryWindowOptions window;
  window.file = state_->retries_file();
  window.window = options_.retry_window;
  FIRN_ASSIGN(retries_, journal::RetryWindow::Open(window, file_system(), world_.clock));
  journal::JournalOptions journal;
  journal.folder = state_->journal_folder();
  journal.segment_bytes = 2048;  // so that there are several, and trimming has something to do
  journal.space_limit_bytes = options_.journal_limit_bytes;
  journal.free_space_floor_bytes = 0;
  journal.before_removal = [this](int64_t sequence) { return retries_->Save(sequence); };
  journal.failed = [this](const Error& error) { Fatal(error); };
  FIRN_ASSIGN(journal_, journal::Journal::Open(journal, file_system(), world_.clock, *random_));
  return retries_->Recover(*journal_);
}

Status Process::OpenOutputs() {
  FIRN_ASSIGN(warehouse_, world_.OpenWarehouse(*random_));
  int64_t highest = 0;
  for (const std::string& name_space : options_.namespaces) {
    FIRN_TRY(OpenOutput(name_space));
    highest = std::max(highest, outputs_.back()->runner->durable_sequence());
  }
  FIRN_TRY(checkpoint_->Save());
  return highest > journal_->durable_end() ? journal_->SkipTo(highest + 1) : OkStatus();
}

Status Process::OpenOutput(const std::string& name_space) {
  outputs::iceberg::Options options;
  options.name_space = name_space;
  options.warehouse = world_.warehouse();
  FIRN_ASSIGN(lake::LakeOptions lake, outputs::iceberg::ToLakeOptions(options));
  lake.threads = 1;
  lake.expire_every_commits = options_.expire_every_commits;
  outputs::iceberg::OutputContext lent;
  lent.clock = &world_.clock;
  lent.random = random_.get();
  lent.epoch = epoch_;
  lent.memory_bytes = options_.memory_bytes;
  lent.sleeper = &world_.sleeper;
  lent.name_of_shard = [this](uint32_t shard) {
    pipeline::ShardRegistry::Name name = shards_.NameOf(shard);
    return std::pair(std::move(name.source), std::move(name.shard));
  };
  FIRN_ASSIGN(std::unique_ptr<outputs::Output> output,
              outputs::iceberg::MakeOutput(options, std::move(lake),
                                           {warehouse_.storage, warehouse_.catalog, world_.warehouse(), ""}, lent));
  if (options_.wrap_output) output = options_.wrap_output(std::move(output));
  outputs_.push_back(std::make_unique<RunOutput>());
  RunOutput& made = *outputs_.back();
  made.output = std::make_unique<WatchedOutput>(std::move(output), *this, outputs_.size() - 1);
  pipeline::RunnerOptions runner;
  runner.name = name_space;
  runner.flush_interval = std::chrono::hours(1);
  runner.memory_bytes = options_.memory_bytes;
  runner.handoff_bytes = options_.handoff_bytes;
  runner.workers = 1;
  pipeline::OutputRunner::Context context;
  context.output = made.output.get();
  context.stages = &stages_;
  context.journal = journal_.get();
  context.checkpoint = checkpoint_.get();
  context.shards = &shards_;
  context.clock = &world_.clock;
  context.fatal = [this](Status status) { Fatal(std::move(status)); };
  context.flushed = [this] { Trim(); };
  pipeline::EnrolOutput(*checkpoint_, name_space,
                        pipeline::JournalSpan{journal_->id(), journal_->first_sequence(), journal_->durable_end()});
  made.runner = std::make_unique<pipeline::OutputRunner>(runner, context);
  return OkStatus();
}

Status Process::MakeIntakes() {
  std::vector<pipeline::OutputRunner*> runners;
  for (const auto& each : outputs_) runners.push_back(each->runner.get());
  push_ = std::make_unique<pipeline::PushIntake>(*journal_, *retries_, runners);
  journal::Journal* const pull_journal = runners.size() > 1 ? journal_.get() : nullptr;
  pulls_[kPulledSource] =
      std::make_unique<pipeline::PullIntake>(kPulledSource, pull_journal, runners, shards_, pull_stop_.get_token());
  return pull_journal == nullptr ? OkStatus() : pipeline::NoteJournaledPositions(*pull_journal, runners, pulls_);
}

void Process::Fatal(Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (!fatal_.has_value()) fatal_ = std::move(status);
  }
  changed_.notify_all();
}

int64_t Process::DurableSequence() const {
  int64_t lowest = INT64_MAX;
  for (const auto& each : outputs_) lowest = std::min(lowest, each->runner->durable_sequence());
  return lowest;
}

int64_t Process::durable_window() const {
  int64_t lowest = INT64_MAX;
  for (const auto& each : outputs_) {
    lowest = std::min(lowest, each->runner->DurablePosition(kPulledSource, kPulledShard).value_or(0));
  }
  return lowest;
}

bool Process::superseded() const {
  return std::any_of(outputs_.begin(), outputs_.end(), [](const auto& each) { return each->runner->superseded(); });
}

void Process::Trim() {
  (void)journal_->Trim(DurableSequence());
}

bool Process::HaveTakenAll(size_t end) const {
  if (fatal_.has_value() || dying_) return true;
  const int64_t sequence = journal_->durable_end();
  return std::all_of(outputs_.begin(), outputs_.begin() + static_cast<std::ptrdiff_t>(end),
                     [&](const auto& each) { return each->runner->HasTaken(sequence); });
}

Status Process::AwaitWorkers(size_t end) {
  std::unique_lock lock(mutex_);
  const auto done = [&] { return HaveTakenAll(end); };
  for (auto waited = kLook; !changed_.wait_for(lock, kLook, done); waited += kLook) {
    // A worker that cannot make room tries for ever, and nothing tells that the machine is off.
    if (world_.disk.is_off()) return Unavailable("the machine is off");
    if (waited > kHang) return Internal("a worker hangs before record {}", journal_->durable_end());
  }
  return fatal_.value_or(OkStatus());
}

Status Process::Send(const std::string& text) {
  std::promise<Status> answered;
  const inputs::PushedBody body = BodyOf(text, world_.clock);
  push_->Accept(body, inputs::DecodeBody(body), [&](Status status) { answered.set_value(std::move(status)); });
  Status answer = answered.get_future().get();
  if (answer.ok()) {
    const Status taken = AwaitWorkers();
    if (!taken.ok() && !fatal().has_value()) return taken;
  }
  return answer;
}

std::vector<Status> Process::SendTogether(const std::vector<std::string>& bodies) {
  std::vector<std::promise<Status>> promises(bodies.size());
  std::vector<std::future<Status>> answers;
  for (auto& promise : promises) answers.push_back(promise.get_future());
  const auto has_answer = [](const std::future<Status>& answer) {
    return answer.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  };
  const auto await_gate = [&] {  // a journal that has failed answers, and writes no more batches
    while (!gate_.HoldsOne() && !std::all_of(answers.begin(), answers.end(), has_answer)) std::this_thread::yield();
  };
  gate_.Close();
  for (size_t i = 0; i < bodies.size(); ++i) {
    const inputs::PushedBody body = BodyOf(bodies[i], world_.clock);
    push_->Accept(body, inputs::DecodeBody(body),
                  [&promises, i](Status status) { promises[i].set_value(std::move(status)); });
    while (!gate_.HoldsOne() && !has_answer(answers[i])) std::this_thread::yield();
  }
  if (gate_.HoldsOne()) gate_.PassOne();
  await_gate();
  (void)AwaitWorkers();
  gate_.Open();
  std::vector<Status> results;
  for (auto& answer : answers) results.push_back(answer.get());
  (void)AwaitWorkers();
  return results;
}

Status Process::Pull(int64_t window, const std::string& lines, AnswerEnd end) {
  // Whoever waits for memory waits for ever when the machine is off.
  std::future<Status> pulled = std::async(std::launch::async, [&] { return PullInto(window, lines, end); });
  for (auto waited = kLook; pulled.wait_for(kLook) != std::future_status::ready; waited += kLook) {
    if (world_.disk.is_off() || fatal().has_value() || waited > kHang) pull_stop_.request_stop();
  }
  return pulled.get();
}

Status Process::PullInto(int64_t window, const std::string& lines, AnswerEnd end) {
  FIRN_ASSIGN(const std::unique_ptr<inputs::PullTransaction> transaction,
              pulls_[kPulledSource]->Begin(kPulledShard, window));
  FIRN_TRY(AwaitWorkers());
  FIRN_TRY(transaction->Write(inputs::DecodeBody(BodyOf(lines, world_.clock))));
  FIRN_TRY(AwaitWorkers());
  FIRN_TRY(end == AnswerEnd::kGood ? transaction->Finish() : OkStatus());
  return AwaitWorkers();
}

bool Process::IsDrained() const {
  return DurableSequence() >= journal_->durable_end();
}

std::optional<Status> Process::fatal() const {
  const std::lock_guard lock(mutex_);
  return fatal_;
}

}  // namespace firn::faults
