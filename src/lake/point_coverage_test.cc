#include "lake/point_coverage.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "base/random.h"

namespace firn::lake {
namespace {

PointCoverage Of(uint32_t series_class, const std::vector<int64_t>& times) {
  PointCoverage coverage;
  coverage.Add(series_class, times.data(), times.size());
  return coverage;
}

TEST(PointCoverageTest, MeetsWhereAClassHasATimeInCommon) {
  const PointCoverage early = Of(3, {10, 11, 12});
  EXPECT_TRUE(early.Meets(Of(3, {12, 13})));
  EXPECT_FALSE(early.Meets(Of(3, {13, 14})));
  EXPECT_FALSE(early.Meets(Of(4, {10, 11, 12}))) << "other series";
  EXPECT_FALSE(early.Meets(PointCoverage()));
}

TEST(PointCoverageTest, DoesNotCoverGapsThatStandOut) {
  const PointCoverage live_beside_old = Of(0, {1'000, 1'001, 1'002, 900'000, 900'001});
  EXPECT_FALSE(live_beside_old.Meets(Of(0, {1'003, 1'004, 900'002, 900'003})));
  EXPECT_TRUE(live_beside_old.Meets(Of(0, {500, 900'001})));
}

TEST(PointCoverageTest, TakesTimesAtBothEndsOfTheRange) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
  const PointCoverage ends = Of(0, {kLowest, kHighest});
  EXPECT_FALSE(ends.Meets(Of(0, {0})));
  EXPECT_TRUE(ends.Meets(Of(0, {kHighest})));
  EXPECT_TRUE(ends.Meets(Of(0, {kLowest})));
}

TEST(PointCoverageTest, NeverDeniesAPointThatBothHave) {
  const auto random = MakeSeededRandom(5);
  int denied = 0;
  for (int round = 0; round < 2'000; ++round) {
    PointCoverage coverages[2];
    std::set<std::pair<uint32_t, int64_t>> points[2];
    const uint64_t range = 1 + random->Below(3'000);
    for (int side = 0; side < 2; ++side) {
      for (uint64_t run = 0; run < 1 + random->Below(20); ++run) {
        const auto series_class = static_cast<uint32_t>(random->Below(3));
        std::multiset<int64_t> times;
        for (uint64_t i = 0; i < 1 + random->Below(6); ++i) times.insert(static_cast<int64_t>(random->Below(range)));
        const std::vector<int64_t> ascending(times.begin(), times.end());
        coverages[side].Add(series_class, ascending.data(), ascending.size());
        for (const int64_t time : ascending) points[side].emplace(series_class, time);
      }
    }
    const bool common =
        std::any_of(points[0].begin(), points[0].end(), [&](const auto& point) { return points[1].contains(point); });
    const bool meet = coverages[0].Meets(coverages[1]);
    EXPECT_EQ(meet, coverages[1].Meets(coverages[0]));
    EXPECT_TRUE(meet || !common) << "round " << round;
    denied += !meet;
  }
  EXPECT_GT(denied, 100) << "a coverage that always meets tells nothing";
}

}  // namespace
}  // namespace firn::lake
