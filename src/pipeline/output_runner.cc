#include "pipeline/output_runner.h"

#include <algorithm>

#include "base/log.h"

namespace firn::pipeline {
namespace {

/// Bound on the tables of series that are read out of the journal: a hundred thousand with ten tags are half of it.
constexpr size_t kSeriesBytes = 32 << 20;

size_t BytesOf(const std::vector<point::Batch>& batches) {
  size_t size = 0;
  for (const point::Batch& batch : batches) size += batch.byte_size();
  return size;
}

bool IsPulled(journal::RecordKind kind) {
  return kind == journal::RecordKind::kPulledBatches || kind == journal::RecordKind::kPositionEnd ||
         kind == journal::RecordKind::kPositionAbort;
}

}  // namespace

OutputRunner::OutputRunner(RunnerOptions options, Context context)
    : options_(std::move(options)),
      context_(std::move(context)),
      journal_shard_(context_.journal == nullptr ? 0
                                                 : context_.shards->HandleOf(kJournalSource, context_.journal->id())),
      life_shard_(context_.journal == nullptr ? 0 : ShardOfThisLife()),
      tracker_(*context_.shards),
      flush_outage_(*context_.clock, fmt::format("output {}", options_.name)),
      memory_outage_(*context_.clock, fmt::format("output {}: rows cannot be moved out of memory", options_.name)),
      gate_(
          options_.memory_bytes, [this] { return context_.output->buffered_bytes(); },
          [this](size_t bytes) { return Relieve(bytes); }),
      series_(kSeriesBytes),
      pulled_(tracker_) {
  const journal::Checkpoint stored = context_.checkpoint->positions();
  for (const auto& [key, position] : stored.positions()) {
    if (key.output == options_.name && key.source != kJournalSource) held_[{key.source, key.shard}] = position;
  }
  if (context_.journal == nullptr) return;
  durable_sequence_ = DurablePosition(kJournalSource, context_.journal->id()).value_or(0);
  next_sequence_ = std::max(durable_sequence_.load() + 1, context_.journal->first_sequence());
}

OutputRunner::~OutputRunner() {
  Halt();
}

void OutputRunner::Halt() {
  for (std::jthread& worker : workers_) worker.request_stop();
  flusher_.request_stop();
  work_.notify_all();
  workers_.clear();
  if (flusher_.joinable()) flusher_.join();
}

void OutputRunner::Start() {
  if (context_.journal != nullptr) {
    next_sequence_ = std::max(next_sequence_, context_.journal->first_sequence());
    available_end_ = inherited_end_ = context_.journal->durable_end();
    NoteFinishedLives();
    for (unsigned i = 0; i < std::max(1U, options_.workers); ++i) {
      workers_.emplace_back([this](std::stop_token stop) { Work(stop); });
    }
  }
  flusher_ = std::jthread([this](std::stop_token stop) { FlushLoop(stop); });
}

uint32_t OutputRunner::ShardOf(journal::LifeId life) const {
  return context_.shards->HandleOf(kJournalSource, point::LifeShard(context_.journal->id(), life));
}

uint32_t OutputRunner::ShardOfThisLife() const {
  for (const journal::EarlierLife& life : context_.journal->earlier_lives()) ShardOf(life.life);
  return ShardOf(context_.journal->life());
}

void OutputRunner::NoteFinishedLives() {
  for (const journal::EarlierLife& life : context_.journal->earlier_lives()) {
    if (life.life == 0 || life.last_sequence > durable_sequence_) continue;
    tracker_.Begin(ShardOf(life.life), life.last_sequence);
    tracker_.End(ShardOf(life.life), life.last_sequence);
  }
}

void OutputRunner::Offer(Parsed parsed) {
  const size_t bytes = BytesOf(parsed.batches);
  {
    const std::lock_guard lock(mutex_);
    available_end_ = std::max(available_end_, parsed.sequence);
    // What does not fit is simply not kept: it will be read from the journal.
    if (parsed.sequence >= next_sequence_ && handoff_bytes_ + bytes <= options_.handoff_bytes) {
      handoff_bytes_ += bytes;
      handoff_.push_back(std::move(parsed));
    }
  }
  work_.notify_one();
}

void OutputRunner::Notify() {
  {
    const std::lock_guard lock(mutex_);
    available_end_ = std::max(available_end_, context_.journal->durable_end());
  }
  work_.notify_all();
}

std::optional<OutputRunner::Parsed> OutputRunner::TakeHandoff() {
  std::optional<Parsed> taken;
  while (!handoff_.empty() && handoff_.front().sequence <= next_sequence_) {
    handoff_bytes_ -= BytesOf(handoff_.front().batches);
    if (handoff_.front().sequence == next_sequence_) taken = std::move(handoff_.front());
    handoff_.pop_front();
  }
  return taken;
}

bool OutputRunner::AwaitRecord(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  for (;;) {
    const bool ready = work_.wait(lock, stop, [this] { return failed_ || MustGiveUpInherited() || HasRecord(); });
    if (!ready || failed_) return false;
    if (!MustGiveUpInherited()) return true;
    gave_up_inherited_ = GiveUpOpen(lock, std::nullopt, stop);
    work_.notify_all();
    idle_.notify_all();
    if (!gave_up_inherited_) return false;
  }
}

Result<bool> OutputRunner::TakeTask(Task& task, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  do {
    if (!AwaitRecord(lock, stop)) return false;
    // Nobody waits for room with a record in hand: its position would stay open, and those that others go on to would
    // become files of their own, one by one.
    lock.unlock();
    const Status room = gate_.Enter(stop);
    lock.lock();
    if (stop.stop_requested()) return false;
    FIRN_TRY(room);
  } while (failed_ || MustGiveUpInherited() || !HasRecord());
  task.sequence = next_sequence_;
  task.parsed = TakeHandoff();
  if (!task.parsed.has_value()) {
    taking_ = true;
    lock.unlock();
    const Result<bool> read = ReadRecord(task);
    lock.lock();
    taking_ = false;
    FIRN_TRY(read.status());
    if (!*read) {
      next_sequence_ = reader_->position();
      work_.notify_one();
      idle_.notify_all();
      return true;
    }
  }
  next_sequence_ = task.sequence + 1;
  ++working_;
  task.taken = true;
  tracker_.Begin(journal_shard_, task.sequence);
  task.life = task.parsed.has_value() ? life_shard_ : ShardOf(task.record.life);
  if (task.life != journal_shard_) tracker_.Begin(task.life, task.sequence);
  if (task.pulled.has_value()) EnterPulled(task, *task.pulled);
  if (task.record.kind == journal::RecordKind::kPositionAbort) {
    GiveUpOpen(lock, context_.shards->HandleOf(task.pulled->source, task.pulled->shard), stop);
  }
  work_.notify_one();
  return true;
}

Result<bool> OutputRunner::ReadRecord(Task& task) {
  if (!reader_ || reader_->position() != task.sequence) {
    FIRN_ASSIGN(reader_, context_.journal->Read(task.sequence));
  }
  for (;;) {
    Result<std::optional<journal::Record>> record = reader_->Next();
    if (!record.ok() && record.error().kind() == ErrorKind::kCorrupt) {
      // Acknowledged bytes are gone; nothing can bring them back, and what stands behind them must not wait for ever.
      FIRN_ASSIGN(const int64_t lost, reader_->SkipDamage());
      log::LogError("output {}: {}: {} acknowledged bodies are lost; the damaged file is kept", options_.name,
                    record.error().message(), lost);
      continue;
    }
    FIRN_TRY(record.status());
    if (!record->has_value()) return false;
    task.record = std::move(**record);
    task.sequence = task.record.sequence;
    if (IsPulled(task.record.kind)) {
      FIRN_ASSIGN(task.pulled, DecodePulledName(task.record.payload));
    }
    return true;
  }
}

void OutputRunner::EnterPulled(Task& task, const PulledName& name) {
  const uint32_t shard = context_.shards->HandleOf(name.source, name.shard);
  if (task.record.kind == journal::RecordKind::kPulledBatches) {
    task.order = pulled_.EnterRows(shard, name.position, task.sequence);
  } else if (task.record.kind == journal::RecordKind::kPositionEnd) {
    pulled_.EnterEnd(shard, name.position, task.sequence);
  }
}

bool OutputRunner::GiveUpOpen(std::unique_lock<std::mutex>& lock, std::optional<uint32_t> shard,
                              const std::stop_token& stop) {
  // Nobody takes another record meanwhile: the next attempt may be at the same position.
  taking_ = true;
  std::optional<PulledPositions::Key> open;
  while ((open = pulled_.FindOpen(shard)).has_value()) {
    if (!idle_.wait(lock, stop, [&] { return failed_ || !pulled_.IsInProgress(*open); }) || failed_) break;
    lock.unlock();
    context_.output->Discard(open->shard, open->position);
    lock.lock();
    pulled_.GiveUp(*open);
  }
  taking_ = false;
  return !open.has_value();
}

void OutputRunner::LeavePulled(uint32_t shard, int64_t position) {
  {
    const std::lock_guard lock(mutex_);
    pulled_.LeaveRows(shard, position);
  }
  idle_.notify_all();
}

void OutputRunner::Work(std::stop_token stop) {
  inputs::BodyDecoder decoder;  // what it has learned from one body helps with the next
  for (;;) {
    Task task;
    const Result<bool> taken = TakeTask(task, stop);
    if (!taken.ok()) return Fail(taken.status());
    if (!*taken) return;
    if (!task.taken) continue;
    const Status processed = Process(task, decoder);
    if (processed.ok()) {
      if (task.life != journal_shard_) tracker_.End(task.life, task.sequence);
      tracker_.End(journal_shard_, task.sequence);  // last: of each life everything up to there is complete
    }
    {
      const std::lock_guard lock(mutex_);
      --working_;
    }
    idle_.notify_all();
    if (context_.output->wants_flush()) flush_wanted_.notify_all();
    if (!processed.ok()) {
      if (processed.error().kind() != ErrorKind::kCancelled) Fail(processed);
      return;
    }
  }
}

Status OutputRunner::Process(Task& task, inputs::BodyDecoder& decoder) {
  if (task.pulled.has_value()) return ProcessPulled(task);
  return ProcessPushed(task, decoder);
}

Result<std::optional<OutputRunner::Parsed>> OutputRunner::DecodeTask(const Task& task, inputs::BodyDecoder& decoder) {
  if (task.record.kind == journal::RecordKind::kPushedRows) {
    FIRN_ASSIGN(PushedRows rows, DecodePushedRows(task.record.payload, series_));
    return std::optional<Parsed>({task.sequence, std::move(rows.source), std::move(rows.batches)});
  }
  if (task.record.kind != journal::RecordKind::kPushedBody) return std::optional<Parsed>();
  FIRN_ASSIGN(const inputs::PushedBody body, DecodePushed(task.record.payload));
  line_protocol::ParseErrors answered_when_it_came;
  return std::optional<Parsed>({task.sequence, body.source, decoder.Decode(body, answered_when_it_came)});
}

Status OutputRunner::ProcessPushed(Task& task, inputs::BodyDecoder& decoder) {
  if (!task.parsed.has_value()) {
    FIRN_ASSIGN(task.parsed, DecodeTask(task, decoder));
    if (!task.parsed.has_value()) return OkStatus();
  }
  uint32_t order = 0;
  for (point::Batch& batch : task.parsed->batches) batch.origin = {task.life, task.sequence, order++};
  return Deliver(task.parsed->source, std::move(task.parsed->batches));
}

Status OutputRunner::ProcessPulled(Task& task) {
  if (task.record.kind != journal::RecordKind::kPulledBatches) return OkStatus();
  const auto held = held_.find({task.pulled->source, task.pulled->shard});
  const uint32_t shard = context_.shards->HandleOf(task.pulled->source, task.pulled->shard);
  if (held != held_.end() && task.pulled->position <= held->second) {
    LeavePulled(shard, task.pulled->position);
    return OkStatus();
  }
  FIRN_ASSIGN(PulledRecord record, DecodePulled(task.record.payload, series_));
  // Records of one position stay in order: a record has far fewer than 4,096 batches.
  uint32_t order = task.order << 12U;
  for (point::Batch& batch : record.batches) batch.origin = {shard, task.pulled->position, order++};
  FIRN_TRY(Deliver(task.pulled->source, std::move(record.batches)));
  LeavePulled(shard, task.pulled->position);
  return OkStatus();
}

Status OutputRunner::Deliver(const std::string& source, std::vector<point::Batch> batches) {
  FIRN_ASSIGN(std::vector<point::Batch> ready, context_.stages->Apply(source, std::move(batches)));
  if (ready.empty()) return OkStatus();
  uint64_t rows = 0;
  for (const point::Batch& batch : ready) rows += batch.rows();
  FIRN_TRY(context_.output->Write(std::move(ready)));
  rows_taken_ += rows;
  return OkStatus();
}

Status OutputRunner::WriteDirect(const std::string& source, uint32_t shard, int64_t position,
                                 std::vector<point::Batch> batches, std::stop_token stop) {
  for (point::Batch& batch : batches) batch.origin = {shard, position, batch.origin.sequence};
  FIRN_TRY(gate_.Enter(stop));
  return Deliver(source, std::move(batches));
}

void OutputRunner::AbandonDirect(uint32_t shard, int64_t position) {
  context_.output->Discard(shard, position);
  tracker_.Abandon(shard, position);
}

std::optional<int64_t> OutputRunner::DurablePosition(const std::string& source, const std::string& shard) const {
  const std::optional<int64_t> stored = context_.checkpoint->Get({options_.name, source, shard});
  // Of the journal only the checkpoint knows: it is held back where a pulled position has begun and not ended.
  if (source == kJournalSource) return stored;
  const std::optional<int64_t> own = context_.output->DurablePosition(source, shard);
  return stored.has_value() && own.has_value() ? std::max(*stored, *own) : (stored.has_value() ? stored : own);
}

std::optional<int64_t> OutputRunner::NextHeldPosition(const std::string& source, const std::string& shard,
                                                      int64_t position) const {
  std::optional<int64_t> next = context_.output->NextHeldPosition(source, shard, position);
  const auto held = held_.find({source, shard});
  if (held != held_.end() && held->second > position) next = std::min(next.value_or(held->second), held->second);
  return next;
}

bool OutputRunner::WillHold(int64_t sequence, const std::string& source, const std::string& shard,
                            int64_t position) const {
  return sequence > durable_sequence_.load() || DurablePosition(source, shard).value_or(INT64_MIN) >= position;
}

void OutputRunner::FlushLoop(std::stop_token stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  uint64_t jitter_seed = static_cast<uint64_t>(context_.clock->NowNs());
  while (!stop.stop_requested()) {
    auto wait = options_.flush_interval;
    if (options_.flush_jitter.count() > 0) {
      jitter_seed = jitter_seed * 6364136223846793005ULL + 1442695040888963407ULL;
      wait += std::chrono::milliseconds((jitter_seed >> 33) % static_cast<uint64_t>(options_.flush_jitter.count() + 1));
    }
    flush_wanted_.wait_for(lock, stop, wait, [this] { return context_.output->wants_flush(); });
    if (stop.stop_requested()) return;
    const Status flushed = FlushNow();
    // An output that wants its flush while a long position is open would be asked without end.
    if (flushed.ok()) flush_wanted_.wait_for(lock, stop, std::chrono::milliseconds(100), [] { return false; });
    if (!flushed.ok()) {
      if (flushed.error().kind() == ErrorKind::kCancelled) return;
      // An output that asks for its flush and fails would be asked without end: its turn comes with the next interval.
      flush_wanted_.wait_for(lock, stop, std::min(options_.flush_interval, std::chrono::milliseconds(5'000)),
                             [] { return false; });
    }
  }
}

Status OutputRunner::FlushNow() {
  const std::lock_guard lock(flush_mutex_);
  const std::vector<outputs::ShardProgress> progress = tracker_.Snapshot();
  const bool news = std::any_of(progress.begin(), progress.end(), [this](const outputs::ShardProgress& shard) {
    const auto flushed = flushed_.find(shard.shard);
    return flushed == flushed_.end() || flushed->second < shard.complete_up_to;
  });
  if (!news) return OkStatus();
  const Status flushed = Flush(progress);
  if (flushed.ok()) flush_outage_.Succeeded();
  if (!flushed.ok() && flushed.error().kind() != ErrorKind::kCancelled) flush_outage_.Failed(flushed.error());
  return flushed;
}

Status OutputRunner::Relieve(size_t bytes) {
  const std::lock_guard lock(flush_mutex_);
  if (context_.output->buffered_bytes() <= options_.memory_bytes) return OkStatus();  // a flush has made room meanwhile
  const Status relieved = context_.output->Relieve(tracker_.Snapshot(), bytes);
  if (relieved.ok()) {
    memory_outage_.Succeeded();
  } else {
    memory_outage_.Failed(relieved.error());
    ++failed_reliefs_;
  }
  return relieved;
}

Status OutputRunner::Flush(const std::vector<outputs::ShardProgress>& progress) {
  const Result<outputs::FlushReport> report = context_.output->Flush(progress);
  {
    const std::lock_guard totals_lock(mutex_);
    ++totals_.flushes;
    if (!report.ok() || !report->failures.empty()) ++totals_.failed_flushes;
    if (report.ok()) {
      totals_.rows_flushed += report->rows;
      totals_.files += report->files;
      totals_.bytes += report->bytes;
    }
  }
  if (!report.ok()) {
    if (report.error().kind() == ErrorKind::kCancelled) superseded_ = true;
    // Rows that the output has lost (kConflict) come back when the process starts again and reads them anew.
    if (superseded_ || report.error().kind() == ErrorKind::kConflict) Fail(report.status());
    return report.error();
  }
  FIRN_TRY(NoteDurable(progress, report->durable));
  if (context_.flushed) context_.flushed();
  if (!report->failures.empty()) return Unavailable("{}", report->failures.front());
  return OkStatus();
}

Status OutputRunner::NoteDurable(const std::vector<outputs::ShardProgress>& asked,
                                 const std::vector<outputs::ShardProgress>& durable) {
  int64_t sequence = durable_sequence_.load();
  for (const outputs::ShardProgress& shard : durable) {
    if (context_.journal != nullptr && shard.shard == journal_shard_) sequence = shard.complete_up_to;
    if (shard.source == kJournalSource) continue;
    context_.checkpoint->Set({options_.name, shard.source, shard.shard_name}, shard.complete_up_to);
  }
  for (const outputs::ShardProgress& shard : durable) {
    if (shard.source != kJournalSource) continue;
    const auto wanted =
        std::find_if(asked.begin(), asked.end(), [&](const auto& it) { return it.shard == shard.shard; });
    if (wanted != asked.end() && shard.complete_up_to < wanted->complete_up_to) {
      sequence = std::min(sequence, shard.complete_up_to);  // a life whose rows are not all there holds the journal
    }
  }
  {
    const std::lock_guard lock(mutex_);
    for (const outputs::ShardProgress& shard : durable) pulled_.NoteDurable(shard.shard, shard.complete_up_to);
    sequence = pulled_.HoldBack(sequence);
  }
  if (context_.journal != nullptr)
    context_.checkpoint->Set({options_.name, kJournalSource, context_.journal->id()}, sequence);
  FIRN_TRY(context_.checkpoint->Save());
  for (const outputs::ShardProgress& shard : durable) flushed_[shard.shard] = shard.complete_up_to;
  durable_sequence_ = sequence;
  return OkStatus();
}

bool OutputRunner::Drained() const {
  return failed_ || context_.journal == nullptr || workers_.empty() || HasTakenLocked(context_.journal->durable_end());
}

void OutputRunner::WaitUntilDrained(std::chrono::steady_clock::time_point end, LastFlush last_flush,
                                    const std::stop_token& give_up) {
  constexpr std::chrono::milliseconds kLook{100};  // nobody tells when making room begins to fail
  const uint64_t failed_before = failed_reliefs_.load();
  std::unique_lock lock(mutex_);
  while (!Drained() && !give_up.stop_requested() && std::chrono::steady_clock::now() < end) {
    // Not what failed a while ago: the store may be back.
    if (last_flush == LastFlush::kOnce && failed_reliefs_.load() > failed_before) return;
    idle_.wait_for(lock, give_up, kLook, [this] { return Drained(); });
  }
}

Status OutputRunner::Stop(std::chrono::milliseconds deadline, LastFlush last_flush, std::stop_token give_up) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  if (context_.journal != nullptr) Notify();
  WaitUntilDrained(end, last_flush, give_up);
  Status flushed = FlushNow();
  auto pause = std::chrono::milliseconds(100);
  while (last_flush == LastFlush::kTriedAgain && !flushed.ok() && flushed.error().kind() != ErrorKind::kCancelled &&
         std::chrono::steady_clock::now() < end) {
    std::unique_lock lock(mutex_);
    idle_.wait_for(lock, pause, [] { return false; });
    pause = std::min(pause * 2, std::chrono::milliseconds(2'000));
    lock.unlock();
    flushed = FlushNow();
  }
  bool drained = false;
  {
    const std::lock_guard lock(mutex_);
    drained = Drained();
  }
  Halt();
  if (flushed.ok() && !drained) {
    return Timeout("output {}: not everything could be written in time; what is left stays in the journal",
                   options_.name);
  }
  return flushed;
}

bool OutputRunner::HasTaken(int64_t sequence) const {
  const std::lock_guard lock(mutex_);
  return HasTakenLocked(sequence);
}

void OutputRunner::Fail(Status status) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    failed_ = true;
  }
  work_.notify_all();
  idle_.notify_all();
  if (context_.fatal) context_.fatal(std::move(status));
}

RunnerStats OutputRunner::stats() const {
  const size_t buffered_bytes = context_.output->buffered_bytes();
  const std::lock_guard lock(mutex_);
  RunnerStats stats = totals_;
  stats.rows_taken = rows_taken_.load();
  stats.buffered_bytes = buffered_bytes;
  if (context_.journal != nullptr) {
    stats.journal_lag = std::max<int64_t>(0, context_.journal->durable_end() - durable_sequence_.load());
  }
  return stats;
}

}  // namespace firn::pipeline
