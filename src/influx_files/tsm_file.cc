#include "influx_files/tsm_file.h"

#include <utility>

#include "formats/tsm/file_layout.h"

namespace firn::influx_files {

Result<std::unique_ptr<TsmFile>> TsmFile::Open(storage::FileSystem& files, const std::string& path, Options options,
                                               const DamageSink& damage) {
  FIRN_ASSIGN(std::shared_ptr<const storage::File> file, files.Open(path, storage::FileSystem::Mode::kRead));
  FIRN_ASSIGN(const uint64_t file_bytes, file->Size());
  std::unique_ptr<TsmFile> opened(new TsmFile(path, std::move(file), file_bytes, options.window_bytes, damage));
  FIRN_TRY(opened->ReadLayout());
  FIRN_TRY(opened->ReadTombstones(files, options.tombstone_bytes));
  return opened;
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

Status TsmFile::ReadTombstones(storage::FileSystem& files, uint64_t max_bytes) {
  constexpr std::string_view kSuffix = ".tsm";
  if (!path_.ends_with(kSuffix)) return OkStatus();
  const std::string path = path_.substr(0, path_.size() - kSuffix.size()) + ".tombstone";
  FIRN_ASSIGN(const bool exists, files.Exists(path));
  if (!exists) return OkStatus();
  FIRN_ASSIGN(const storage::FileInfo info, files.Stat(path));
  if (info.size_bytes > max_bytes)
    return ResourceExhausted("{} bytes of tombstones are more than {}: {}", info.size_bytes, max_bytes, path);
  FIRN_ASSIGN(const std::string bytes, files.ReadFile(path));
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
    if (TakeRecord(*record, record_offset)) return true;
  }
  return false;
}

bool TsmFile::TakeRecord(const tsm::IndexRecord& record, uint64_t record_offset) {
  if (record.key <= key_) {
    damage_({path_, record_offset, std::string(record.key), "keys do not ascend"});
    return false;
  }
  key_ = record.key;
  type_ = record.type;
  entries_.clear();
  for (size_t i = 0; i < record.entry_count(); ++i) {
    const tsm::IndexEntry entry = record.entry(i);
    const Status checked = tsm::CheckIndexEntry(entry, index_offset_);
    if (checked.ok()) {
      entries_.push_back(entry);
    } else {
      damage_({path_, record_offset, key_, checked.error().message()});
    }
  }
  return !entries_.empty();
}

}  // namespace firn::influx_files
