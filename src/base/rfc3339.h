#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn {

/// "2024-02-29T12:30:00.5Z", "2024-02-29T12:30:00+01:00" or a day alone, "2024-02-29", in ns since 1970-01-01 UTC.
/// kInvalidInput when it is no such text or beyond what int64 ns can say.
Result<int64_t> ParseRfc3339(std::string_view text);

/// UTC with as many fraction digits (0, 3, 6 or 9) as the value needs: "2024-02-29T12:30:00.500Z".
std::string FormatRfc3339(int64_t time_ns);

}  // namespace firn
