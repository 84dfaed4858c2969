#include "iceberg/json/single_value_json.h"

#include <charconv>
#include <cmath>

#include "base/bytes.h"
#include "iceberg/json/json_access.h"
#include "iceberg/spec/civil_time.h"
#include "iceberg/spec/value_text.h"

namespace firn::iceberg {
namespace {

/// Reads the digits of dates and times from the front of a text.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : rest_(text) {}

  int64_t Number(size_t digits) {
    int64_t value = 0;
    if (rest_.size() < digits) ok_ = false;
    for (size_t i = 0; i < digits && ok_; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') ok_ = false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(ok_ ? digits : 0);
    return ok_ ? value : 0;
  }
  void Expect(std::string_view text) {
    if (rest_.substr(0, text.size()) != text) ok_ = false;
    if (ok_) rest_.remove_prefix(text.size());
  }
  bool Accept(std::string_view text) {
    if (!ok_ || rest_.substr(0, text.size()) != text) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  /// `.` and up to `digits` digits, as units of 10^-digits; nothing is zero.
  int64_t Fraction(int digits) {
    if (!Accept(".")) return 0;
    int64_t value = 0;
    int seen = 0;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), ++seen) {
      if (seen < digits) value = value * 10 + (rest_.front() - '0');
    }
    if (seen == 0 || seen > digits) ok_ = false;
    for (; seen < digits; ++seen) value *= 10;
    return value;
  }
  int64_t Days() {
    const bool negative = Accept("-");
    CivilDate date;
    const size_t dash = rest_.find('-');
    const size_t year_digits = dash == std::string_view::npos ? 0 : dash;
    if (year_digits < 4 || year_digits > 9) ok_ = false;
    date.year = Number(year_digits) * (negative ? -1 : 1);
    Expect("-");
    date.month = static_cast<int32_t>(Number(2));
    Expect("-");
    date.day = static_cast<int32_t>(Number(2));
    if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) ok_ = false;
    return ok_ ? DaysFromCivil(date) : 0;
  }
  int64_t TimeOfDay(int digits) {
    const int64_t hours = Number(2);
    Expect(":");
    const int64_t minutes = Number(2);
    int64_t seconds = 0;
    if (Accept(":")) seconds = Number(2);
    if (hours > 23 || minutes > 59 || seconds > 59) ok_ = false;
    const int64_t fraction = Fraction(digits);
    return (hours * 3'600 + minutes * 60 + seconds) * (digits == 9 ? kNanosPerSecond : kMicrosPerSecond) + fraction;
  }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Literal> ParseTimestamp(std::string_view text, int digits, bool with_zone) {
  TextReader reader(text);
  const int64_t days = reader.Days();
  reader.Expect("T");
  const int64_t time = reader.TimeOfDay(digits);
  if (with_zone && !reader.Accept("Z")) reader.Expect("+00:00");
  int64_t units = 0;
  const int64_t per_day = (digits == 9 ? kNanosPerSecond : kMicrosPerSecond) * kSecondsPerDay;
  if (!reader.done() || __builtin_mul_overflow(days, per_day, &units) || __builtin_add_overflow(units, time, &units)) {
    return std::nullopt;
  }
  return Literal(units);
}

std::optional<Literal> ParseDecimal(std::string_view text, int32_t scale) {
  int64_t exponent = 0;
  if (const size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view digits = text.substr(e + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    text = text.substr(0, e);
  }
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  Int128 unscaled = 0;
  int64_t fraction = 0;
  size_t digits = 0;
  bool after_point = false;
  for (const char c : text) {
    if (c == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (c < '0' || c > '9' || ++digits > 38) return std::nullopt;
    unscaled = unscaled * 10 + (c - '0');
    if (after_point) ++fraction;
  }
  if (digits == 0 || exponent > 38 || exponent < -38) return std::nullopt;
  for (int64_t missing = scale - fraction + exponent; missing > 0; --missing) {
    if (__builtin_mul_overflow(unscaled, Int128{10}, &unscaled)) return std::nullopt;
  }
  if (scale - fraction + exponent < 0) return std::nullopt;
  return Literal(Decimal{negative ? -unscaled : unscaled});
}

std::optional<std::string> ParseHex(std::string_view text, size_t expected_bytes) {
  std::string bytes;
  if (text.size() % 2 != 0) return std::nullopt;
  for (size_t i = 0; i < text.size(); i += 2) {
    uint8_t byte = 0;
    const auto [end, code] = std::from_chars(text.data() + i, text.data() + i + 2, byte, 16);
    if (code != std::errc() || end != text.data() + i + 2) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  if (expected_bytes != 0 && bytes.size() != expected_bytes) return std::nullopt;
  return bytes;
}

std::optional<Literal> ParseUuid(std::string text) {
  std::erase(text, '-');
  const std::optional<std::string> bytes = ParseHex(text, 16);
  if (!bytes) return std::nullopt;
  return Literal(*bytes);
}

std::optional<Literal> ParseText(const Type& type, const std::string& text) {
  switch (type.id()) {
    case TypeId::kString:
      return Literal(text);
    case TypeId::kDate: {
      TextReader reader(text);
      const int64_t days = reader.Days();
      if (!reader.done() || days < INT32_MIN || days > INT32_MAX) return std::nullopt;
      return Literal(static_cast<int32_t>(days));
    }
    case TypeId::kTime: {
      TextReader reader(text);
      const int64_t micros = reader.TimeOfDay(6);
      if (!reader.done()) return std::nullopt;
      return Literal(micros);
    }
    case TypeId::kTimestamp:
      return ParseTimestamp(text, 6, false);
    case TypeId::kTimestampTz:
      return ParseTimestamp(text, 6, true);
    case TypeId::kTimestampNs:
      return ParseTimestamp(text, 9, false);
    case TypeId::kTimestampTzNs:
      return ParseTimestamp(text, 9, true);
    case TypeId::kDecimal:
      return ParseDecimal(text, type.scale());
    case TypeId::kUuid:
      return ParseUuid(text);
    case TypeId::kFixed:
    case TypeId::kBinary: {
      const std::optional<std::string> bytes =
          ParseHex(text, type.id() == TypeId::kFixed ? static_cast<size_t>(type.length()) : 0);
      if (!bytes) return std::nullopt;
      return Literal(*bytes);
    }
    default:
      return std::nullopt;
  }
}

std::optional<Literal> ParseNumber(const Type& type, const Json& json) {
  if (type.id() == TypeId::kFloat) return Literal(json.get<float>());
  if (type.id() == TypeId::kDouble) return Literal(json.get<double>());
  if (!json.is_number_integer()) return std::nullopt;
  if (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) return std::nullopt;
  const int64_t value = json.get<int64_t>();
  if (type.id() == TypeId::kLong) return Literal(value);
  if (type.id() != TypeId::kInt || value < INT32_MIN || value > INT32_MAX) return std::nullopt;
  return Literal(static_cast<int32_t>(value));
}

}  // namespace

Result<Literal> ParseSingleValueObject(const Type& type, const Json& json) {
  std::optional<Literal> literal;
  if (json.is_boolean() && type.id() == TypeId::kBoolean) literal = Literal(json.get<bool>());
  if (json.is_number()) literal = ParseNumber(type, json);
  if (json.is_string()) literal = ParseText(type, json.get_ref<const std::string&>());
  if (!literal)
    return Corrupt("no value of type {}: {}", ToString(type),
                   json.dump(-1, ' ', false, Json::error_handler_t::replace));
  return *literal;
}

Result<Literal> ParseSingleValueJson(const Type& type, std::string_view text) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  return ParseSingleValueObject(type, json);
}

std::string SerializeSingleValue(const Type& type, const Literal& value) {
  std::string out;
  const int64_t integer = value.AsInteger().value_or(0);
  switch (type.id()) {
    case TypeId::kFloat:
    case TypeId::kDouble: {
      const auto* narrow = value.As<float>();
      const auto* wide = value.As<double>();
      return Json(narrow != nullptr ? static_cast<double>(*narrow) : wide != nullptr ? *wide : 0.0).dump();
    }
    case TypeId::kTime:
      AppendJsonString(out, TimeText(integer, 6));
      return out;
    case TypeId::kTimestamp:
      AppendJsonString(out, TimestampText(integer, 6));
      return out;
    case TypeId::kTimestampTz:
      AppendJsonString(out, TimestampText(integer, 6) + "+00:00");
      return out;
    case TypeId::kTimestampNs:
      AppendJsonString(out, TimestampText(integer, 9));
      return out;
    case TypeId::kTimestampTzNs:
      AppendJsonString(out, TimestampText(integer, 9) + "+00:00");
      return out;
    case TypeId::kFixed:
    case TypeId::kBinary:
      if (const auto* bytes = value.As<std::string>()) AppendJsonString(out, ToHex(*bytes));
      return out;
    case TypeId::kBoolean:
    case TypeId::kInt:
    case TypeId::kLong:
      return ToString(value);
    default:
      AppendJsonString(out, ValueText(type, value));
      return out;
  }
}

}  // namespace firn::iceberg
