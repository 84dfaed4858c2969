#include "base/rfc3339.h"

#include <charconv>
#include <chrono>

namespace firn {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

/// Takes exactly `digits` digits from the front.
bool TakeNumber(std::string_view& text, size_t digits, int& out) {
  if (text.size() < digits) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, out);
  if (error != std::errc() || end != text.data() + digits || text[0] == '-') return false;
  text.remove_prefix(digits);
  return true;
}

bool TakeMark(std::string_view& text, std::string_view marks) {
  if (text.empty() || marks.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

bool TakeFraction(std::string_view& text, int64_t& nanos) {
  if (!TakeMark(text, ".,")) return true;
  int64_t unit = kSecond / 10;
  size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits) {
    nanos += (text.front() - '0') * unit;
    unit /= 10;
  }
  return digits > 0;
}

bool TakeZone(std::string_view& text, int64_t& offset_s) {
  if (TakeMark(text, "Zz")) return true;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  const int64_t sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!TakeNumber(text, 2, hours) || !TakeMark(text, ":") || !TakeNumber(text, 2, minutes)) return false;
  offset_s = sign * (hours * 3600 + minutes * 60);
  return hours < 24 && minutes < 60;
}

}  // namespace

Result<int64_t> ParseRfc3339(std::string_view text) {
  const Error bad = InvalidInput("'{}' is not a time like 2024-02-29T12:30:00Z", text);
  std::string_view rest = text;
  int year = 0;
  int month = 0;
  int day = 0;
  if (!TakeNumber(rest, 4, year) || !TakeMark(rest, "-") || !TakeNumber(rest, 2, month) || !TakeMark(rest, "-") ||
      !TakeNumber(rest, 2, day)) {
    return bad;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return bad;
  int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * int64_t{86'400};
  int64_t nanos = 0;
  if (!rest.empty()) {
    int hour = 0;
    int minute = 0;
    int second = 0;
    int64_t offset_s = 0;
    if (!TakeMark(rest, "Tt ") || !TakeNumber(rest, 2, hour) || !TakeMark(rest, ":") || !TakeNumber(rest, 2, minute) ||
        !TakeMark(rest, ":") || !TakeNumber(rest, 2, second) || !TakeFraction(rest, nanos) ||
        !TakeZone(rest, offset_s) || !rest.empty() || hour > 23 || minute > 59 || second > 60) {
      return bad;
    }
    seconds += hour * 3600 + minute * 60 + second - offset_s;
  }
  int64_t time_ns = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &time_ns) || __builtin_add_overflow(time_ns, nanos, &time_ns)) {
    return InvalidInput("'{}' is beyond what 64-bit nanoseconds can say (1677-09-21 to 2262-04-11)", text);
  }
  return time_ns;
}

std::string FormatRfc3339(int64_t time_ns) {
  int64_t seconds = time_ns / kSecond;
  int64_t nanos = time_ns % kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  int64_t days = seconds / 86'400;
  int64_t of_day = seconds % 86'400;
  if (of_day < 0) {
    of_day += 86'400;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), of_day / 3600,
                                of_day / 60 % 60, of_day % 60);
  if (nanos % 1'000 != 0) {
    out += fmt::format(".{:09}", nanos);
  } else if (nanos % 1'000'000 != 0) {
    out += fmt::format(".{:06}", nanos / 1'000);
  } else if (nanos != 0) {
    out += fmt::format(".{:03}", nanos / 1'000'000);
  }
  return out + "Z";
}

}  // namespace firn
