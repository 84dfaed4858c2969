#include "inputs/influxdb_v2/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inputs/influxdb_v2/back_off.h"

namespace firn::inputs::influxdb_v2 {
namespace {

using namespace std::chrono_literals;  // NOLINT

constexpr int64_t kMinute = 60'000'000'000;

TEST(WindowPlan, BeginsOneWholeWindowBack) {
  const WindowPlan plan(10min, 30s, OneWindowBack{});
  EXPECT_EQ(plan.StartAt(25 * kMinute), 10 * kMinute);
  EXPECT_EQ(plan.StartAt(20 * kMinute), 0) << "the window to minute 20 is not due yet";
}

TEST(WindowPlan, EndsWindowsOnMultiplesOfTheirLength) {
  const WindowPlan plan(10min, 30s, OneWindowBack{});
  EXPECT_EQ(plan.Due(10 * kMinute, 60 * kMinute), (Window{10 * kMinute, 20 * kMinute}));
  EXPECT_EQ(plan.Due(13 * kMinute, 60 * kMinute), (Window{13 * kMinute, 20 * kMinute}));
  EXPECT_EQ(plan.Due(-13 * kMinute, 60 * kMinute), (Window{-13 * kMinute, -10 * kMinute}));
}

TEST(WindowPlan, StopsWhereAPartOfTheRowsIsHeldAlready) {
  const WindowPlan plan(10min, 30s, OneWindowBack{});
  EXPECT_EQ(plan.Due(10 * kMinute, 60 * kMinute, 14 * kMinute), (Window{10 * kMinute, 14 * kMinute}));
  EXPECT_EQ(plan.Due(10 * kMinute, 60 * kMinute, 34 * kMinute), (Window{10 * kMinute, 20 * kMinute}));
  EXPECT_EQ(plan.Due(14 * kMinute, 60 * kMinute, 14 * kMinute), (Window{14 * kMinute, 20 * kMinute}));
}

TEST(WindowPlan, WaitsForTheDelay) {
  const WindowPlan plan(10min, 30s, OneWindowBack{});
  const int64_t due = 20 * kMinute + 30'000'000'000;
  EXPECT_EQ(plan.Due(10 * kMinute, due - 1), std::nullopt);
  EXPECT_TRUE(plan.Due(10 * kMinute, due).has_value());
}

TEST(WindowPlan, BeginsWhereStartSays) {
  const auto start = [](const std::string& text) {
    return WindowPlan(10min, 30s, *ParseFirstStart(text)).StartAt(95 * kMinute);
  };
  EXPECT_EQ(start("1970-01-01T00:07:00Z"), 7 * kMinute);
  EXPECT_EQ(start("30m"), 60 * kMinute);
  EXPECT_EQ(start("-30m"), 60 * kMinute);
  EXPECT_FALSE(ParseFirstStart("soon").ok());
}

TEST(FormatTime, WritesFractionsOnlyWhereThereAreAny) {
  EXPECT_EQ(FormatTime(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTime(1'500'000'000), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(FormatTime(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(FormatTime(1'704'067'200'000'000'001), "2024-01-01T00:00:00.000000001Z");
}

TEST(ParseRetryAfter, TakesSecondsAndDates) {
  EXPECT_EQ(ParseRetryAfter("120", 0), 120s);
  EXPECT_EQ(ParseRetryAfter("Thu, 01 Jan 1970 00:01:00 GMT", 0), 60s);
  EXPECT_EQ(ParseRetryAfter("Thu, 01 Jan 1970 00:01:00 GMT", 3'600'000'000'000), 0s);
  for (const char* bad : {"", "-1", "soon", "1.5"}) EXPECT_EQ(ParseRetryAfter(bad, 0), std::nullopt) << bad;
}

TEST(BackOff, LeavesAServerAloneThatAsksForTooLong) {
  const auto random = MakeSeededRandom(1);
  EXPECT_EQ(BackOff(*random).Next(1h), std::nullopt);
}

}  // namespace
}  // namespace firn::inputs::influxdb_v2
