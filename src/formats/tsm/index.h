#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "formats/tsm/big_endian.h"
#include "point/field_type.h"

/// The index of a TSM file: one record a key, keys ascending (docs/formats/tsm.md, "Index").
namespace firn::tsm {

/// Where a block is, and the times that it holds.
struct IndexEntry {
  int64_t min_time = 0;  ///< ns, first and last time, both included
  int64_t max_time = 0;
  uint64_t offset = 0;  ///< of the block's checksum in the file
  uint32_t size = 0;    ///< with the four bytes of the checksum

  static constexpr size_t kBytes = 28;
  static IndexEntry Parse(const char* bytes) {
    return {static_cast<int64_t>(LoadBigEndian<uint64_t>(bytes)),
            static_cast<int64_t>(LoadBigEndian<uint64_t>(bytes + 8)), LoadBigEndian<uint64_t>(bytes + 16),
            LoadBigEndian<uint32_t>(bytes + 24)};
  }
};

/// A key's record; views into the bytes given.
struct IndexRecord {
  std::string_view key;  ///< see key.h
  point::FieldType type = point::FieldType::kFloat64;
  std::string_view entries;
  size_t size = 0;  ///< of the whole record: the next one begins behind it

  size_t entry_count() const { return entries.size() / IndexEntry::kBytes; }
  IndexEntry entry(size_t index) const { return IndexEntry::Parse(entries.data() + index * IndexEntry::kBytes); }
};

/// How many bytes of a record must be there before more of it, or all, can be known; `bytes` holds its beginning. What
/// it gives grows until it is the record's size: at most 65,535 × 29 + 5.
size_t IndexRecordBytes(std::string_view bytes);

/// The record that `bytes`, with at least IndexRecordBytes(bytes) of them, begins with. kCorrupt when it has no key, no
/// entry or an unknown type.
Result<IndexRecord> ParseIndexRecord(std::string_view bytes);

/// kCorrupt when an entry points outside the blocks, which stand between the header and `index_offset`, or its times
/// are the wrong way round.
Status CheckIndexEntry(const IndexEntry& entry, uint64_t index_offset);

}  // namespace firn::tsm
