#include "pipeline/outage_log.h"

#include <gtest/gtest.h>

namespace firn::pipeline {
namespace {

using std::chrono::seconds;

TEST(OutageLogTest, TellsTheFirstFailureThenAtGrowingIntervalsThenThatItIsBack) {
  FakeClock clock;
  OutageLog log(clock, "output a");
  const Error error = Unavailable("no route");
  EXPECT_EQ(log.LineForSuccess(), std::nullopt);
  EXPECT_EQ(log.LineForFailure(error), "output a: no route; what was taken stays safe and is tried again");
  std::vector<int> told;
  for (int second = 1; second <= 1'800; ++second) {
    clock.Advance(seconds(1));
    if (log.LineForFailure(error).has_value()) told.push_back(second);
  }
  EXPECT_EQ(told, (std::vector<int>{30, 90, 210, 450, 930, 1'530}));
  EXPECT_TRUE(log.failing());
  EXPECT_EQ(log.LineForSuccess(), "output a: is back after 30 min 0 s");
  EXPECT_FALSE(log.failing());
}

}  // namespace
}  // namespace firn::pipeline
