#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

/// Durations as Go writes them: "1h30m", "-1.5s", "300ms", "1µs". Values are int64 nanoseconds.

namespace firn::go_time {

/// Numbers with a unit each (ns, us, µs, ms, s, m, h), a sign in front, "0" alone. kInvalidInput with Go's words:
/// `time: missing unit in duration "5"`.
Result<int64_t> ParseDuration(std::string_view text);

/// "1h30m0s", "1.5s", "2ms", "0s": units down to the second from a second on, one unit below.
std::string FormatDuration(int64_t nanoseconds);

}  // namespace firn::go_time
