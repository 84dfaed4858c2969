#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/go_time/civil.h"
#include "formats/go_time/posix_rule.h"

/// Time zones: what a clock on the wall shows at an instant. They come from the bytes of a TZif file (RFC 9636), as the
/// system's zoneinfo holds them; this folder reads no files: who does hands a `ZoneLoader` in.

namespace firn::go_time {

/// One kind of local time: "CET", +3600.
struct LocalTimeType {
  std::string abbreviation;
  int32_t offset_seconds = 0;  ///< east of Greenwich is positive
  bool is_daylight_saving = false;
};

/// What holds at an instant, and from when until when it does.
struct ZonePeriod {
  std::string_view abbreviation;  ///< lives as long as the zone
  int32_t offset_seconds = 0;
  int64_t begin = std::numeric_limits<int64_t>::min();  ///< seconds since 1970, inclusive
  int64_t end = std::numeric_limits<int64_t>::max();    ///< exclusive
};

/// Immutable, so shared between threads.
class TimeZone {
 public:
  /// Where the kind of local time changes.
  struct Transition {
    int64_t at;  ///< seconds since 1970
    uint8_t type;
  };

  /// The zone that every null pointer to a zone stands for.
  static const TimeZone& Utc();
  /// One offset at all times. An empty abbreviation is shown as the offset.
  static std::shared_ptr<const TimeZone> Fixed(std::string abbreviation, int32_t offset_seconds);
  /// Reads a TZif file of version 1 to 4. kInvalidInput for anything else, and where its tables do not fit together.
  static Result<std::shared_ptr<const TimeZone>> ParseTzif(std::string_view bytes);

  ZonePeriod Lookup(int64_t seconds) const;

  /// The instant at which a clock of this zone shows `local` (seconds as if it were UTC). Where a clock set back shows
  /// it twice, or one set forward never, the one that Go's time.Date picks.
  int64_t ToUtc(int64_t local) const;

  /// The offset that goes by `abbreviation`, best at local time `local`.
  std::optional<int32_t> OffsetOf(std::string_view abbreviation, int64_t local) const;

 private:
  TimeZone(std::vector<LocalTimeType> types, std::vector<Transition> transitions, std::optional<PosixRule> rule);

  const LocalTimeType& TypeBeforeTransitions() const;

  std::vector<LocalTimeType> types_;  ///< at least one
  std::vector<Transition> transitions_;
  std::optional<PosixRule> rule_;  ///< after the last transition
};

/// Finds zones by their IANA name, "Europe/Berlin". Thread-safe.
class ZoneLoader {
 public:
  virtual ~ZoneLoader() = default;
  /// kNotFound where there is no such zone. `name` is one that IsZoneName accepts.
  virtual Result<std::shared_ptr<const TimeZone>> Load(const std::string& name) = 0;
  /// The machine's own zone; null is UTC.
  virtual std::shared_ptr<const TimeZone> Local() = 0;
};

/// False for names that could lead out of a folder of zones: with "..", a slash in front, a backslash or a NUL.
bool IsZoneName(std::string_view name);

/// Go's time.LoadLocation: "" and "UTC" are UTC (a null pointer), "Local" is the machine's, others come from `loader`.
/// Errors in Go's words: `unknown time zone Mars/Base`.
Result<std::shared_ptr<const TimeZone>> LoadLocation(const std::string& name, ZoneLoader& loader);

}  // namespace firn::go_time
