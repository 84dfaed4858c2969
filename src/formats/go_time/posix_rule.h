#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace firn::go_time {

/// The rule in a TZif file's last line, for all times after its last transition: `CET-1CEST,M3.5.0,M10.5.0/3`
/// (RFC 9636 section 3.3.1, which is POSIX's TZ with hours from −167 to 167).
struct PosixRule {
  /// When, within a year, the clock changes.
  struct Change {
    enum class Kind : uint8_t { kJulianDay, kZeroBasedDay, kMonthWeekDay };
    Kind kind = Kind::kMonthWeekDay;
    int day = 0;    ///< 1 … 365 without leap days, 0 … 365 with, or weekday 0 … 6
    int week = 0;   ///< 1 … 5, 5 is the last
    int month = 0;  ///< 1 … 12
    int32_t clock_seconds = 7200;
  };
  struct Season {
    std::string abbreviation;
    int32_t offset_seconds = 0;  ///< east of Greenwich is positive
  };

  Season standard;
  std::optional<Season> daylight;
  Change daylight_begins;
  Change daylight_ends;

  /// Nothing unless all of `text` is such a rule.
  static std::optional<PosixRule> Parse(std::string_view text);

  /// Which season holds at `seconds` since 1970, and the part of the year for which this was worked out.
  struct Period {
    const Season* season;
    int64_t begin;
    int64_t end;
  };
  Period Lookup(int64_t seconds) const;
};

}  // namespace firn::go_time
