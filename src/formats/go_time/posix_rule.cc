#include "formats/go_time/posix_rule.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/go_time/civil.h"

namespace firn::go_time {
namespace {

constexpr int kMaxHours = 24 * 7;

std::optional<int> TakeNumber(std::string_view& text, int least, int most) {
  size_t length = 0;
  int value = 0;
  for (; length < text.size() && text[length] >= '0' && text[length] <= '9'; ++length) {
    value = value * 10 + (text[length] - '0');
    if (value > most) return std::nullopt;
  }
  if (length == 0 || value < least) return std::nullopt;
  text.remove_prefix(length);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Letters, or anything in angle brackets.
std::optional<std::string> TakeName(std::string_view& text) {
  if (Take(text, '<')) {
    const size_t end = text.find('>');
    if (end == std::string_view::npos) return std::nullopt;
    std::string name(text.substr(0, end));
    text.remove_prefix(end + 1);
    return name;
  }
  const size_t length = std::min(text.find_first_of("0123456789,-+"), text.size());
  if (length < 3) return std::nullopt;
  std::string name(text.substr(0, length));
  text.remove_prefix(length);
  return name;
}

/// [+-]hh[:mm[:ss]] in seconds.
std::optional<int32_t> TakeOffset(std::string_view& text) {
  const bool negative = Take(text, '-');
  if (!negative) Take(text, '+');
  const std::optional<int> hours = TakeNumber(text, 0, kMaxHours);
  if (!hours) return std::nullopt;
  int32_t seconds = *hours * 3600;
  for (int unit : {60, 1}) {
    if (!Take(text, ':')) break;
    const std::optional<int> part = TakeNumber(text, 0, 59);
    if (!part) return std::nullopt;
    seconds += *part * unit;
  }
  return negative ? -seconds : seconds;
}

std::optional<PosixRule::Change> TakeDay(std::string_view& text) {
  using Kind = PosixRule::Change::Kind;
  if (Take(text, 'J')) {
    const auto day = TakeNumber(text, 1, 365);
    if (!day) return std::nullopt;
    return PosixRule::Change{.kind = Kind::kJulianDay, .day = *day};
  }
  if (!Take(text, 'M')) {
    const auto day = TakeNumber(text, 0, 365);
    if (!day) return std::nullopt;
    return PosixRule::Change{.kind = Kind::kZeroBasedDay, .day = *day};
  }
  const auto month = TakeNumber(text, 1, 12);
  if (!month || !Take(text, '.')) return std::nullopt;
  const auto week = TakeNumber(text, 1, 5);
  if (!week || !Take(text, '.')) return std::nullopt;
  const auto day = TakeNumber(text, 0, 6);
  if (!day) return std::nullopt;
  return PosixRule::Change{.kind = Kind::kMonthWeekDay, .day = *day, .week = *week, .month = *month};
}

std::optional<PosixRule::Change> TakeChange(std::string_view& text) {
  std::optional<PosixRule::Change> change = TakeDay(text);
  if (!change || !Take(text, '/')) return change;
  const std::optional<int32_t> clock = TakeOffset(text);
  if (!clock) return std::nullopt;
  change->clock_seconds = *clock;
  return change;
}

/// Days from the first of January to the change.
int64_t DayOfYear(const PosixRule::Change& change, int64_t year) {
  switch (change.kind) {
    case PosixRule::Change::Kind::kJulianDay:
      return change.day - 1 + (IsLeapYear(year) && change.day >= 60 ? 1 : 0);
    case PosixRule::Change::Kind::kZeroBasedDay:
      return change.day;
    case PosixRule::Change::Kind::kMonthWeekDay:
      break;
  }
  const int64_t first = DaysFromDate({year, change.month, 1});
  const int64_t weekday_of_first = ((first + 4) % 7 + 7) % 7;
  int64_t day = (change.day - weekday_of_first + 7) % 7 + 7 * (change.week - 1);
  while (day >= DaysInMonth(year, change.month)) day -= 7;
  return first - DaysFromDate({year, 1, 1}) + day;
}

int64_t SaturatingSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? std::numeric_limits<int64_t>::min() : std::numeric_limits<int64_t>::max();
}

}  // namespace

std::optional<PosixRule> PosixRule::Parse(std::string_view text) {
  PosixRule rule;
  std::optional<std::string> name = TakeName(text);
  if (!name) return std::nullopt;
  std::optional<int32_t> offset = TakeOffset(text);
  if (!offset) return std::nullopt;
  rule.standard = {std::move(*name), -*offset};  // POSIX counts west as positive.
  if (text.empty() || text.front() == ',') return rule;

  name = TakeName(text);
  if (!name) return std::nullopt;
  Season daylight{std::move(*name), rule.standard.offset_seconds + 3600};
  if (!text.empty() && text.front() != ',') {
    offset = TakeOffset(text);
    if (!offset) return std::nullopt;
    daylight.offset_seconds = -*offset;
  }
  rule.daylight = std::move(daylight);
  if (text.empty()) text = ",M3.2.0,M11.1.0";
  if (!Take(text, ',')) return std::nullopt;
  const std::optional<Change> begins = TakeChange(text);
  if (!begins || !Take(text, ',')) return std::nullopt;
  const std::optional<Change> ends = TakeChange(text);
  if (!ends || !text.empty()) return std::nullopt;
  rule.daylight_begins = *begins;
  rule.daylight_ends = *ends;
  return rule;
}

PosixRule::Period PosixRule::Lookup(int64_t seconds) const {
  if (!daylight) return {&standard, std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  const int64_t days = seconds / kSecondsPerDay - (seconds % kSecondsPerDay < 0 ? 1 : 0);
  const int64_t year = DateFromDays(days).year;
  const int64_t year_begin = DaysFromDate({year, 1, 1});
  // Seconds within the year, at which each change takes place in UTC.
  const int64_t clock = (seconds % kSecondsPerDay + kSecondsPerDay) % kSecondsPerDay;
  const int64_t now = (days - year_begin) * kSecondsPerDay + clock;
  int64_t first =
      DayOfYear(daylight_begins, year) * kSecondsPerDay + daylight_begins.clock_seconds - standard.offset_seconds;
  int64_t second =
      DayOfYear(daylight_ends, year) * kSecondsPerDay + daylight_ends.clock_seconds - daylight->offset_seconds;
  const Season* outside = &standard;
  const Season* inside = &*daylight;
  if (second < first) {  // Summer is around New Year.
    std::swap(first, second);
    std::swap(outside, inside);
  }
  const auto at = [&](int64_t second_of_year) { return SaturatingSum(seconds, second_of_year - now); };
  if (now < first) return {outside, at(0), at(first)};
  if (now >= second) return {outside, at(second), at(365 * kSecondsPerDay)};
  return {inside, at(first), at(second)};
}

}  // namespace firn::go_time
