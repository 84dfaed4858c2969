#include "formats/go_time/civil.h"

#include <array>
#include <cstddef>

namespace firn::go_time {
namespace {

__extension__ using Wide = __int128;

constexpr int64_t kDaysPerEra = 146'097;            // 400 years
constexpr int64_t kDaysFromMarchToEpoch = 719'468;  // 0000-03-01 to 1970-01-01

constexpr std::array<int, 14> kDaysBefore = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

template <typename T>
T FloorDivide(T a, T b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Moves what `low` has beyond 0 … base − 1 into `high`.
void Carry(Wide& high, Wide& low, int64_t base) {
  const Wide over = FloorDivide<Wide>(low, base);
  high += over;
  low -= over * base;
}

/// Years are counted from March, so that the leap day is the last of its year; eras are 400 years, which repeat.
Wide WideDays(Wide year, int month, Wide day) {
  const Wide shifted_year = year - (month <= 2 ? 1 : 0);
  const Wide era = FloorDivide<Wide>(shifted_year, 400);
  const Wide year_of_era = shifted_year - era * 400;
  const Wide day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * kDaysPerEra + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         kDaysFromMarchToEpoch;
}

}  // namespace

bool IsLeapYear(int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int DaysInMonth(int64_t year, int month) {
  return month == 2 && IsLeapYear(year) ? 29 : DaysBeforeMonth(month + 1) - DaysBeforeMonth(month);
}

int DaysBeforeMonth(int month) {
  return kDaysBefore[static_cast<size_t>(month)];
}

int64_t DaysFromDate(Date date) {
  return static_cast<int64_t>(WideDays(date.year, date.month, date.day));
}

Date DateFromDays(int64_t days) {
  const Wide shifted = Wide(days) + kDaysFromMarchToEpoch;
  const auto era = static_cast<int64_t>(FloorDivide<Wide>(shifted, kDaysPerEra));
  const auto day_of_era = static_cast<int64_t>(shifted - Wide(era) * kDaysPerEra);
  const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const auto month_from_march = static_cast<int>((5 * day_of_year + 2) / 153);
  const auto day = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const int month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {era * 400 + year_of_era + (month <= 2 ? 1 : 0), month, day};
}

CivilTime CivilFromSeconds(int64_t seconds) {
  const int64_t days = FloorDivide(seconds, kSecondsPerDay);
  const auto clock = static_cast<int>((seconds % kSecondsPerDay + kSecondsPerDay) % kSecondsPerDay);
  CivilTime time;
  time.date = DateFromDays(days);
  time.hour = clock / 3600;
  time.minute = clock / 60 % 60;
  time.second = clock % 60;
  const int64_t weekday = (days + 4) % 7;  // 1970-01-01 was a Thursday.
  time.weekday = static_cast<int>(weekday < 0 ? weekday + 7 : weekday);
  const int leap_day = time.date.month > 2 && IsLeapYear(time.date.year) ? 1 : 0;
  time.year_day = DaysBeforeMonth(time.date.month) + leap_day + time.date.day;
  return time;
}

Instant NormalizedSeconds(const CivilFields& fields) {
  Wide nanosecond = fields.nanosecond, second = fields.second, minute = fields.minute, hour = fields.hour;
  Wide day = fields.day, month = Wide(fields.month) - 1, year = fields.year;
  Carry(year, month, 12);
  Carry(second, nanosecond, 1'000'000'000);
  Carry(minute, second, 60);
  Carry(hour, minute, 60);
  Carry(day, hour, 24);
  const Wide days = WideDays(year, static_cast<int>(month) + 1, day);
  const Wide total = days * kSecondsPerDay + hour * 3600 + minute * 60 + second;
  return {static_cast<int64_t>(total), static_cast<int32_t>(nanosecond)};
}

}  // namespace firn::go_time
