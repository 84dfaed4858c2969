#include "journal/journal.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "journal/committer.h"
#include "journal/recovery.h"
#include "journal/segment_list_reader.h"

namespace firn::journal {
namespace {

/// LZ4 blocks and the header's 32-bit lengths allow a little more.
constexpr uint64_t kMaxRecordBytes = uint64_t{1} << 30;

class FileJournal final : public Journal {
 public:
  struct Parts {
    std::unique_ptr<storage::FolderLock> lock;
    std::shared_ptr<SegmentList> list;
    std::unique_ptr<SegmentWriter> writer;
    std::vector<EarlierLife> earlier_lives;
    uint64_t torn_bytes = 0;
    int64_t last_time_ns = 0;
  };

  FileJournal(JournalOptions options, storage::FileSystem& file_system, const Clock& clock, Parts parts)
      : options_(std::move(options)),
        file_system_(file_system),
        clock_(clock),
        lock_(std::move(parts.lock)),
        list_(std::move(parts.list)),
        id_(IdText(list_->id())),
        life_(parts.writer->header().life),
        earlier_lives_(std::move(parts.earlier_lives)),
        torn_bytes_(parts.torn_bytes),
        recovered_time_ns_(parts.last_time_ns),
        committer_(options_, file_system, clock, list_, std::move(parts.writer)) {}

  void Append(const NewRecord& record, Done done) override {
    uint64_t size = 0;
    for (const std::string_view part : record.parts) size += part.size();
    if (size > options_.max_record_bytes) {
      done(
          InvalidInput("a journal record of {} bytes is larger than the limit of {}", size, options_.max_record_bytes));
      return;
    }
    StoredPayload payload = StorePayload(record.parts, record.compression);
    PendingRecord pending;
    pending.header.time_ns = clock_.NowNs();
    pending.header.stored_bytes = static_cast<uint32_t>(payload.bytes.size());
    pending.header.raw_bytes = payload.raw_bytes;
    pending.header.payload_crc = payload.crc;
    pending.header.kind = record.kind;
    pending.header.compressed = payload.compressed;
    pending.header.digest = record.digest;
    pending.stored = std::move(payload.bytes);
    pending.done = std::move(done);
    committer_.Submit(std::move(pending));
  }

  Status SkipTo(int64_t next_sequence) override { return committer_.SkipTo(next_sequence); }

  Result<std::unique_ptr<Reader>> Read(int64_t from_sequence, Payloads payloads) override {
    if (from_sequence <= durable_end()) FIRN_TRY(list_->Find(from_sequence));
    return std::unique_ptr<Reader>(std::make_unique<SegmentListReader>(list_, file_system_, from_sequence, payloads));
  }

  bool WaitBeyond(int64_t sequence, std::stop_token stop) override {
    return list_->WaitBeyond(sequence, std::move(stop));
  }

  Status Trim(int64_t sequence) override {
    const std::lock_guard lock(trim_mutex_);
    const std::vector<Segment> segments = list_->All();
    size_t removable = 0;
    while (removable + 1 < segments.size() && segments[removable + 1].follows <= sequence) ++removable;
    if (removable == 0) return OkStatus();
    if (options_.before_removal != nullptr) FIRN_TRY(options_.before_removal(segments[removable].follows));
    // One after another, each durably, so that a crash leaves no hole between segments.
    for (size_t i = 0; i < removable; ++i) {
      FIRN_TRY(Discard(segments[i]));
      FIRN_TRY(file_system_.SyncFolder(options_.folder));
      list_->Remove(segments[i].first_sequence);
    }
    return OkStatus();
  }

  const std::string& id() const override { return id_; }
  LifeId life() const override { return life_; }
  const std::vector<EarlierLife>& earlier_lives() const override { return earlier_lives_; }
  int64_t durable_end() const override { return list_->durable_end(); }
  int64_t first_sequence() const override { return list_->first_sequence(); }

  int64_t SequenceBefore(int64_t time_ns) const override {
    const std::vector<Segment> segments = list_->All();
    for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
      if (segment->created_ns <= time_ns) return std::min(segment->first_sequence, durable_end() + 1);
    }
    return first_sequence();
  }

  int64_t recovered_time_ns() const override { return recovered_time_ns_; }
  uint64_t bytes() const override { return list_->bytes(); }

  JournalStats stats() const override {
    JournalStats stats = committer_.stats();
    stats.torn_bytes = torn_bytes_;
    for (const Segment& segment : list_->All()) stats.damaged_segments += segment.damaged ? 1 : 0;
    return stats;
  }

 private:
  Status Discard(const Segment& segment) {
    if (!segment.damaged) return file_system_.Remove(segment.path);
    const std::string kept = segment.path + std::string(kDamagedSuffix);
    log::Warn("journal: a segment with damaged records is kept as {}", kept);
    return file_system_.Rename(segment.path, kept);
  }

  const JournalOptions options_;
  storage::FileSystem& file_system_;
  const Clock& clock_;
  const std::unique_ptr<storage::FolderLock> lock_;
  const std::shared_ptr<SegmentList> list_;
  const std::string id_;
  const LifeId life_;
  const std::vector<EarlierLife> earlier_lives_;
  const uint64_t torn_bytes_;
  const int64_t recovered_time_ns_;
  std::mutex trim_mutex_;
  Committer committer_;  ///< last: its thread ends before the rest goes
};

/// Of 32 bits: among ancestors two of one number would do no harm, as sequences ascend; only the few lives that a copy
/// puts beside each other must differ.
LifeId DrawLife(Random& random) {
  return static_cast<LifeId>(1 + random.Below(UINT32_MAX));
}

Status CheckOptions(JournalOptions& options) {
  if (options.folder.empty()) return InvalidConfig("the journal needs a folder");
  if (options.space_limit_bytes < 4 * kSegmentHeaderBytes) {
    return InvalidConfig("the journal's space limit of {} bytes holds no record", options.space_limit_bytes);
  }
  options.segment_bytes = std::min(options.segment_bytes, options.space_limit_bytes / 4);
  options.max_record_bytes = std::min(options.max_record_bytes, kMaxRecordBytes);
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<Journal>> Journal::Open(JournalOptions options, storage::FileSystem& file_system,
                                               const Clock& clock, Random& random) {
  FIRN_TRY(CheckOptions(options));
  FIRN_TRY(file_system.CreateFolders(options.folder));
  FileJournal::Parts parts;
  FIRN_ASSIGN(parts.lock, file_system.Lock(options.folder));
  FIRN_ASSIGN(Recovered recovered, RecoverFolder(file_system, options.folder));
  parts.torn_bytes = recovered.torn_bytes;
  parts.last_time_ns = recovered.last_time_ns;
  parts.list = std::move(recovered.list);
  parts.earlier_lives = std::move(recovered.lives);
  if (parts.list == nullptr) {
    const auto id = ParseIdText(random.Uuid());
    if (!id.has_value()) return Internal("the random source made no UUID");
    parts.list = std::make_shared<SegmentList>(*id);
  }
  // A run begins a segment of its own: an fsync that failed in the run before says nothing about what is added now.
  const SegmentHeader header{parts.list->id(), recovered.next_sequence, recovered.follows, clock.NowNs(),
                             DrawLife(random)};
  FIRN_ASSIGN(parts.writer, SegmentWriter::Create(file_system, options.folder, header));
  parts.list->Add({parts.writer->path(), header.first_sequence, header.follows, header.created_ns, header.life,
                   parts.writer->bytes(), false});
  return std::unique_ptr<Journal>(
      std::make_unique<FileJournal>(std::move(options), file_system, clock, std::move(parts)));
}

Result<int64_t> Journal::AppendAndWait(const NewRecord& record) {
  std::promise<Result<int64_t>> promise;
  Append(record, [&promise](Result<int64_t> result) { promise.set_value(std::move(result)); });
  return promise.get_future().get();
}

}  // namespace firn::journal
