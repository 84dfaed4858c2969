#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"

namespace firn::inputs::influxdb_v2 {

/// [start, stop), ns since 1970-01-01 UTC. Its stop is the position under which its rows are handed over.
struct Window {
  int64_t start = 0;
  int64_t stop = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

/// Where the first window begins.
struct OneWindowBack {};
using FirstStart = std::variant<OneWindowBack, std::chrono::nanoseconds, int64_t>;  ///< …, so far back, at this time

/// Reads the option `start`; kInvalidConfig when it is neither an RFC 3339 time nor a duration.
Result<FirstStart> ParseFirstStart(const std::string& text);

/// Cuts time into windows that tile: each begins where the one before stopped. Stops are multiples of the length since
/// 1970, so that restarts and servers agree on them; a window that begins elsewhere (`start`, a changed interval) is
/// shorter.
class WindowPlan {
 public:
  /// `length` > 0; `delay` = how long after its stop a window is due.
  WindowPlan(std::chrono::nanoseconds length, std::chrono::nanoseconds delay, FirstStart first)
      : length_(length.count()), delay_(delay.count()), first_(first) {}

  /// The time that `start` names, if it does: nothing before it is ever wanted.
  int64_t earliest() const {
    const auto* time = std::get_if<int64_t>(&first_);
    return time == nullptr ? std::numeric_limits<int64_t>::min() : *time;
  }
  /// Where the first window begins if time is `now`.
  int64_t StartAt(int64_t now) const;
  /// The window that begins at `start`, once it is due. It stops at `held` at the latest: where a part of the rows is
  /// known to be held already.
  std::optional<Window> Due(int64_t start, int64_t now, std::optional<int64_t> held = std::nullopt) const;

 private:
  int64_t FloorToLength(int64_t time) const;

  int64_t length_;
  int64_t delay_;
  FirstStart first_;
};

/// RFC 3339, UTC, with a fraction only where it is not zero.
std::string FormatTime(int64_t ns);

}  // namespace firn::inputs::influxdb_v2
