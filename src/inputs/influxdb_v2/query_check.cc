#include <algorithm>

#include "inputs/influxdb_v2/influxdb_v2.h"
#include "inputs/influxdb_v2/query_facts.h"

// What --check says of queries. Only what the text shows for certain is said.

namespace firn::inputs::influxdb_v2 {
namespace {

using Kind = RangeBound::Kind;

/// In the largest whole unit: "90m", "1h".
std::string DurationText(int64_t ns) {
  struct Unit {
    const char* name;
    int64_t ns;
  };
  static constexpr Unit kUnits[] = {{"d", 86'400'000'000'000},
                                    {"h", 3'600'000'000'000},
                                    {"m", 60'000'000'000},
                                    {"s", 1'000'000'000},
                                    {"ms", 1'000'000},
                                    {"us", 1'000},
                                    {"ns", 1}};
  const Unit* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [ns](const Unit& u) { return ns % u.ns == 0; });
  return fmt::format("{}{}", ns / unit->ns, unit->name);
}

class QueryCheck {
 public:
  QueryCheck(const Options& options, std::string name, const QueryFacts& facts, std::vector<std::string>& warnings)
      : interval_(options.interval.count()),
        overlap_(options.overlap.count()),
        name_(std::move(name)),
        facts_(facts),
        warnings_(warnings) {}

  void Check(const RangeCall& range) {
    if (range.start.kind == Kind::kFixed || range.stop.kind == Kind::kFixed) {
      Say("a bound of its range is a fixed time, so windows beyond it find nothing: use v.timeRangeStart and "
          "v.timeRangeStop");
      return;
    }
    if (range.start.kind == Kind::kBack) CheckStart(range.start.back_ns);
    if (range.stop.kind == Kind::kBack && range.stop.back_ns > 0) {
      Say(fmt::format(
          "its range stops {} before the window does, which leaves a hole; to wait for late data set delay instead",
          DurationText(range.stop.back_ns)));
    }
  }

 private:
  void CheckStart(int64_t back) {
    if (back < interval_) {
      Say(fmt::format("its range reaches back {}, but windows are {} long: the rows between are never read",
                      DurationText(back), DurationText(interval_)));
    } else if (back < interval_ + overlap_) {
      Say(fmt::format("its range reaches back {}, which is less than window and overlap ({}): use v.timeRangeStart",
                      DurationText(back), DurationText(interval_ + overlap_)));
    } else if (back > interval_ + overlap_ && facts_.stamps_rows) {
      Say(fmt::format(
          "its range reaches back {}, but windows are {} long: as it gives rows their times itself, rows of earlier "
          "windows come again and are taken",
          DurationText(back), DurationText(interval_)));
    } else if (back > interval_ + overlap_) {
      Say(fmt::format(
          "its range reaches back {}, but windows are {} long: each row comes again, and those outside the window "
          "are not taken; v.timeRangeStart would read them once",
          DurationText(back), DurationText(interval_)));
    }
  }

  void Say(std::string_view what) { warnings_.push_back(fmt::format("inputs.influxdb_v2: {}: {}", name_, what)); }

  int64_t interval_;
  int64_t overlap_;
  std::string name_;
  const QueryFacts& facts_;
  std::vector<std::string>& warnings_;
};

}  // namespace

std::vector<std::string> CheckQueries(const Options& options) {
  std::vector<std::string> warnings;
  for (size_t i = 0; i < options.query.size(); ++i) {
    const QueryFacts facts = AnalyzeQuery(options.query[i].query);
    QueryCheck check(options, QueryName(options.query[i], i), facts, warnings);
    for (const RangeCall& range : facts.ranges) check.Check(range);
  }
  return warnings;
}

}  // namespace firn::inputs::influxdb_v2
