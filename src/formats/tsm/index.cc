#include "formats/tsm/index.h"

#include "formats/tsm/file_layout.h"
#include "formats/tsm/value_type.h"

namespace firn::tsm {
namespace {

constexpr size_t kLengthBytes = 2;
constexpr size_t kTypeAndCountBytes = 3;
constexpr size_t kChecksumBytes = 4;

}  // namespace

size_t IndexRecordBytes(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) return kLengthBytes;
  const size_t fixed = kLengthBytes + LoadBigEndian<uint16_t>(bytes.data()) + kTypeAndCountBytes;
  if (bytes.size() < fixed) return fixed;
  return fixed + LoadBigEndian<uint16_t>(bytes.data() + fixed - 2) * IndexEntry::kBytes;
}

Result<IndexRecord> ParseIndexRecord(std::string_view bytes) {
  const size_t size = IndexRecordBytes(bytes);
  if (bytes.size() < size) return Corrupt("an index record of {} bytes leaves the index", size);
  const size_t key_size = LoadBigEndian<uint16_t>(bytes.data());
  if (key_size == 0) return Corrupt("an index record without a key");
  const auto type_byte = static_cast<uint8_t>(bytes[kLengthBytes + key_size]);
  const std::optional<point::FieldType> type = FieldTypeOf(type_byte);
  if (!type) return Corrupt("an index record of the unknown type {}", type_byte);
  const size_t fixed = kLengthBytes + key_size + kTypeAndCountBytes;
  if (size == fixed) return Corrupt("an index record without blocks");
  return IndexRecord{bytes.substr(kLengthBytes, key_size), *type, bytes.substr(fixed, size - fixed), size};
}

Status CheckIndexEntry(const IndexEntry& entry, uint64_t index_offset) {
  if (entry.offset < kFileHeaderBytes || entry.size < kChecksumBytes || entry.offset > index_offset ||
      entry.size > index_offset - entry.offset)
    return Corrupt("a block of {} bytes at {} does not lie before the index at {}", entry.size, entry.offset,
                   index_offset);
  if (entry.min_time > entry.max_time)
    return Corrupt("a block from {} to {}: its times are the wrong way round", entry.min_time, entry.max_time);
  return OkStatus();
}

}  // namespace firn::tsm
