#include "journal/committer.h"

#include <algorithm>
#include <array>
#include <utility>

namespace firn::journal {

Committer::Committer(const JournalOptions& options, storage::FileSystem& file_system, const Clock& clock,
                     std::shared_ptr<SegmentList> list, std::unique_ptr<SegmentWriter> writer)
    : options_(options),
      file_system_(file_system),
      clock_(clock),
      list_(std::move(list)),
      seed_(HeaderSeed(list_->id())),
      life_(writer->header().life),
      writer_(std::move(writer)),
      next_sequence_(writer_->header().first_sequence),
      thread_([this] { Run(); }) {}

Committer::~Committer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  room_.notify_all();
  thread_.join();
  list_->Close();
}

Status Committer::AdmissionWithLock(uint64_t bytes) {
  if (failure_.has_value()) return *failure_;
  if (stopping_) return Cancelled("the journal is being closed");
  const uint64_t used = list_->bytes() + unsettled_bytes_;
  if (used + bytes > options_.space_limit_bytes) {
    ++stats_.refused;
    return ResourceExhausted("the journal is full ({} of {} bytes): outputs are slower than what comes in", used,
                             options_.space_limit_bytes);
  }
  return OkStatus();
}

void Committer::Submit(PendingRecord record) {
  const uint64_t bytes = record.bytes();
  Status admitted;
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return queued_bytes_ <= options_.max_queued_bytes || stopping_ || failure_.has_value(); });
    admitted = AdmissionWithLock(bytes);
    if (admitted.ok()) {
      queued_bytes_ += bytes;
      unsettled_bytes_ += bytes;
      queue_.push_back(std::move(record));
    }
  }
  if (admitted.ok()) {
    waiting_.notify_one();
  } else {
    record.done(admitted.error());
  }
}

Committer::Batch Committer::TakeBatch() {
  Batch batch;
  {
    std::unique_lock lock(mutex_);
    waiting_.wait(lock, [&] { return !queue_.empty() || stopping_; });
    batch.swap(queue_);
    queued_bytes_ = 0;
  }
  room_.notify_all();
  return batch;
}

void Committer::Run() {
  for (;;) {
    Batch batch = TakeBatch();
    if (batch.empty()) return;
    std::optional<Error> failure;
    {
      const std::lock_guard lock(mutex_);
      failure = failure_;
    }
    Status status = failure.has_value() ? Status(*failure) : Write(batch);
    Settle(batch, status);
  }
}

Status Committer::CheckFreeSpace(uint64_t bytes) {
  FIRN_ASSIGN(const uint64_t free_bytes, file_system_.FreeBytes(options_.folder));
  if (free_bytes < bytes || free_bytes - bytes < options_.free_space_floor_bytes) {
    return ResourceExhausted("the disk of the journal is nearly full ({} bytes free, {} stay reserved): {}", free_bytes,
                             options_.free_space_floor_bytes, options_.folder);
  }
  return OkStatus();
}

Status Committer::BeginSegment(int64_t first_sequence) {
  const SegmentHeader header{list_->id(), first_sequence, list_->durable_end(), clock_.NowNs(), life_};
  auto writer = SegmentWriter::Create(file_system_, options_.folder, header);
  if (!writer.ok()) return RemoveUnbegun(options_.folder + "/" + SegmentFileName(first_sequence), writer.error());
  writer_ = std::move(*writer);
  list_->Add(
      {writer_->path(), header.first_sequence, header.follows, header.created_ns, life_, writer_->bytes(), false});
  return OkStatus();
}

Status Committer::RemoveUnbegun(const std::string& path, const Error& why) {
  // A full disk is no end: smaller batches still go to the segment before. An empty one behind it would hide them from
  // the next start, which takes its header's word for where the one before ends.
  Status removed = file_system_.Remove(path);
  if (removed.ok() || removed.error().kind() == ErrorKind::kNotFound)
    removed = file_system_.SyncFolder(options_.folder);
  if (removed.ok()) return why;
  return Unavailable("{}, and {} cannot be removed: {}", why.message(), path, removed.error().message());
}

Status Committer::Write(Batch& batch) {
  uint64_t batch_bytes = 0;
  for (const PendingRecord& record : batch) batch_bytes += record.bytes();
  FIRN_TRY(CheckFreeSpace(batch_bytes));
  const bool has_records = writer_->bytes() > kSegmentHeaderBytes;
  if (has_records && writer_->bytes() + batch_bytes > options_.segment_bytes) FIRN_TRY(BeginSegment(next_sequence_));

  std::vector<std::array<char, kRecordHeaderBytes>> headers(batch.size());
  std::vector<std::string_view> parts;
  parts.reserve(2 * batch.size());
  for (size_t i = 0; i < batch.size(); ++i) {
    RecordHeader& header = batch[i].header;
    header.sequence = next_sequence_ + static_cast<int64_t>(i);
    header.batch_first = next_sequence_;
    SerializeRecordHeader(header, seed_, headers[i]);
    parts.emplace_back(headers[i].data(), headers[i].size());
    parts.emplace_back(batch[i].stored);
  }
  FIRN_TRY(writer_->AppendDurably(parts));
  next_sequence_ += static_cast<int64_t>(batch.size());
  list_->Grow(batch_bytes, next_sequence_ - 1);
  const std::lock_guard lock(mutex_);
  ++stats_.batches;
  ++stats_.fsyncs;
  stats_.records += batch.size();
  stats_.written_bytes += batch_bytes;
  for (const PendingRecord& record : batch) stats_.payload_bytes += record.header.raw_bytes;
  return OkStatus();
}

void Committer::Settle(Batch& batch, const Status& status) {
  const bool full = !status.ok() && status.error().kind() == ErrorKind::kResourceExhausted;
  std::optional<Error> failure;
  bool is_news = false;
  {
    const std::lock_guard lock(mutex_);
    for (const PendingRecord& record : batch) unsettled_bytes_ -= record.bytes();
    if (full) stats_.refused += batch.size();
    is_news = !status.ok() && !full && !failure_.has_value();
    if (is_news) {
      failure_ = Unavailable("the journal has failed and takes nothing until the program is started anew: {}",
                             status.error().message());
    }
    failure = failure_;
  }
  if (is_news && options_.failed) options_.failed(*failure);
  if (failure.has_value()) {
    list_->Close();
    room_.notify_all();
  }
  for (PendingRecord& record : batch) {
    if (status.ok()) {
      record.done(record.header.sequence);
    } else {
      record.done(full ? status.error() : *failure);
    }
  }
}

Status Committer::SkipTo(int64_t next_sequence) {
  const std::lock_guard lock(mutex_);
  if (failure_.has_value()) return *failure_;
  if (unsettled_bytes_ > 0) return Internal("the journal skips sequences while records are being written");
  if (next_sequence <= next_sequence_) return OkStatus();
  const bool was_empty = writer_->bytes() == kSegmentHeaderBytes;
  const std::string path = writer_->path();
  const int64_t first_sequence = writer_->header().first_sequence;
  FIRN_TRY(BeginSegment(next_sequence));
  next_sequence_ = next_sequence;
  if (!was_empty) return OkStatus();
  list_->Remove(first_sequence);
  return file_system_.Remove(path);
}

JournalStats Committer::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace firn::journal
