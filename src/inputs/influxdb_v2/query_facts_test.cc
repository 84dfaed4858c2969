#include "inputs/influxdb_v2/query_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inputs/influxdb_v2/flux_tokens.h"
#include "inputs/influxdb_v2/influxdb_v2.h"

namespace firn::inputs::influxdb_v2 {
namespace {

using namespace std::chrono_literals;  // NOLINT
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = RangeBound::Kind;

std::vector<std::string_view> Texts(std::string_view flux) {
  std::vector<std::string_view> texts;
  for (const Token& token : TokenizeFlux(flux)) texts.push_back(token.text);
  return texts;
}

TEST(TokenizeFlux, SplitsWhatFluxIsMadeOf) {
  EXPECT_THAT(Texts("from(bucket:\"a // b\\\" c\") // end\n|> range(start:-1h30m, stop: 2024-01-01T00:00:00Z)"),
              ElementsAre("from", "(", "bucket", ":", "\"a // b\\\" c\"", ")", "|>", "range", "(", "start", ":", "-",
                          "1h30m", ",", "stop", ":", "2024-01-01T00:00:00Z", ")"));
  EXPECT_THAT(Texts("r.host =~ /a\\/b c/ and x / 2.5 / y"),
              ElementsAre("r", ".", "host", "=~", "/a\\/b c/", "and", "x", "/", "2.5", "/", "y"));
}

TEST(TokenizeFlux, TakesAnyText) {
  for (const char* text : {"\"open", "/", "=~ /open", "\\", "1", "2024-", "\xff\xfe", "\"\\"}) {
    size_t size = 0;
    for (const Token& token : TokenizeFlux(text)) size += token.text.size();
    EXPECT_GT(size, 0U) << text;
  }
  EXPECT_THAT(TokenizeFlux(""), IsEmpty());
}

TEST(ParseFluxDuration, AddsItsParts) {
  EXPECT_EQ(ParseFluxDuration("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(ParseFluxDuration("1w2d"), 9 * 86'400'000'000'000);
  EXPECT_EQ(ParseFluxDuration("500ms3us1ns"), 500'003'001);
  for (const char* bad : {"", "h", "1", "1x", "1h1", "99999999999999999999h", "9999999999y"}) {
    EXPECT_EQ(ParseFluxDuration(bad), std::nullopt) << bad;
  }
}

TEST(AnalyzeQuery, FindsTheBoundsOfRanges) {
  const auto facts = AnalyzeQuery(
      "a = from(bucket: v.bucket) |> range(start: -1h)\n"
      "b = from(bucket: v.bucket) |> range(start: v.timeRangeStart, stop: v[\"timeRangeStop\"])\n"
      "c = from(bucket: v.bucket) |> range(stop: now(), start: 2024-01-01T00:00:00Z)\n"
      "d = from(bucket: v.bucket) |> range(start: f(x: [1, 2]), stop: -5m)");
  ASSERT_EQ(facts.ranges.size(), 4U);
  EXPECT_EQ(facts.ranges[0].start.kind, Kind::kBack);
  EXPECT_EQ(facts.ranges[0].start.back_ns, 3'600'000'000'000);
  EXPECT_EQ(facts.ranges[0].stop.kind, Kind::kNone);
  EXPECT_EQ(facts.ranges[1].start.kind, Kind::kWindowStart);
  EXPECT_EQ(facts.ranges[1].stop.kind, Kind::kWindowStop);
  EXPECT_EQ(facts.ranges[2].start.kind, Kind::kFixed);
  EXPECT_EQ(facts.ranges[2].stop.kind, Kind::kWindowStop);
  EXPECT_EQ(facts.ranges[3].start.kind, Kind::kOther);
  EXPECT_EQ(facts.ranges[3].stop.kind, Kind::kBack);
}

TEST(AnalyzeQuery, FindsTheBucketsThatItNames) {
  const auto facts = AnalyzeQuery(
      "a = from(bucket: \"one\") |> range(start: -1h)\n"
      "b = from(host: \"http://x\", bucket:\"two words\")\n"
      "c = from(bucket: \"one\")  // from(bucket: \"no\")\n"
      "d = from(bucket: v.bucket)\n"
      "e = from(bucket: \"es\\\"caped\")\n"
      "f = from(bucket: \"x${y}\")\n"
      "g = to(bucket: \"target\")");
  EXPECT_EQ(facts.buckets, (std::vector<std::string>{"one", "two words"}));
}

TEST(AnalyzeQuery, KnowsQueriesThatStampRowsThemselves) {
  for (const char* stamping :
       {"x |> aggregateWindow(every: 5m, fn: mean)", "x |> timeShift(duration: 1h)",
        "x |> truncateTimeColumn(unit: 1m)", "x |> map(fn: (r) => ({r with _time: now()}))",
        "x |> duplicate(column: \"_stop\", as: \"_time\")", "x |> rename(columns: {t: \"_time\"})",
        "x |> window(every: 1m, startColumn: \"a\") |> elapsed(timeDst: \"_time\")"}) {
    EXPECT_TRUE(AnalyzeQuery(stamping).stamps_rows) << stamping;
  }
  for (const char* not_stamping :
       {"x |> range(start: -1h)", "x |> pivot(rowKey: [\"_time\"], columnKey: [\"_field\"], valueColumn: \"_value\")",
        "x |> sort(columns: [\"_time\"])", "x |> filter(fn: (r) => r._time > t)", "// aggregateWindow(\nx",
        "x |> filter(fn: (r) => r.a == \"aggregateWindow(\")", "x |> last(column: \"_time\")"}) {
    EXPECT_FALSE(AnalyzeQuery(not_stamping).stamps_rows) << not_stamping;
  }
}

TEST(AnalyzeQuery, NormalizesLayoutAndComments) {
  EXPECT_EQ(AnalyzeQuery("from( bucket:\"a  b\" )\n // c\n|> last()").normalized,
            AnalyzeQuery("from(bucket: \"a  b\") |> last()").normalized);
  EXPECT_NE(AnalyzeQuery("from(bucket: \"a b\")").normalized, AnalyzeQuery("from(bucket: \"a  b\")").normalized);
}

std::vector<std::string> Warnings(const std::string& query, std::chrono::nanoseconds overlap = 0s) {
  Options options;
  options.interval = 10min;
  options.overlap = overlap;
  options.query = {{"b", query, "cpu", {}, {}}};
  return CheckQueries(options);
}

TEST(CheckQueries, TellsOfRowsThatComeAgainAndOfHoles) {
  EXPECT_THAT(Warnings("x |> range(start: -10m)"), IsEmpty());
  EXPECT_THAT(Warnings("x |> range(start: v.timeRangeStart, stop: v.timeRangeStop)"), IsEmpty());
  EXPECT_THAT(
      Warnings("x |> range(start: -1h)"),
      ElementsAre(HasSubstr("query 'cpu': its range reaches back 1h, but windows are 10m long: each row comes again")));
  EXPECT_THAT(Warnings("x |> range(start: -1h) |> aggregateWindow(every: 1m, fn: mean)"),
              ElementsAre(HasSubstr("come again and are taken")));
  EXPECT_THAT(Warnings("x |> range(start: -5m)"), ElementsAre(HasSubstr("the rows between are never read")));
  EXPECT_THAT(Warnings("x |> range(start: -10m, stop: -1m)"),
              ElementsAre(HasSubstr("stops 1m before the window does")));
  EXPECT_THAT(Warnings("x |> range(start: 2024-01-01T00:00:00Z)"), ElementsAre(HasSubstr("fixed time")));
  EXPECT_THAT(Warnings("x |> range(start: -10m)", 1h), ElementsAre(HasSubstr("less than window and overlap (70m)")));
  EXPECT_THAT(Warnings("x |> range(start: -70m)", 1h), IsEmpty());
}

}  // namespace
}  // namespace firn::inputs::influxdb_v2
