#include "iceberg/spec/transform.h"

#include <array>
#include <charconv>

#include "iceberg/spec/civil_time.h"
#include "iceberg/spec/single_value.h"
#include "iceberg/spec/value_text.h"

namespace firn::iceberg {
namespace {

using Kind = Transform::Kind;

struct KindName {
  Kind kind;
  std::string_view name;
};
constexpr std::array<KindName, 6> kPlainKinds = {{{Kind::kIdentity, "identity"},
                                                  {Kind::kYear, "year"},
                                                  {Kind::kMonth, "month"},
                                                  {Kind::kDay, "day"},
                                                  {Kind::kHour, "hour"},
                                                  {Kind::kVoid, "void"}}};

/// N of `name[N]`; 0 where the text has another form.
int32_t ParseWidth(std::string_view text, std::string_view name) {
  if (text.size() < name.size() + 3 || text.substr(0, name.size()) != name) return 0;
  if (text[name.size()] != '[' || text.back() != ']') return 0;
  const std::string_view digits = text.substr(name.size() + 1, text.size() - name.size() - 2);
  int32_t width = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
  return code == std::errc() && end == digits.data() + digits.size() && width > 0 ? width : 0;
}

bool IsTimestamp(TypeId id) {
  return id >= TypeId::kTimestamp && id <= TypeId::kTimestampTzNs;
}

int64_t UnitsPerSecond(TypeId id) {
  return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs ? kNanosPerSecond : kMicrosPerSecond;
}

bool CanBucket(TypeId id) {
  switch (id) {
    case TypeId::kBoolean:
    case TypeId::kFloat:
    case TypeId::kDouble:
    case TypeId::kUnknown:
    case TypeId::kVariant:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return false;
    default:
      return true;
  }
}

bool CanTruncate(TypeId id) {
  return id == TypeId::kInt || id == TypeId::kLong || id == TypeId::kDecimal || id == TypeId::kString ||
         id == TypeId::kBinary;
}

bool Accepts(Kind kind, TypeId id) {
  switch (kind) {
    case Kind::kIdentity:
      return id != TypeId::kVariant && id != TypeId::kGeometry && id != TypeId::kGeography;
    case Kind::kBucket:
      return CanBucket(id);
    case Kind::kTruncate:
      return CanTruncate(id);
    case Kind::kYear:
    case Kind::kMonth:
    case Kind::kDay:
      return id == TypeId::kDate || IsTimestamp(id);
    case Kind::kHour:
      return IsTimestamp(id);
    case Kind::kVoid:
      return true;
    case Kind::kUnknown:
      return false;
  }
  return false;
}

template <typename T>
T TruncateInteger(T value, int32_t width) {
  const T remainder = static_cast<T>(value % width);
  return static_cast<T>(value - (remainder < 0 ? remainder + width : remainder));
}

Literal Truncate(const Transform& transform, const Type& source, const Literal& value) {
  if (const auto* v = value.As<int32_t>()) {
    return Literal(static_cast<int32_t>(TruncateInteger<int64_t>(*v, transform.width)));
  }
  if (const auto* v = value.As<int64_t>())
    return Literal(static_cast<int64_t>(TruncateInteger<Int128>(*v, transform.width)));
  if (const auto* v = value.As<Decimal>()) return Literal(Decimal{TruncateInteger(v->unscaled, transform.width)});
  return Literal(TruncateLowerBound(source.id(), *value.As<std::string>(), transform.width));
}

int32_t DateTransform(Kind kind, const Type& source, int64_t value) {
  const int64_t seconds =
      source.id() == TypeId::kDate ? value * kSecondsPerDay : FloorDivide(value, UnitsPerSecond(source.id()));
  if (kind == Kind::kHour) return static_cast<int32_t>(FloorDivide(seconds, 3'600));
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  if (kind == Kind::kDay) return static_cast<int32_t>(days);
  const CivilDate date = CivilFromDays(days);
  if (kind == Kind::kYear) return static_cast<int32_t>(date.year - 1970);
  return static_cast<int32_t>((date.year - 1970) * 12 + date.month - 1);
}

}  // namespace

Transform ParseTransform(std::string_view text) {
  for (const KindName& plain : kPlainKinds) {
    if (text == plain.name) return {plain.kind, 0, {}};
  }
  if (const int32_t width = ParseWidth(text, "bucket")) return Transform::Bucket(width);
  if (const int32_t width = ParseWidth(text, "truncate")) return Transform::Truncate(width);
  return {Kind::kUnknown, 0, std::string(text)};
}

std::string ToString(const Transform& transform) {
  if (transform.kind == Kind::kBucket) return fmt::format("bucket[{}]", transform.width);
  if (transform.kind == Kind::kTruncate) return fmt::format("truncate[{}]", transform.width);
  for (const KindName& plain : kPlainKinds) {
    if (transform.kind == plain.kind) return std::string(plain.name);
  }
  return transform.unknown_text;
}

Result<Type> TransformResultType(const Transform& transform, const Type& source) {
  if (!source.is_primitive() || !Accepts(transform.kind, source.id())) {
    return InvalidInput("transform {} does not take a column of type {}", ToString(transform), ToString(source));
  }
  switch (transform.kind) {
    case Kind::kBucket:
    case Kind::kYear:
    case Kind::kMonth:
    case Kind::kHour:
      return Type(TypeId::kInt);
    case Kind::kDay:
      return Type(TypeId::kDate);
    default:
      return source;
  }
}

Result<Literal> ApplyTransform(const Transform& transform, const Type& source, const Literal& value) {
  if (value.is_null() || transform.kind == Kind::kVoid) return Literal();
  switch (transform.kind) {
    case Kind::kIdentity:
      return value;
    case Kind::kBucket: {
      FIRN_ASSIGN(const uint32_t hash, BucketHash(source, value));
      return Literal(static_cast<int32_t>((hash & 0x7fffffffu) % static_cast<uint32_t>(transform.width)));
    }
    case Kind::kTruncate:
      if (!CanTruncate(source.id())) break;
      return Truncate(transform, source, value);
    case Kind::kYear:
    case Kind::kMonth:
    case Kind::kDay:
    case Kind::kHour:
      if (const auto integer = value.AsInteger()) return Literal(DateTransform(transform.kind, source, *integer));
      break;
    default:
      return Unsupported("partition transform that Firn does not know: {}", ToString(transform));
  }
  return InvalidInput("transform {} does not take the value {}", ToString(transform), ToString(value));
}

std::string HumanPartitionValue(const Transform& transform, const Type& source, const Literal& value) {
  if (value.is_null()) return "null";
  const int64_t integer = value.AsInteger().value_or(0);
  switch (transform.kind) {
    case Kind::kYear:
      return fmt::format("{:04}", integer + 1970);
    case Kind::kMonth:
      return fmt::format("{:04}-{:02}", FloorDivide(integer, 12) + 1970, integer - FloorDivide(integer, 12) * 12 + 1);
    case Kind::kDay:
      return DateText(integer);
    case Kind::kHour: {
      const int64_t days = FloorDivide(integer, 24);
      return fmt::format("{}-{:02}", DateText(days), integer - days * 24);
    }
    case Kind::kBucket:
      return fmt::format("{}", integer);
    default:
      return ValueText(source, value);
  }
}

}  // namespace firn::iceberg
