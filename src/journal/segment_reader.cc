#include "journal/segment_reader.h"

#include <algorithm>

namespace firn::journal {
namespace {

/// One read of the disk for many small records.
constexpr size_t kWindowBytes = 256 * 1024;

}  // namespace

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(storage::FileSystem& file_system, std::string path) {
  FIRN_ASSIGN(auto file, file_system.Open(path, storage::FileSystem::Mode::kRead));
  return Open(std::move(file), std::move(path));
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(std::unique_ptr<storage::File> file, std::string name) {
  std::unique_ptr<SegmentReader> reader(new SegmentReader(std::move(file), std::move(name)));
  FIRN_ASSIGN(const std::string_view bytes, reader->Window(0, kSegmentHeaderBytes));
  auto header = ParseSegmentHeader(bytes);
  if (!header.ok()) return header.error().WithContext(reader->path_);
  reader->header_ = *header;
  reader->seed_ = HeaderSeed(header->id);
  return reader;
}

Result<std::string_view> SegmentReader::Window(uint64_t offset, size_t length) {
  const bool inside = offset >= window_offset_ && offset + length <= window_offset_ + window_.size();
  if (!inside) {
    const uint64_t wanted = std::max(length, kWindowBytes);
    FIRN_ASSIGN(window_, file_->ReadAt(offset, std::min(wanted, end_ - std::min(end_, offset))));
    window_offset_ = offset;
  }
  return std::string_view(window_).substr(offset - window_offset_);
}

Result<uint64_t> SegmentReader::End() const {
  FIRN_ASSIGN(const uint64_t size, file_->Size());
  return std::min(size, end_);
}

Result<SegmentReader::Step> SegmentReader::Peek() {
  FIRN_ASSIGN(const std::string_view bytes, Window(offset_, kRecordHeaderBytes));
  if (bytes.empty()) return Step(Stop::kEnd);
  const auto header = ParseRecordHeader(bytes, seed_);
  if (!header.has_value()) return Step(Stop::kBroken);
  const uint64_t end = offset_ + kRecordHeaderBytes + header->stored_bytes;
  if (end > window_offset_ + window_.size()) {
    FIRN_ASSIGN(const uint64_t size, End());
    if (end > size) return Step(Stop::kBroken);
  }
  return Step(Position{offset_, *header});
}

Result<std::string> SegmentReader::ReadPayload(const Position& position) {
  const uint64_t begin = position.offset + kRecordHeaderBytes;
  const size_t length = position.header.stored_bytes;
  if (length <= kWindowBytes) {
    FIRN_ASSIGN(const std::string_view bytes, Window(begin, length));
    return LoadPayload(position.header, std::string(bytes.substr(0, length)));
  }
  FIRN_ASSIGN(std::string stored, file_->ReadAt(begin, length));
  return LoadPayload(position.header, std::move(stored));
}

Result<bool> SegmentReader::Resynchronise() {
  uint64_t from = offset_ + 1;
  for (;;) {
    FIRN_ASSIGN(const std::string_view bytes, Window(from, kRecordHeaderBytes));
    const size_t found = FindRecordHeader(bytes, seed_);
    if (found != std::string_view::npos) {
      offset_ = from + found;
      return true;
    }
    FIRN_ASSIGN(const uint64_t size, End());
    const uint64_t seen_end = from + bytes.size();
    if (bytes.size() < kRecordHeaderBytes || seen_end >= size) {
      offset_ = size;
      return false;
    }
    // A header may stand across the border of two windows.
    from = seen_end - (kRecordHeaderBytes - 1);
  }
}

Result<bool> SegmentReader::SkipBroken() {
  FIRN_ASSIGN(const Step step, Peek());
  if (const auto* position = std::get_if<Position>(&step)) {
    Skip(*position);
    return true;
  }
  return Resynchronise();
}

namespace {

/// Counts the records of a segment while a pass goes over them.
class Scan {
 public:
  explicit Scan(const SegmentHeader& header) : due_(header.first_sequence) {
    result_.header = header;
    result_.last_sequence = header.follows;
  }

  bool IsDue(const RecordHeader& header) const {
    return broken_at_ ? header.sequence >= due_ : header.sequence == due_;
  }

  void Break(uint64_t offset) {
    if (!broken_at_) {
      broken_at_ = offset;
      broken_sequence_ = due_;
    }
  }

  void Take(const RecordHeader& header, uint64_t end) {
    if (broken_at_ && header.batch_first > broken_sequence_) result_.damaged_at = broken_at_;
    due_ = header.sequence + 1;
    if (!broken_at_) result_.valid_end = end;
    // Whole records of a torn batch do not count: nobody was told that they are there.
    if (broken_at_ && !result_.damaged_at) return;
    result_.last_sequence = header.sequence;
    result_.last_time_ns = header.time_ns;
    result_.raw_bytes += header.raw_bytes;
    result_.records_end = end;
    ++result_.records;
  }

  SegmentScan Finish(uint64_t size) {
    result_.size_bytes = size;
    result_.torn = broken_at_.has_value() && !result_.damaged_at;
    return result_;
  }

 private:
  SegmentScan result_;
  int64_t due_;
  std::optional<uint64_t> broken_at_;
  int64_t broken_sequence_ = 0;
};

}  // namespace

Result<SegmentScan> ScanSegment(SegmentReader& reader) {
  Scan scan(reader.header());
  for (;;) {
    FIRN_ASSIGN(const SegmentReader::Step step, reader.Peek());
    const auto* position = std::get_if<SegmentReader::Position>(&step);
    if (position == nullptr && std::get<SegmentReader::Stop>(step) == SegmentReader::Stop::kEnd) break;
    bool whole = position != nullptr && scan.IsDue(position->header);
    if (whole) {
      const auto payload = reader.ReadPayload(*position);
      if (!payload.ok() && payload.error().kind() != ErrorKind::kCorrupt) return payload.error();
      whole = payload.ok();
    }
    if (whole) {
      reader.Skip(*position);
      scan.Take(position->header, reader.offset());
      continue;
    }
    scan.Break(reader.offset());
    FIRN_ASSIGN(const bool found, reader.SkipBroken());
    if (!found) break;
  }
  return scan.Finish(reader.offset());
}

}  // namespace firn::journal
