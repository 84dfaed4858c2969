#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/go_time/civil.h"
#include "formats/go_time/time_zone.h"

/// Go's reference-time layouts: the time Mon Jan 2 15:04:05 MST 2006 written as values shall be. A layout is compiled
/// once, and then parses and formats any number of times. Source: Go's package time; table in docs/formats/go_time.md.

namespace firn::go_time {

inline constexpr std::string_view kRfc3339 = "2006-01-02T15:04:05Z07:00";
inline constexpr std::string_view kRfc3339Nano = "2006-01-02T15:04:05.999999999Z07:00";

/// An instant and the zone whose clock shows it; a null zone is UTC.
struct ZonedTime {
  Instant instant;
  std::shared_ptr<const TimeZone> zone;

  const TimeZone& Zone() const { return zone ? *zone : TimeZone::Utc(); }
};

/// The parts of the reference time that a layout can name.
enum class Verb : uint8_t {
  kNone,          ///< only text
  kLongMonth,     ///< January
  kMonth,         ///< Jan
  kNumericMonth,  ///< 1
  kZeroMonth,     ///< 01
  kLongWeekday,   ///< Monday
  kWeekday,       ///< Mon
  kDay,           ///< 2
  kSpaceDay,      ///< _2
  kZeroDay,       ///< 02
  kSpaceYearDay,  ///< __2
  kZeroYearDay,   ///< 002
  kHour,          ///< 15
  kHour12,        ///< 3
  kZeroHour12,    ///< 03
  kMinute,        ///< 4
  kZeroMinute,    ///< 04
  kSecond,        ///< 5
  kZeroSecond,    ///< 05
  kLongYear,      ///< 2006
  kYear,          ///< 06
  kUpperPm,       ///< PM
  kLowerPm,       ///< pm
  kZoneName,      ///< MST
  kOffset,        ///< -0700 and its relatives, see OffsetForm
  kZeroFraction,  ///< .000
  kNineFraction,  ///< .999
};

/// How an offset is written.
struct OffsetForm {
  bool z_for_utc = false;
  bool colons = false;
  bool minutes = true;
  bool seconds = false;
};

class Layout {
 public:
  /// Every text is a layout; what names no part of the reference time stands for itself.
  explicit Layout(std::string_view text);

  const std::string& text() const { return text_; }

  void Format(const ZonedTime& time, std::string& out) const;

  /// Reads `value`. Without an offset or zone in it, its clock is that of `zone`; an offset or zone name that `local`
  /// has at that time gives a time of that zone, another one a time at a fixed offset. Errors are Go's: `parsing time
  /// "x" as "2006": cannot parse "x" as "2006"`.
  Result<ZonedTime> Parse(std::string_view value, const std::shared_ptr<const TimeZone>& zone,
                          const std::shared_ptr<const TimeZone>& local) const;

  /// Text that stands for itself, then a verb. Offsets and lengths are those of text().
  struct Piece {
    uint32_t literal_begin = 0;
    uint32_t literal_size = 0;
    uint32_t verb_size = 0;
    Verb verb = Verb::kNone;
    OffsetForm offset;        ///< of kOffset
    int fraction_digits = 0;  ///< of kZeroFraction and kNineFraction
    char separator = '.';     ///< '.' or ',' before a fraction
  };

 private:
  std::string text_;
  std::vector<Piece> pieces_;
};

/// "2006-01-02 15:04:05.999999999 -0700 MST", which is how Go prints a time.
std::string DisplayText(const ZonedTime& time);

/// Names of months (1 … 12) and of days of the week (0 is Sunday).
std::string_view MonthName(int month);
std::string_view WeekdayName(int weekday);

}  // namespace firn::go_time
