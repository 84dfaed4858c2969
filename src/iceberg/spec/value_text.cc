#include "iceberg/spec/value_text.h"

#include "base/bytes.h"
#include "iceberg/spec/civil_time.h"

namespace firn::iceberg {
namespace {

int64_t PowerOfTen(int digits) {
  int64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

/// Cuts a fraction to the shortest of 0, 3, 6 and 9 digits that keeps its value, as Java prints it.
std::string ShortFraction(int64_t fraction, int digits) {
  if (fraction == 0) return {};
  std::string text = fmt::format("{:0{}}", fraction, digits);
  while (text.size() % 3 == 0 && text.size() > 3 && text.ends_with("000")) text.resize(text.size() - 3);
  return '.' + text;
}

std::string ShortTime(int64_t units, int digits, bool keep_seconds) {
  const int64_t per_second = PowerOfTen(digits);
  const int64_t seconds = units / per_second;
  const int64_t fraction = units % per_second;
  std::string text = fmt::format("{:02}:{:02}", seconds / 3'600, seconds / 60 % 60);
  if (keep_seconds || seconds % 60 != 0 || fraction != 0) text += fmt::format(":{:02}", seconds % 60);
  return text + ShortFraction(fraction, digits);
}

/// Java's ISO form with the fraction's trailing zeros gone.
std::string ShortTimestamp(int64_t units, int digits) {
  const int64_t per_day = PowerOfTen(digits) * kSecondsPerDay;
  const int64_t days = FloorDivide(units, per_day);
  std::string text = DateText(days) + 'T' + TimeText(units - days * per_day, digits);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  // Zeros of whole seconds are part of the time, not of the fraction.
  if (text.find('.') == std::string::npos)
    return TimestampText(units, digits).substr(0, TimestampText(units, digits).find('.'));
  return text;
}

template <typename T>
std::string FloatText(T value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::string DateText(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  return fmt::format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", date.year < 0 ? -date.year : date.year,
                     date.month, date.day);
}

std::string TimeText(int64_t units, int digits) {
  const int64_t per_second = PowerOfTen(digits);
  const int64_t seconds = units / per_second;
  return fmt::format("{:02}:{:02}:{:02}.{:0{}}", seconds / 3'600, seconds / 60 % 60, seconds % 60, units % per_second,
                     digits);
}

std::string TimestampText(int64_t units, int digits) {
  const int64_t per_day = PowerOfTen(digits) * kSecondsPerDay;
  const int64_t days = FloorDivide(units, per_day);
  return DateText(days) + 'T' + TimeText(units - days * per_day, digits);
}

std::string ValueText(const Type& type, const Literal& value) {
  const int64_t integer = value.AsInteger().value_or(0);
  switch (type.id()) {
    case TypeId::kDate:
      return DateText(integer);
    case TypeId::kTime:
      return ShortTime(integer, 6, /*keep_seconds=*/false);
    case TypeId::kTimestamp:
      return ShortTimestamp(integer, 6);
    case TypeId::kTimestampTz:
      return ShortTimestamp(integer, 6) + "+00:00";
    case TypeId::kTimestampNs:
      return ShortTimestamp(integer, 9);
    case TypeId::kTimestampTzNs:
      return ShortTimestamp(integer, 9) + "+00:00";
    case TypeId::kDecimal:
      if (const auto* decimal = value.As<Decimal>()) return DecimalText(decimal->unscaled, type.scale());
      break;
    case TypeId::kUuid:
      if (const auto* bytes = value.As<std::string>()) return UuidText(*bytes);
      break;
    case TypeId::kFixed:
    case TypeId::kBinary:
      if (const auto* bytes = value.As<std::string>()) return Base64(*bytes);
      break;
    case TypeId::kString:
      if (const auto* text = value.As<std::string>()) return *text;
      break;
    case TypeId::kFloat:
      if (const auto* number = value.As<float>()) return FloatText(*number);
      break;
    case TypeId::kDouble:
      if (const auto* number = value.As<double>()) return FloatText(*number);
      break;
    default:
      break;
  }
  return ToString(value);
}

std::string Base64(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    const size_t taken = std::min<size_t>(3, bytes.size() - at);
    for (size_t i = 0; i < 3; ++i) group = (group << 8) | (i < taken ? static_cast<uint8_t>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i) out += i <= taken ? kAlphabet[(group >> (18 - 6 * i)) & 63] : '=';
  }
  return out;
}

std::string UuidText(std::string_view bytes) {
  std::string text = ToHex(bytes);
  if (text.size() != 32) return text;
  for (const size_t at : {20u, 16u, 12u, 8u}) text.insert(at, 1, '-');
  return text;
}

}  // namespace firn::iceberg
