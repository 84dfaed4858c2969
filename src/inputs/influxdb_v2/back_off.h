#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/random.h"

namespace firn::inputs::influxdb_v2 {

/// How long to wait between attempts at one window within a tick: 1 s, 2 s, 4 s … 1 min, each shortened at random by up
/// to a half so that inputs that failed together do not come back together; not shorter than what the server asked for.
class BackOff {
 public:
  static constexpr int kAttempts = 5;
  static constexpr std::chrono::nanoseconds kFirst = std::chrono::seconds(1);
  static constexpr std::chrono::nanoseconds kLongest = std::chrono::minutes(1);
  /// A server that wants to be left alone for longer is asked again at the next tick.
  static constexpr std::chrono::nanoseconds kLongestRetryAfter = std::chrono::minutes(5);

  explicit BackOff(Random& random) : random_(random) {}

  /// The wait after a failed attempt; none = give up for this tick.
  std::optional<std::chrono::nanoseconds> Next(std::optional<std::chrono::nanoseconds> retry_after);

 private:
  Random& random_;
  int failed_ = 0;
};

/// The value of a Retry-After header: seconds or an HTTP date; none when it is neither. `now_ns` = the wall clock.
std::optional<std::chrono::nanoseconds> ParseRetryAfter(std::string_view value, int64_t now_ns);

}  // namespace firn::inputs::influxdb_v2
