#include "lake/journal_lives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::lake {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr char kThis[] = "journal-a/00000009";

ShardName Life(size_t number) {
  return {"journal", fmt::format("journal-a/{:08x}", number)};
}

Progress ProgressOf(const ShardName& name) {
  Progress progress;
  progress.names[1] = name;
  progress.complete_up_to[1] = 10;
  return progress;
}

/// A table that holds `count` lives, number i up to position 100 + i.
iceberg::StringMap Holding(size_t count) {
  iceberg::StringMap properties;
  for (size_t i = 0; i < count; ++i) {
    properties[PositionProperty(Life(i))] = std::to_string(100 + i);
    properties[EpochProperty(Life(i))] = "1";
  }
  return properties;
}

TEST(JournalLivesTest, ClaimsTheLivesThatItGoesOnWith) {
  const Progress progress = ProgressOf({"journal", kThis});
  const std::string epoch = EpochProperty({"journal", kThis});
  EXPECT_THAT(PlanLifeChanges({}, progress, 7).updates, ElementsAre(Pair(epoch, "7")));
  EXPECT_THAT(PlanLifeChanges({{epoch, "6"}}, progress, 7).updates, ElementsAre(Pair(epoch, "7")));
  EXPECT_THAT(PlanLifeChanges({{epoch, "7"}}, progress, 7).updates, IsEmpty());
}

TEST(JournalLivesTest, LeavesOtherShardsAlone) {
  for (const ShardName& name : {ShardName{"journal", "journal-a"}, ShardName{"file", "/var/x"}}) {
    EXPECT_THAT(PlanLifeChanges({}, ProgressOf(name), 7).updates, IsEmpty());
  }
  const Progress other = ProgressOf({"journal", "journal-b/00000001"});
  EXPECT_THAT(PlanLifeChanges(Holding(kLivesKept + 9), other, 7).removals, IsEmpty()) << "another journal's lives";
}

TEST(JournalLivesTest, ForgetsTheOldestLivesAndHowFarTheyHadCome) {
  const Progress progress = ProgressOf(Life(0));  // the oldest one is its own
  EXPECT_THAT(PlanLifeChanges(Holding(kLivesKept), progress, 1).removals, IsEmpty());
  const LifeChanges changes = PlanLifeChanges(Holding(kLivesKept + 2), progress, 1);
  EXPECT_THAT(changes.removals, ElementsAre(PositionProperty(Life(1)), EpochProperty(Life(1)),
                                            PositionProperty(Life(2)), EpochProperty(Life(2))));
  EXPECT_THAT(changes.updates, ElementsAre(Pair("firn.position.journal.journal-a/forgotten", "102")));
}

TEST(JournalLivesTest, RefusesRowsThatAForgottenLifeMayHaveCommitted) {
  iceberg::StringMap properties = Holding(3);
  properties["firn.position.journal.journal-a/forgotten"] = "50";
  const ShardNames names = {{1, Life(1)}, {2, Life(77)}, {3, {"file", "/x"}}};
  EXPECT_TRUE(CheckRemembered(properties, {{1, {20, 30}}}, names).ok()) << "a life that it knows";
  EXPECT_TRUE(CheckRemembered(properties, {{2, {51, 60}}}, names).ok()) << "no life had come so far";
  EXPECT_TRUE(CheckRemembered(properties, {{3, {1, 2}}}, names).ok());
  EXPECT_EQ(CheckRemembered(properties, {{2, {50, 60}}}, names).error().kind(), ErrorKind::kCancelled);
}

}  // namespace
}  // namespace firn::lake
