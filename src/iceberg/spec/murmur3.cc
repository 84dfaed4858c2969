#include <bit>

#include "base/bytes.h"
#include "iceberg/spec/civil_time.h"
#include "iceberg/spec/single_value.h"
#include "iceberg/spec/transform.h"

namespace firn::iceberg {
namespace {

uint32_t Mix(uint32_t block) {
  return std::rotl(block * 0xcc9e2d51u, 15) * 0x1b873593u;
}

uint32_t HashLong(int64_t value) {
  char bytes[sizeof(value)];
  std::memcpy(bytes, &value, sizeof(value));
  return Murmur3({bytes, sizeof(bytes)});
}

}  // namespace

uint32_t Murmur3(std::string_view bytes) {
  uint32_t hash = 0;
  size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    hash = std::rotl(hash ^ Mix(LoadLittleEndian<uint32_t>(bytes.data() + at)), 13) * 5 + 0xe6546b64u;
  }
  uint32_t tail = 0;
  for (size_t i = bytes.size(); i > at; --i) tail = (tail << 8) | static_cast<uint8_t>(bytes[i - 1]);
  if (bytes.size() > at) hash ^= Mix(tail);
  hash ^= static_cast<uint32_t>(bytes.size());
  hash = (hash ^ (hash >> 16)) * 0x85ebca6bu;
  hash = (hash ^ (hash >> 13)) * 0xc2b2ae35u;
  return hash ^ (hash >> 16);
}

Result<uint32_t> BucketHash(const Type& type, const Literal& value) {
  switch (type.id()) {
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      if (const auto ns = value.AsInteger()) return HashLong(FloorDivide(*ns, 1'000));
      break;
    case TypeId::kInt:
    case TypeId::kLong:
    case TypeId::kDate:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      if (const auto integer = value.AsInteger()) return HashLong(*integer);
      break;
    case TypeId::kDecimal:
      if (const auto* decimal = value.As<Decimal>()) return Murmur3(DecimalBytes(decimal->unscaled));
      break;
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary:
      if (const auto* bytes = value.As<std::string>()) return Murmur3(*bytes);
      break;
    default:
      break;
  }
  return InvalidInput("value {} of type {} cannot be hashed", ToString(value), ToString(type));
}

}  // namespace firn::iceberg
