#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/tsm/file_layout.h"
#include "formats/tsm/index.h"
#include "influx_files/damage.h"
#include "influx_files/deleted_times.h"
#include "influx_files/file_window.h"
#include "influx_files/shard_snapshot.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// An open TSM file, positioned on a key of its index; keys come in ascending order. One thread.
///
/// Damage goes to the sink: a record whose key does not ascend is passed over, and an entry that points outside the
/// blocks or not where its neighbours say; where a record's size cannot be known, the rest of the index is.
class TsmFile {
 public:
  struct Options {
    size_t window_bytes = 256 << 10;      ///< of index and of blocks in memory, each
    uint64_t tombstone_bytes = 32 << 20;  ///< memory for what is deleted
  };

  /// Reads the file's ends and its tombstones and stands before the first key. `damage` outlives it. Tombstones that
  /// cannot be read to their end are damage, but kResourceExhausted: no file is read without its deletions.
  static Result<std::unique_ptr<TsmFile>> Make(const ShardSnapshot::TsmFile& opened, Options options,
                                               const DamageSink& damage);
  /// As Make, but a file that is damaged beyond use, or of a version to come, is damage and gives null.
  static Result<std::unique_ptr<TsmFile>> MakeUnlessDamaged(const ShardSnapshot::TsmFile& opened, Options options,
                                                            const DamageSink& damage);

  /// Moves to the next key; false when there is none.
  Result<bool> NextKey();
  // Of the present key.
  const std::string& key() const { return key_; }
  point::FieldType type() const { return type_; }
  const std::vector<tsm::IndexEntry>& entries() const { return entries_; }  ///< in the file's order, at least one
  std::span<const TimeSpan> deleted() const { return deleted_times_.Find(key_); }

  const std::string& path() const { return path_; }
  uint64_t file_bytes() const { return index_window_.file_bytes(); }
  uint64_t index_offset() const { return index_offset_; }
  uint64_t index_bytes() const { return index_end_ - index_offset_; }
  /// Of the index, up to the present key.
  uint64_t index_bytes_read() const { return next_record_ - index_offset_; }
  const DeletedTimes& deleted_times() const { return deleted_times_; }
  const std::shared_ptr<const storage::File>& file() const { return file_; }
  /// Shared by who reads small blocks one behind the other.
  FileWindow& block_window() { return block_window_; }

 private:
  TsmFile(const OpenedFile& data, size_t window_bytes, const DamageSink& damage)
      : path_(data.path),
        file_(data.file),
        index_window_(file_, data.size_bytes, window_bytes),
        block_window_(file_, data.size_bytes, window_bytes),
        damage_(damage) {}
  Status ReadLayout();
  Status ReadTombstones(const OpenedFile& tombstones, uint64_t max_bytes);
  Result<std::string_view> NextRecordBytes();
  Result<bool> TakeRecord(const tsm::IndexRecord& record, uint64_t record_offset);
  /// What the record behind the present one begins with; behind the last one, the blocks end where the index begins.
  struct NextRecord {
    bool known = false;
    std::string_view key;  // good until the next read of the index
    uint64_t offset = 0;   // of its first block
  };
  Result<NextRecord> PeekNext();
  void DropMisplaced(uint64_t blocks_begin, uint64_t blocks_end, uint64_t record_offset);

  std::string path_;
  std::shared_ptr<const storage::File> file_;
  FileWindow index_window_;
  FileWindow block_window_;
  const DamageSink& damage_;
  DeletedTimes deleted_times_;
  uint64_t index_offset_ = 0;
  uint64_t index_end_ = 0;
  uint64_t next_record_ = 0;
  uint64_t blocks_end_ = tsm::kFileHeaderBytes;  ///< where the last entry of the record before says that its block ends
  std::string key_;
  point::FieldType type_ = point::FieldType::kFloat64;
  std::vector<tsm::IndexEntry> entries_;
};

}  // namespace firn::influx_files
