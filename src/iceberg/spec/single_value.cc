#include "iceberg/spec/single_value.h"

#include <algorithm>

#include "base/bytes.h"

namespace firn::iceberg {
namespace {

template <typename T>
std::string LittleEndian(T value) {
  std::string bytes;
  AppendLittleEndian(bytes, value);
  return bytes;
}

Error WrongLength(const Type& type, size_t length) {
  return Corrupt("a value of type {} has {} bytes", ToString(type), length);
}

/// Days, or units of a time, scaled up to the wider type's units.
Result<Literal> LongFromBytes(const Type& type, std::string_view bytes) {
  if (bytes.size() == sizeof(int64_t)) return Literal(LoadLittleEndian<int64_t>(bytes.data()));
  if (bytes.size() != sizeof(int32_t)) return WrongLength(type, bytes.size());
  const int64_t narrow = LoadLittleEndian<int32_t>(bytes.data());
  constexpr int64_t kMicrosPerDay = 86'400'000'000;
  if (type.id() == TypeId::kTimestamp) return Literal(narrow * kMicrosPerDay);
  if (type.id() == TypeId::kTimestampNs) {
    int64_t ns = 0;
    if (__builtin_mul_overflow(narrow, kMicrosPerDay * 1'000, &ns)) return WrongLength(type, bytes.size());
    return Literal(ns);
  }
  if (type.id() == TypeId::kLong) return Literal(narrow);
  return WrongLength(type, bytes.size());
}

size_t CodePointBytes(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// Offsets at which code points begin, at most `length`, and the offset after them.
std::vector<size_t> CodePointOffsets(std::string_view text, int32_t length) {
  std::vector<size_t> offsets;
  size_t at = 0;
  while (at < text.size() && static_cast<int32_t>(offsets.size()) < length) {
    offsets.push_back(at);
    at = std::min(text.size(), at + CodePointBytes(text[at]));
  }
  offsets.push_back(at);
  return offsets;
}

uint32_t DecodeCodePoint(std::string_view bytes) {
  const auto lead = static_cast<uint8_t>(bytes[0]);
  uint32_t point = bytes.size() == 1 ? lead : lead & (0xffu >> (bytes.size() + 1));
  for (size_t i = 1; i < bytes.size(); ++i) point = (point << 6) | (static_cast<uint8_t>(bytes[i]) & 0x3fu);
  return point;
}

void AppendCodePoint(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (point >> 6)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  } else if (point < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (point >> 12)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  } else {
    out.push_back(static_cast<char>(0xf0 | (point >> 18)));
    out.push_back(static_cast<char>(0x80 | ((point >> 12) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3f)));
    out.push_back(static_cast<char>(0x80 | (point & 0x3f)));
  }
}

std::optional<std::string> IncrementText(std::string_view text, const std::vector<size_t>& offsets) {
  for (size_t i = offsets.size() - 1; i > 0; --i) {
    uint32_t point = DecodeCodePoint(text.substr(offsets[i - 1], offsets[i] - offsets[i - 1]));
    if (point >= 0x10ffff) continue;
    point = point == 0xd7ff ? 0xe000 : point + 1;
    std::string bound(text.substr(0, offsets[i - 1]));
    AppendCodePoint(bound, point);
    return bound;
  }
  return std::nullopt;
}

std::optional<std::string> IncrementBytes(std::string bound) {
  while (!bound.empty() && static_cast<uint8_t>(bound.back()) == 0xff) bound.pop_back();
  if (bound.empty()) return std::nullopt;
  bound.back() = static_cast<char>(static_cast<uint8_t>(bound.back()) + 1);
  return bound;
}

}  // namespace

std::string DecimalBytes(Int128 unscaled) {
  std::string bytes(16, '\0');
  for (int i = 15; i >= 0; --i) {
    bytes[static_cast<size_t>(i)] = static_cast<char>(unscaled & 0xff);
    unscaled >>= 8;
  }
  // A leading byte is spare when it only repeats the sign of the next one.
  size_t spare = 0;
  while (spare < 15) {
    const auto first = static_cast<int8_t>(bytes[spare]);
    const auto second = static_cast<int8_t>(bytes[spare + 1]);
    if (!((first == 0 && second >= 0) || (first == -1 && second < 0))) break;
    ++spare;
  }
  return bytes.substr(spare);
}

Result<Int128> DecimalFromBytes(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > 16) return Corrupt("a decimal has {} bytes", bytes.size());
  Int128 value = static_cast<int8_t>(bytes[0]) < 0 ? -1 : 0;
  for (const char c : bytes) value = value * 256 + static_cast<uint8_t>(c);
  return value;
}

Result<std::string> ToSingleValueBytes(const Type& type, const Literal& value) {
  switch (type.id()) {
    case TypeId::kBoolean:
      if (const auto* v = value.As<bool>()) return std::string(1, *v ? '\1' : '\0');
      break;
    case TypeId::kInt:
    case TypeId::kDate:
      if (const auto* v = value.As<int32_t>()) return LittleEndian(*v);
      break;
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      if (const auto v = value.AsInteger()) return LittleEndian(*v);
      break;
    case TypeId::kFloat:
      if (const auto* v = value.As<float>()) return LittleEndian(*v);
      break;
    case TypeId::kDouble:
      if (const auto* v = value.As<double>()) return LittleEndian(*v);
      break;
    case TypeId::kDecimal:
      if (const auto* v = value.As<Decimal>()) return DecimalBytes(v->unscaled);
      break;
    case TypeId::kString:
    case TypeId::kUuid:
    case TypeId::kFixed:
    case TypeId::kBinary:
      if (const auto* v = value.As<std::string>()) return *v;
      break;
    default:
      break;
  }
  return InvalidInput("value {} is no {}", ToString(value), ToString(type));
}

Result<Literal> FromSingleValueBytes(const Type& type, std::string_view bytes) {
  switch (type.id()) {
    case TypeId::kBoolean:
      if (bytes.size() != 1) return WrongLength(type, bytes.size());
      return Literal(bytes[0] != 0);
    case TypeId::kInt:
    case TypeId::kDate:
      if (bytes.size() != sizeof(int32_t)) return WrongLength(type, bytes.size());
      return Literal(LoadLittleEndian<int32_t>(bytes.data()));
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return LongFromBytes(type, bytes);
    case TypeId::kFloat:
      if (bytes.size() != sizeof(float)) return WrongLength(type, bytes.size());
      return Literal(LoadLittleEndian<float>(bytes.data()));
    case TypeId::kDouble:
      if (bytes.size() == sizeof(float)) return Literal(static_cast<double>(LoadLittleEndian<float>(bytes.data())));
      if (bytes.size() != sizeof(double)) return WrongLength(type, bytes.size());
      return Literal(LoadLittleEndian<double>(bytes.data()));
    case TypeId::kDecimal: {
      FIRN_ASSIGN(const Int128 unscaled, DecimalFromBytes(bytes));
      return Literal(Decimal{unscaled});
    }
    case TypeId::kUuid:
      if (bytes.size() != 16) return WrongLength(type, bytes.size());
      return Literal(bytes);
    case TypeId::kString:
    case TypeId::kFixed:
    case TypeId::kBinary:
      return Literal(bytes);
    default:
      return Unsupported("values of type {} have no binary form", ToString(type));
  }
}

std::string TruncateLowerBound(TypeId type, std::string_view value, int32_t length) {
  if (type != TypeId::kString) return std::string(value.substr(0, static_cast<size_t>(std::max(length, 0))));
  return std::string(value.substr(0, CodePointOffsets(value, length).back()));
}

std::optional<std::string> TruncateUpperBound(TypeId type, std::string_view value, int32_t length) {
  if (type != TypeId::kString) {
    if (value.size() <= static_cast<size_t>(std::max(length, 0))) return std::string(value);
    return IncrementBytes(std::string(value.substr(0, static_cast<size_t>(std::max(length, 0)))));
  }
  const std::vector<size_t> offsets = CodePointOffsets(value, length);
  if (offsets.back() == value.size()) return std::string(value);
  return IncrementText(value, offsets);
}

}  // namespace firn::iceberg
