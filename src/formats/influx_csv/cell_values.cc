#include "formats/influx_csv/cell_values.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <chrono>
#include <cstring>
#include <limits>

namespace firn::influx_csv {
namespace {

template <typename T>
std::optional<T> ParseWhole(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Two decimal digits, or -1.
int TwoDigits(const char* at) {
  const unsigned tens = static_cast<unsigned char>(at[0]) - '0';
  const unsigned ones = static_cast<unsigned char>(at[1]) - '0';
  return tens > 9 || ones > 9 ? -1 : static_cast<int>(tens * 10 + ones);
}

std::optional<int64_t> ParseDay(const char* text) {
  const int century = TwoDigits(text);
  const int year = TwoDigits(text + 2);
  const int month = TwoDigits(text + 5);
  const int day = TwoDigits(text + 8);
  if (century < 0 || year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(century * 100 + year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

/// The seconds of a day in "hh:mm:ss", or -1. A leap second is the next minute's first, as Go's time package refuses
/// and InfluxDB never writes: refused.
int64_t ParseSecondOfDay(const char* text) {
  const int hour = TwoDigits(text);
  const int minute = TwoDigits(text + 3);
  const int second = TwoDigits(text + 6);
  const bool good = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60 &&
                    text[2] == ':' && text[5] == ':';
  return good ? hour * 3600 + minute * 60 + second : -1;
}

/// Takes ".123" from the front of `text`. False when it is malformed or holds less than a nanosecond.
bool TakeFraction(std::string_view& text, int64_t& nanos) {
  nanos = 0;
  if (text.empty() || text.front() != '.') return true;
  int64_t unit = 100'000'000;
  size_t at = 1;
  for (; at < text.size(); ++at, unit /= 10) {
    const unsigned digit = static_cast<unsigned char>(text[at]) - '0';
    if (digit > 9) break;
    if (unit == 0 && digit != 0) return false;
    nanos += digit * unit;
  }
  text.remove_prefix(at);
  return at > 1;
}

/// "Z", "+hh:mm" or "-hh:mm" → seconds east of UTC.
std::optional<int64_t> ParseOffset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = TwoDigits(text.data() + 1);
  const int minutes = TwoDigits(text.data() + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int64_t seconds = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -seconds : seconds;
}

}  // namespace

std::optional<bool> ParseBoolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<int64_t> ParseLong(std::string_view text) {
  return ParseWhole<int64_t>(text);
}

std::optional<uint64_t> ParseUnsignedLong(std::string_view text) {
  return ParseWhole<uint64_t>(text);
}

std::optional<double> ParseDouble(std::string_view text) {
  const char first = text.empty() ? '\0' : text.front();
  if (first == 'N' || first == 'I' || (text.size() == 4 && text[1] == 'I')) {
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
    if (text == "-Inf") return -std::numeric_limits<double>::infinity();
    return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  const char last = text.empty() ? '\0' : text.back();
  const bool number = (last >= '0' && last <= '9') || last == '.';  // keeps out "inf" and "nan" in other spellings
  if (error != std::errc() || end != text.data() + text.size() || !number) return std::nullopt;
  return value;
}

std::optional<int64_t> TimeParser::Parse(std::string_view text) {
  constexpr size_t kShortest = sizeof("2006-01-02T15:04:05Z") - 1;
  if (text.size() < kShortest || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  if (std::memcmp(text.data(), last_day_text_, sizeof(last_day_text_)) != 0) {
    const auto day = ParseDay(text.data());
    if (!day) return std::nullopt;
    last_day_ = *day;
    std::memcpy(last_day_text_, text.data(), sizeof(last_day_text_));
  }
  const int64_t second_of_day = ParseSecondOfDay(text.data() + 11);
  if (second_of_day < 0) return std::nullopt;
  text.remove_prefix(19);
  int64_t nanos = 0;
  if (!TakeFraction(text, nanos)) return std::nullopt;
  const auto offset = ParseOffset(text);
  if (!offset) return std::nullopt;

  int64_t seconds = last_day_ * 86'400 + second_of_day - *offset;
  if (seconds < 0 && nanos > 0) {  // towards zero, so that the least int64 does not overflow on the way
    ++seconds;
    nanos -= 1'000'000'000;
  }
  int64_t total = 0;
  if (__builtin_mul_overflow(seconds, int64_t{1'000'000'000}, &total)) return std::nullopt;
  if (__builtin_add_overflow(total, nanos, &total)) return std::nullopt;
  return total;
}

}  // namespace firn::influx_csv
