#include "formats/tsm/block.h"

#include "formats/tsm/booleans.h"
#include "formats/tsm/byte_reader.h"
#include "formats/tsm/crc32.h"
#include "formats/tsm/floats.h"
#include "formats/tsm/integers.h"
#include "formats/tsm/timestamps.h"
#include "formats/tsm/value_type.h"

namespace firn::tsm {
namespace {

constexpr size_t kChecksumBytes = 4;

std::string_view IntegerLikeName(uint8_t scheme) {
  switch (scheme) {
    case 0:
      return "raw";
    case 1:
      return "simple8b";
    case 2:
      return "run length";
    default:
      return "unknown";
  }
}

}  // namespace

Result<Block> ParseBlock(std::string_view bytes) {
  ByteReader reader(bytes);
  const std::optional<uint8_t> type_byte = reader.Byte();
  const std::optional<uint64_t> timestamp_bytes = type_byte ? reader.Uvarint() : std::nullopt;
  if (!timestamp_bytes) return Corrupt("a block of {} bytes is not whole", bytes.size());
  const std::optional<point::FieldType> type = FieldTypeOf(*type_byte);
  if (!type) return Corrupt("there is no block type {}", *type_byte);
  const std::optional<std::string_view> timestamps = reader.Bytes(*timestamp_bytes);
  if (!timestamps) return Corrupt("{} bytes of timestamps leave the block of {}", *timestamp_bytes, bytes.size());
  FIRN_ASSIGN(const uint64_t count, CountTimestamps(*timestamps));
  if (count > kMaxBlockValues) return Corrupt("{} values in a block, more than {}", count, kMaxBlockValues);
  return Block{*type, *timestamps, reader.rest(), count};
}

Result<Block> ParseChecked(std::string_view bytes) {
  if (bytes.size() < kChecksumBytes) return Corrupt("a block of {} bytes has no checksum", bytes.size());
  const std::string_view block = bytes.substr(kChecksumBytes);
  const auto stored = LoadBigEndian<uint32_t>(bytes.data());
  const uint32_t computed = Crc32(block);
  if (stored != computed) return Corrupt("checksum is {:08x}, the block's bytes have {:08x}", stored, computed);
  return ParseBlock(block);
}

std::string_view TimestampEncodingName(const Block& block) {
  return block.timestamps.empty() ? "empty" : IntegerLikeName(static_cast<uint8_t>(block.timestamps[0]) >> 4);
}

std::string_view ValueEncodingName(const Block& block) {
  if (block.values.empty()) return "empty";
  const uint8_t scheme = static_cast<uint8_t>(block.values[0]) >> 4;
  switch (block.type) {
    case point::FieldType::kInt64:
    case point::FieldType::kUint64:
      return IntegerLikeName(scheme);
    case point::FieldType::kFloat64:
      return scheme == 1 ? "gorilla" : "unknown";
    case point::FieldType::kBoolean:
      return scheme == 1 ? "bits" : "unknown";
    case point::FieldType::kString:
      return scheme == 1 ? "snappy" : "unknown";
  }
  return "unknown";
}

void BlockValues::Clear() {
  times.clear();
  float64s.clear();
  integers.clear();
  booleans.clear();
  string_ends.clear();
  string_bytes.clear();
}

Status BlockDecoder::Decode(const Block& block, BlockValues& out) {
  // Arrays of the type at hand are only resized: most blocks are of one size, and filling up with zeros what is written
  // over at once would cost as much as decoding it.
  out.times.resize(block.count);
  if (block.type != point::FieldType::kFloat64) out.float64s.clear();
  if (block.type != point::FieldType::kInt64 && block.type != point::FieldType::kUint64) out.integers.clear();
  if (block.type != point::FieldType::kBoolean) out.booleans.clear();
  out.string_bytes.clear();
  out.string_ends.clear();
  DecodeTimestamps(block.timestamps, out.times);
  out.type = block.type;
  switch (block.type) {
    case point::FieldType::kFloat64:
      out.float64s.resize(block.count);
      return DecodeFloats(block.values, out.float64s);
    case point::FieldType::kInt64:
    case point::FieldType::kUint64:
      out.integers.resize(block.count);
      return DecodeIntegers(block.values, out.integers);
    case point::FieldType::kBoolean:
      out.booleans.resize(block.count);
      return DecodeBooleans(block.values, out.booleans);
    case point::FieldType::kString:
      return strings_.Decode(block.values, block.count, out.string_bytes, out.string_ends);
  }
  return Internal("block type {}", static_cast<int>(block.type));
}

}  // namespace firn::tsm
