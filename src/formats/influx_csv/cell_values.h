#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace firn::influx_csv {

/// The values of cells; none = the text is no such value. Whole cells only, no blanks.

/// "true" or "false".
std::optional<bool> ParseBoolean(std::string_view text);
std::optional<int64_t> ParseLong(std::string_view text);
std::optional<uint64_t> ParseUnsignedLong(std::string_view text);
/// Exact; also NaN, +Inf, -Inf, Inf.
std::optional<double> ParseDouble(std::string_view text);

/// RFC 3339 with any number of fraction digits → ns since 1970-01-01 UTC, exactly. Remembers the last day, since rows
/// of an answer mostly share it.
class TimeParser {
 public:
  /// None also for times that int64 ns cannot say (before 1677-09-21, after 2262-04-11) and digits beyond the ninth but
  /// 0.
  std::optional<int64_t> Parse(std::string_view text);

 private:
  char last_day_text_[10] = {};
  int64_t last_day_ = 0;  // days since 1970-01-01
};

}  // namespace firn::influx_csv
