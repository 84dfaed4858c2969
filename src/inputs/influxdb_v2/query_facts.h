#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firn::inputs::influxdb_v2 {

/// One argument of `range`.
struct RangeBound {
  enum class Kind : uint8_t {
    kNone,         ///< not given: `now()`
    kBack,         ///< a literal duration back from now: `-1h`
    kWindowStart,  ///< v.timeRangeStart
    kWindowStop,   ///< v.timeRangeStop or now()
    kFixed,        ///< a literal time
    kOther,        ///< anything else: not known
  };
  Kind kind = Kind::kNone;
  int64_t back_ns = 0;  ///< of kBack
};

struct RangeCall {
  RangeBound start;
  RangeBound stop;
};

/// What can be told of a query by its text.
struct QueryFacts {
  std::vector<RangeCall> ranges;
  /// The buckets that the query names itself, `from(bucket: "…")`, each once.
  std::vector<std::string> buckets;
  /// The query gives rows their times itself, so that a time outside the window is no sign of a row outside it:
  ///  * a call of aggregateWindow, timeShift, truncateTimeColumn, alignTime, holtWinters or timedMovingAverage,
  ///  * a record with a key `_time`: map(fn: (r) => ({r with _time: …})),
  ///  * an argument `as` or `timeDst` of "_time", or a `rename` to "_time".
  bool stamps_rows = false;
  /// The tokens, a blank between two: equal for queries that differ in layout and comments only.
  std::string normalized;
};

QueryFacts AnalyzeQuery(std::string_view flux);

}  // namespace firn::inputs::influxdb_v2
