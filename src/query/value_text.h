#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Exact text of single values, the same in every output format. Documented in docs/sql.md, "Values".

namespace firn::query {

/// Ticks since 1970 with `digits` decimal digits below the second (0, 3, 6 or 9) as `2026-01-02T03:04:05.678901`: the
/// fraction has 0, 3, 6 or 9 digits, as few as are exact. DuckDB's infinities (the ends of int64) are "infinity" and
/// "-infinity".
void AppendTimestamp(int64_t ticks, int digits, bool utc, std::string& out);
/// Days since 1970 as `2026-01-02`; years beyond four digits carry a sign.
void AppendDate(int64_t days, std::string& out);
/// µs of the day as `03:04:05.678901`.
void AppendTimeOfDay(int64_t micros, std::string& out);
/// The shortest decimal text that reads back as the same value, always with a point or an exponent; "NaN", "Infinity",
/// "-Infinity".
void AppendDouble(double value, std::string& out);
void AppendFloat(float value, std::string& out);
/// A two's complement 128-bit integer with `scale` digits behind the point.
void AppendInt128(uint64_t lower, int64_t upper, int scale, std::string& out);
void AppendUint128(uint64_t lower, uint64_t upper, std::string& out);
/// As ISO 8601 has it: `P1M2DT3.000004S`.
void AppendInterval(int32_t months, int32_t days, int64_t micros, std::string& out);
/// A JSON string with quotes.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace firn::query
