#include "simulation.h"

#include <gtest/gtest.h>

#include "base/log.h"

namespace firn::faults {
namespace {

constexpr uint64_t kSeedsAPart = 100;

/// A part of the seeds, so that ctest runs the parts side by side.
class SimulationTest : public ::testing::TestWithParam<uint64_t> {};

TEST_P(SimulationTest, StoresEveryAcknowledgedRowOnce) {
  (void)log::InitLogging({.level = log::Level::kError, .file = "/dev/null"});  // faults are what it is about
  const uint64_t first = GetParam() * kSeedsAPart + 1;
  for (uint64_t seed = first; seed < first + kSeedsAPart; ++seed) {
    const SimulationResult run = Simulate(seed);
    for (const std::string& problem : run.problems)
      ADD_FAILURE() << problem << "; replay: build/sanitize/bin/simulate --verbose --seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, SimulationTest, ::testing::Range<uint64_t>(0, 5));

TEST(SimulationTest, IsTheSameRunForTheSameSeed) {
  const SimulationResult first = Simulate(4242);
  const SimulationResult second = Simulate(4242);
  // Folders carry a number, traces and file names do not depend on it.
  EXPECT_EQ(first.trace, second.trace);
  EXPECT_EQ(first.rows, second.rows);
  EXPECT_EQ(first.orphans.size(), second.orphans.size());
}

}  // namespace
}  // namespace firn::faults
