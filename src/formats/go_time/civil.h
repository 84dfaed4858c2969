#pragma once

#include <compare>
#include <cstdint>

/// The proleptic Gregorian calendar: days ↔ dates, for any int64 second. Time zones stand in time_zone.h.

namespace firn::go_time {

inline constexpr int64_t kSecondsPerDay = 86'400;

struct Date {
  int64_t year;
  int month;  ///< 1 … 12
  int day;    ///< 1 … 31
};

/// Date and clock of an instant, as a zone shows it.
struct CivilTime {
  Date date;
  int hour;
  int minute;
  int second;
  int weekday;   ///< 0 is Sunday
  int year_day;  ///< 1 … 366
};

/// What time.Date of Go takes: any field may be out of its range.
struct CivilFields {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t nanosecond = 0;
};

/// Seconds since 1970 and nanoseconds 0 … 999,999,999.
struct Instant {
  int64_t seconds = 0;
  int32_t nanosecond = 0;

  friend bool operator==(const Instant&, const Instant&) = default;
  friend auto operator<=>(const Instant&, const Instant&) = default;
};

bool IsLeapYear(int64_t year);
/// Requires 1 ≤ month ≤ 12.
int DaysInMonth(int64_t year, int month);
/// Days of a year that is not a leap year before the month 1 … 13 begins.
int DaysBeforeMonth(int month);

/// Days since 1970-01-01.
int64_t DaysFromDate(Date date);
Date DateFromDays(int64_t days);

/// `seconds` since 1970 on a clock that is already shifted to the zone.
CivilTime CivilFromSeconds(int64_t seconds);

/// Fields out of range carry into the next larger ones, as Go normalises: month 0 is December of the year before, day 0
/// the last of the month before. The result counts on the zone's own clock. Far beyond the calendar it wraps around.
Instant NormalizedSeconds(const CivilFields& fields);

}  // namespace firn::go_time
