#include "influx_files/tsm_file.h"

#include <utility>

#include "formats/tsm/file_layout.h"

namespace firn::influx_files {

Result<std::unique_ptr<TsmFile>> TsmFile::Make(const ShardSnapshot::TsmFile& opened, Options options,
                                               const DamageSink& damage) {
  std::unique_ptr<TsmFile> file(new TsmFile(opened.data, options.window_bytes, damage));
  FIRN_TRY(file->ReadLayout());
  FIRN_TRY(file->ReadTombstones(opened.tombstones, options.tombstone_bytes));
  return file;
}

Result<std::unique_ptr<TsmFile>> TsmFile::MakeUnlessDamaged(const ShardSnapshot::TsmFile& opened, Options options,
                                                            const DamageSink& damage) {
  const std::string& path = opened.data.path;
  Result<std::unique_ptr<TsmFile>> file = Make(opened, options, damage);
  if (file.ok()) return file;
  const ErrorKind kind = file.error().kind();
  if (kind != ErrorKind::kCorrupt && kind != ErrorKind::kUnsupported) return file.status().WithContext(path).error();
  damage({path, 0, "", file.error().message() + "; the whole file is left out"});
  return std::unique_ptr<TsmFile>();
}

Status TsmFile::ReadLayout() {
  FIRN_ASSIGN(const std::string header, file_->ReadAt(0, tsm::kFileHeaderBytes));
  FIRN_TRY(tsm::CheckFileHeader(header));
  const uint64_t size = file_bytes();
  if (size < tsm::kFileHeaderBytes + tsm::kFileFooterBytes) return Corrupt("{} bytes are too few for a TSM file", size);
  FIRN_ASSIGN(const std::string footer, file_->ReadAt(size - tsm::kFileFooterBytes, tsm::kFileFooterBytes));
  FIRN_ASSIGN(index_offset_, tsm::ParseFileFooter(footer, size));
  index_end_ = size - tsm::kFileFooterBytes;
  next_record_ = index_offset_;
  return OkStatus();
}

Status TsmFile::ReadTombstones(const OpenedFile& tombstones, uint64_t max_bytes) {
  const auto& [path, file, size_bytes] = tombstones;
  if (file == nullptr) return OkStatus();
  if (size_bytes > max_bytes)
    return ResourceExhausted("{} bytes of tombstones are more than {}: {}", size_bytes, max_bytes, path);
  FIRN_ASSIGN(const std::string bytes, file->ReadAt(0, size_bytes));
  const Status added = deleted_times_.Add(bytes, max_bytes);
  if (added.ok()) return OkStatus();
  if (added.error().kind() == ErrorKind::kResourceExhausted) return added.WithContext(path);
  damage_({path, 0, "", added.error().message()});
  return OkStatus();
}

Result<std::string_view> TsmFile::NextRecordBytes() {
  size_t size = 0;
  while (true) {
    FIRN_ASSIGN(const std::string_view bytes, index_window_.View(next_record_, size, index_end_));
    const size_t needed = tsm::IndexRecordBytes(bytes);
    if (needed <= size) return bytes;
    if (needed > index_end_ - next_record_)
      return Corrupt("an index record of at least {} bytes leaves the index", needed);
    size = needed;
  }
}

Result<bool> TsmFile::NextKey() {
  while (next_record_ < index_end_) {
    const uint64_t record_offset = next_record_;
    const Result<std::string_view> bytes = NextRecordBytes();
    if (!bytes.ok()) {
      if (bytes.error().kind() != ErrorKind::kCorrupt) return bytes.error();
      damage_({path_, record_offset, "", bytes.error().message() + "; what follows is lost"});
      next_record_ = index_end_;
      return false;
    }
    next_record_ += bytes->size();
    const Result<tsm::IndexRecord> record = tsm::ParseIndexRecord(*bytes);
    if (!record.ok()) {
      damage_({path_, record_offset, "", record.error().message()});
      continue;
    }
    FIRN_ASSIGN(const bool taken, TakeRecord(*record, record_offset));
    if (taken) return true;
  }
  return false;
}

/// No checksum covers the index. What can be held against it: keys ascend, and blocks lie in the index's order without
/// a gap, as every server writes them. One wrong key or offset among right ones disagrees with both its neighbours.
Result<bool> TsmFile::TakeRecord(const tsm::IndexRecord& record, uint64_t record_offset) {
  std::string key(record.key);
  entries_.clear();
  for (size_t i = 0; i < record.entry_count(); ++i) entries_.push_back(record.entry(i));
  const uint64_t blocks_begin = std::exchange(blocks_end_, entries_.back().offset + entries_.back().size);
  FIRN_ASSIGN(const NextRecord next, PeekNext());  // `record` is gone
  if (key <= key_ || (next.known && next.key <= key && next.key > key_)) {
    damage_({path_, record_offset, std::move(key), "keys do not ascend"});
    return false;
  }
  key_ = std::move(key);
  type_ = record.type;
  DropMisplaced(blocks_begin, next.offset, record_offset);
  return !entries_.empty();
}

Result<TsmFile::NextRecord> TsmFile::PeekNext() {
  if (next_record_ == index_end_) return NextRecord{false, {}, index_offset_};
  const Result<std::string_view> bytes = NextRecordBytes();
  if (!bytes.ok())
    return bytes.error().kind() == ErrorKind::kCorrupt ? Result<NextRecord>(NextRecord{}) : bytes.error();
  const Result<tsm::IndexRecord> record = tsm::ParseIndexRecord(*bytes);
  if (!record.ok()) return NextRecord{};
  return NextRecord{true, record->key, record->entry(0).offset};
}

void TsmFile::DropMisplaced(uint64_t blocks_begin, uint64_t blocks_end, uint64_t record_offset) {
  size_t kept = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const tsm::IndexEntry entry = entries_[i];
    const uint64_t next = i + 1 < entries_.size() ? entries_[i + 1].offset : blocks_end;
    const bool in_place = entry.offset == blocks_begin || entry.offset + entry.size == next;
    blocks_begin = entry.offset + entry.size;
    const Status checked = tsm::CheckIndexEntry(entry, index_offset_);
    if (checked.ok() && in_place) {
      entries_[kept++] = entry;
    } else {
      damage_({path_, record_offset, key_,
               checked.ok() ? fmt::format("a block at {} among others that do not lie there", entry.offset)
                            : checked.error().message()});
    }
  }
  entries_.resize(kept);
}

}  // namespace firn::influx_files
