#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "point/batch.h"

/// The `precision` parameter of each endpoint, as nanoseconds in a unit.

namespace firn::inputs::write_endpoints {

/// Telegraf's and InfluxDB 1's /write: u, ms, s, m, h; anything else means ns.
int64_t PrecisionOfV1(std::string_view text);
/// Telegraf's /api/v2/write and InfluxDB 2's /write: us, ms, s; anything else means ns.
int64_t PrecisionOfV2(std::string_view text);
/// InfluxDB 2's /api/v2/write: "", ns, us, ms, s; nothing for anything else.
std::optional<int64_t> StrictPrecisionOfV2(std::string_view text);

/// InfluxDB 3's: 0 = "auto", each time tells its own unit by its size (see GuessUnits).
std::optional<int64_t> PrecisionOfV3(std::string_view text);

/// Takes each time for seconds, milliseconds, microseconds or nanoseconds by its magnitude, as InfluxDB 3 does: below
/// 5e9, 5e12, 5e15 or beyond. True when a time changed.
bool GuessUnits(std::vector<point::Batch>& batches);

}  // namespace firn::inputs::write_endpoints
