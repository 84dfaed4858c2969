#include "formats/tsm/wal.h"

#include "formats/tsm/byte_reader.h"
#include "formats/tsm/snappy_block.h"

namespace firn::tsm {
namespace {

// The server closes a segment at 10 MiB, and an entry is one request of at most some dozens of megabytes.
constexpr uint64_t kMostPayloadBytes = uint64_t{1} << 30;

enum class EntryType : uint8_t { kWrite = 1, kDelete = 2, kDeleteRange = 3 };

/// Not the type bytes of TSM blocks.
std::optional<point::FieldType> WalFieldType(uint8_t type) {
  switch (type) {
    case 1:
      return point::FieldType::kFloat64;
    case 2:
      return point::FieldType::kInt64;
    case 3:
      return point::FieldType::kBoolean;
    case 4:
      return point::FieldType::kString;
    case 5:
      return point::FieldType::kUint64;
    default:
      return std::nullopt;
  }
}

/// Takes `count` values off the front; none when they are not all there.
std::optional<std::string_view> TakeValues(ByteReader& reader, point::FieldType type, uint32_t count) {
  const char* begin = reader.rest().data();
  if (type != point::FieldType::kString)
    return reader.Bytes(uint64_t{count} * (type == point::FieldType::kBoolean ? 9 : 16));
  size_t size = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const std::optional<uint64_t> time = reader.BigEndian<uint64_t>();
    const std::optional<uint32_t> length = time ? reader.BigEndian<uint32_t>() : std::nullopt;
    const std::optional<std::string_view> text = length ? reader.Bytes(*length) : std::nullopt;
    if (!text) return std::nullopt;
    size += 12 + text->size();
  }
  return std::string_view(begin, size);
}

Result<WalEntry> ParseWrite(std::string_view payload) {
  WalWrite write;
  ByteReader reader(payload);
  while (!reader.empty()) {
    const std::optional<uint8_t> type_byte = reader.Byte();
    const std::optional<uint16_t> key_size = reader.BigEndian<uint16_t>();
    const std::optional<std::string_view> key = key_size ? reader.Bytes(*key_size) : std::nullopt;
    const std::optional<uint32_t> count = key ? reader.BigEndian<uint32_t>() : std::nullopt;
    if (!count) return Corrupt("a write ends within a key");
    const std::optional<point::FieldType> type = WalFieldType(*type_byte);
    if (!type) return Corrupt("a write with values of the unknown type {}", *type_byte);
    const std::optional<std::string_view> values = TakeValues(reader, *type, *count);
    if (!values) return Corrupt("a write ends within its values");
    write.values.emplace_back(*key, *type, *count, *values);
  }
  return WalEntry(std::move(write));
}

WalEntry ParseDelete(std::string_view payload) {
  WalDelete deletion;
  while (!payload.empty()) {
    const size_t end = std::min(payload.find('\n'), payload.size());
    if (end > 0) deletion.keys.push_back(payload.substr(0, end));
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
  return deletion;
}

Result<WalEntry> ParseDeleteRange(std::string_view payload) {
  WalDelete deletion;
  ByteReader reader(payload);
  const std::optional<uint64_t> min_time = reader.BigEndian<uint64_t>();
  const std::optional<uint64_t> max_time = reader.BigEndian<uint64_t>();
  if (!min_time || !max_time) return Corrupt("a delete without its range");
  deletion.min_time = static_cast<int64_t>(*min_time);
  deletion.max_time = static_cast<int64_t>(*max_time);
  while (!reader.empty()) {
    const std::optional<uint32_t> key_size = reader.BigEndian<uint32_t>();
    const std::optional<std::string_view> key = key_size ? reader.Bytes(*key_size) : std::nullopt;
    if (!key) return Corrupt("a delete ends within a key");
    deletion.keys.push_back(*key);
  }
  return WalEntry(std::move(deletion));
}

}  // namespace

bool WalValues::Next(WalValue& value) {
  if (count_ == 0) return false;
  --count_;
  value.time = static_cast<int64_t>(LoadBigEndian<uint64_t>(bytes_.data()));
  bytes_.remove_prefix(8);
  size_t size = 8;
  if (type_ == point::FieldType::kString) {
    const size_t length = LoadBigEndian<uint32_t>(bytes_.data());
    value.text = bytes_.substr(4, length);
    size = 4 + length;
  } else if (type_ == point::FieldType::kBoolean) {
    value.bits = bytes_.front() == 1 ? 1 : 0;
    size = 1;
  } else {
    value.bits = LoadBigEndian<uint64_t>(bytes_.data());
  }
  bytes_.remove_prefix(size);
  return true;
}

WalEntryHeader ParseWalEntryHeader(std::string_view bytes) {
  return {static_cast<uint8_t>(bytes[0]), LoadBigEndian<uint32_t>(bytes.data() + 1)};
}

Result<WalEntry> WalDecoder::Decode(const WalEntryHeader& header, std::string_view packed) {
  payload_.clear();
  FIRN_TRY(AppendSnappy(packed, kMostPayloadBytes, payload_));
  switch (static_cast<EntryType>(header.type)) {
    case EntryType::kWrite:
      return ParseWrite(payload_);
    case EntryType::kDelete:
      return ParseDelete(payload_);
    case EntryType::kDeleteRange:
      return ParseDeleteRange(payload_);
  }
  return Corrupt("there is no entry type {}", header.type);
}

}  // namespace firn::tsm
