#include "pipeline/pulled_positions.h"

#include <gtest/gtest.h>

namespace firn::pipeline {
namespace {

class PulledPositionsTest : public ::testing::Test {
 protected:
  /// Up to where the tracker takes the shard for complete; 0 = nothing has ended.
  int64_t Complete() const {
    for (const outputs::ShardProgress& progress : tracker_.Snapshot()) {
      if (progress.shard == shard_) return progress.complete_up_to;
    }
    return 0;
  }

  ShardRegistry shards_;
  ProgressTracker tracker_{shards_};
  PulledPositions positions_{tracker_};
  const uint32_t shard_ = shards_.HandleOf("query", "windows");
};

TEST_F(PulledPositionsTest, CountsTheRecordsOfAPosition) {
  EXPECT_EQ(positions_.EnterRows(shard_, 7, 100), 0U);
  EXPECT_EQ(positions_.EnterRows(shard_, 7, 103), 3U) << "other records may lie between";
}

TEST_F(PulledPositionsTest, IsCompleteWhenItsEndIsTakenAndItsRowsAreWithTheOutput) {
  positions_.EnterRows(shard_, 7, 100);
  positions_.EnterRows(shard_, 7, 101);
  positions_.LeaveRows(shard_, 7);
  positions_.EnterEnd(shard_, 7, 102);
  EXPECT_EQ(Complete(), 0) << "a worker has rows of it in hand";
  EXPECT_TRUE(positions_.IsInProgress({shard_, 7}));
  positions_.LeaveRows(shard_, 7);
  EXPECT_EQ(Complete(), 7);
  EXPECT_FALSE(positions_.IsInProgress({shard_, 7}));
}

TEST_F(PulledPositionsTest, MovesTheShardOnWithoutRows) {
  positions_.EnterEnd(shard_, 7, 100);
  EXPECT_EQ(Complete(), 7);
}

TEST_F(PulledPositionsTest, HoldsTheJournalUntilAPositionIsDurable) {
  EXPECT_EQ(positions_.HoldBack(500), 500);
  positions_.EnterRows(shard_, 7, 100);
  positions_.LeaveRows(shard_, 7);
  positions_.EnterEnd(shard_, 7, 101);
  positions_.EnterRows(shard_, 8, 102);
  EXPECT_EQ(positions_.HoldBack(500), 99);
  positions_.NoteDurable(shard_, 7);
  EXPECT_EQ(positions_.HoldBack(500), 101);
  positions_.NoteDurable(shard_, 8);
  EXPECT_EQ(positions_.HoldBack(500), 500);
}

TEST_F(PulledPositionsTest, GivesUpWhatHasNotEnded) {
  const uint32_t other = shards_.HandleOf("query", "others");
  positions_.EnterEnd(shard_, 6, 100);
  positions_.EnterRows(shard_, 7, 101);
  positions_.EnterRows(other, 3, 102);
  const PulledPositions::Key open = {shard_, 7};
  const PulledPositions::Key open_of_other = {other, 3};
  ASSERT_EQ(positions_.FindOpen(shard_), open);
  ASSERT_EQ(positions_.FindOpen(std::nullopt), open);
  positions_.GiveUp(open);
  EXPECT_EQ(positions_.FindOpen(shard_), std::nullopt);
  EXPECT_EQ(positions_.FindOpen(other), open_of_other);
  EXPECT_EQ(positions_.FindOpen(std::nullopt), open_of_other);
  EXPECT_EQ(Complete(), 6);
  positions_.EnterRows(shard_, 7, 110);  // the same position, asked for again
  positions_.LeaveRows(shard_, 7);
  positions_.EnterEnd(shard_, 7, 111);
  EXPECT_EQ(Complete(), 7);
}

}  // namespace
}  // namespace firn::pipeline
