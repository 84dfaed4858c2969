#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "formats/go_time/layout.h"

namespace firn::go_time {
namespace {

/// At least `width` digits; a sign does not count.
void AppendNumber(std::string& out, int64_t value, int width) {
  if (value < 0) out.push_back('-');
  char digits[20];
  const uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  char* end = std::to_chars(digits, digits + sizeof digits, magnitude).ptr;
  for (auto size = end - digits; size < width; ++size) out.push_back('0');
  out.append(digits, end);
}

void AppendSpaced(std::string& out, int value, int width) {
  for (int limit = 10; width > 1; --width, limit *= 10) {
    if (value < limit) out.push_back(' ');
  }
  AppendNumber(out, value, 0);
}

void AppendOffset(std::string& out, int32_t offset, OffsetForm form) {
  if (form.z_for_utc && offset == 0) return out.push_back('Z');
  const int32_t minutes = offset / 60;
  out.push_back(minutes < 0 ? '-' : '+');
  AppendNumber(out, std::abs(minutes) / 60, 2);
  if (form.minutes) {
    if (form.colons) out.push_back(':');
    AppendNumber(out, std::abs(minutes) % 60, 2);
  }
  if (form.seconds) {
    if (form.colons) out.push_back(':');
    AppendNumber(out, std::abs(offset) % 60, 2);
  }
}

void AppendFraction(std::string& out, int32_t nanosecond, const Layout::Piece& piece) {
  char digits[] = "000000000";
  for (int i = 8; i >= 0; --i, nanosecond /= 10) digits[i] = static_cast<char>('0' + nanosecond % 10);
  size_t size = static_cast<size_t>(std::min(piece.fraction_digits, 9));
  if (piece.verb == Verb::kNineFraction) {
    while (size > 0 && digits[size - 1] == '0') --size;
    if (size == 0) return;
  }
  out.append(1, piece.separator).append(digits, size);
}

/// The value that a layout's verbs show one by one.
struct Shown {
  CivilTime civil;
  int32_t nanosecond;
  ZonePeriod period;
};

void AppendDateVerb(std::string& out, Verb verb, const CivilTime& time) {
  const Date& date = time.date;
  switch (verb) {
    case Verb::kYear:
      return AppendNumber(out, std::abs(date.year % 100), 2);
    case Verb::kLongYear:
      return AppendNumber(out, date.year, 4);
    case Verb::kMonth:
      out.append(MonthName(date.month).substr(0, 3));
      return;
    case Verb::kLongMonth:
      out.append(MonthName(date.month));
      return;
    case Verb::kNumericMonth:
      return AppendNumber(out, date.month, 0);
    case Verb::kZeroMonth:
      return AppendNumber(out, date.month, 2);
    case Verb::kWeekday:
      out.append(WeekdayName(time.weekday).substr(0, 3));
      return;
    case Verb::kLongWeekday:
      out.append(WeekdayName(time.weekday));
      return;
    case Verb::kDay:
      return AppendNumber(out, date.day, 0);
    case Verb::kSpaceDay:
      return AppendSpaced(out, date.day, 2);
    case Verb::kZeroDay:
      return AppendNumber(out, date.day, 2);
    case Verb::kSpaceYearDay:
      return AppendSpaced(out, time.year_day, 3);
    default:
      return AppendNumber(out, time.year_day, 3);
  }
}

void AppendClockVerb(std::string& out, Verb verb, const CivilTime& time) {
  const int hour12 = time.hour % 12 == 0 ? 12 : time.hour % 12;
  switch (verb) {
    case Verb::kHour:
      return AppendNumber(out, time.hour, 2);
    case Verb::kHour12:
      return AppendNumber(out, hour12, 0);
    case Verb::kZeroHour12:
      return AppendNumber(out, hour12, 2);
    case Verb::kMinute:
      return AppendNumber(out, time.minute, 0);
    case Verb::kZeroMinute:
      return AppendNumber(out, time.minute, 2);
    case Verb::kSecond:
      return AppendNumber(out, time.second, 0);
    case Verb::kZeroSecond:
      return AppendNumber(out, time.second, 2);
    case Verb::kUpperPm:
      out.append(time.hour >= 12 ? "PM" : "AM");
      return;
    default:
      out.append(time.hour >= 12 ? "pm" : "am");
      return;
  }
}

void AppendVerb(std::string& out, const Layout::Piece& piece, const Shown& shown) {
  switch (piece.verb) {
    case Verb::kNone:
      return;
    case Verb::kHour:
    case Verb::kHour12:
    case Verb::kZeroHour12:
    case Verb::kMinute:
    case Verb::kZeroMinute:
    case Verb::kSecond:
    case Verb::kZeroSecond:
    case Verb::kUpperPm:
    case Verb::kLowerPm:
      return AppendClockVerb(out, piece.verb, shown.civil);
    case Verb::kZoneName:
      if (shown.period.abbreviation.empty()) return AppendOffset(out, shown.period.offset_seconds, {});
      out.append(shown.period.abbreviation);
      return;
    case Verb::kOffset:
      return AppendOffset(out, shown.period.offset_seconds, piece.offset);
    case Verb::kZeroFraction:
    case Verb::kNineFraction:
      return AppendFraction(out, shown.nanosecond, piece);
    default:
      return AppendDateVerb(out, piece.verb, shown.civil);
  }
}

}  // namespace

void Layout::Format(const ZonedTime& time, std::string& out) const {
  const ZonePeriod period = time.Zone().Lookup(time.instant.seconds);
  const auto local = static_cast<int64_t>(static_cast<uint64_t>(time.instant.seconds) +
                                          static_cast<uint64_t>(int64_t{period.offset_seconds}));
  const Shown shown{CivilFromSeconds(local), time.instant.nanosecond, period};
  for (const Piece& piece : pieces_) {
    out.append(text_, piece.literal_begin, piece.literal_size);
    AppendVerb(out, piece, shown);
  }
}

}  // namespace firn::go_time
