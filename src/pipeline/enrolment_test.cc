#include "pipeline/enrolment.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/random.h"
#include "pipeline/shards.h"

namespace firn::pipeline {
namespace {

class EnrolmentTest : public ::testing::Test {
 protected:
  EnrolmentTest() : path_(::testing::TempDir() + "/enrolment-" + MakeSystemRandom()->Uuid()) {
    checkpoint_ = *CheckpointFile::Open(*file_system_, path_);
  }
  ~EnrolmentTest() override { std::filesystem::remove(path_); }

  std::optional<int64_t> Journal(const std::string& output, const std::string& id = "j") const {
    return checkpoint_->Get({output, kJournalSource, id});
  }

  const std::string path_;
  std::unique_ptr<storage::FileSystem> file_system_ = storage::MakeLocalFileSystem();
  std::unique_ptr<CheckpointFile> checkpoint_;
  const JournalSpan span_{"j", 5, 90};
};

TEST_F(EnrolmentTest, OffersEverythingToTheFirstOutputs) {
  EnrolOutput(*checkpoint_, "a", span_);
  EXPECT_EQ(Journal("a"), 4);
}

TEST_F(EnrolmentTest, KeepsThePlaceOfAnOutputThatIsKnown) {
  checkpoint_->Set({"a", kJournalSource, "j"}, 17);
  checkpoint_->Set({"a", "query", "q"}, 100);
  checkpoint_->Set({"b", kJournalSource, "j"}, 60);
  checkpoint_->Set({"b", "query", "q"}, 300);
  EnrolOutput(*checkpoint_, "a", span_);
  EXPECT_EQ(Journal("a"), 17);
  EXPECT_EQ(checkpoint_->Get({"a", "query", "q"}), 100);
}

TEST_F(EnrolmentTest, LetsAnOutputJoinWhereTheSlowestOfTheOthersIs) {
  checkpoint_->Set({"a", kJournalSource, "j"}, 90);
  checkpoint_->Set({"a", "query", "q"}, 100);
  checkpoint_->Set({"b", kJournalSource, "j"}, 90);
  checkpoint_->Set({"b", "query", "q"}, 300);
  EnrolOutput(*checkpoint_, "c", span_);
  EXPECT_EQ(Journal("c"), 90);
  EXPECT_EQ(checkpoint_->Get({"c", "query", "q"}), 100);
}

TEST_F(EnrolmentTest, TakesAnOutputThatHasDoneNothingYetForKnown) {
  checkpoint_->Set({"a", kJournalSource, "j"}, 4);
  checkpoint_->Set({"b", kJournalSource, "j"}, 90);
  checkpoint_->Set({"b", "query", "q"}, 300);
  EnrolOutput(*checkpoint_, "a", span_);
  EXPECT_EQ(Journal("a"), 4);
  EXPECT_EQ(checkpoint_->Get({"a", "query", "q"}), std::nullopt) << "it never had the rows: they are read again";
}

TEST_F(EnrolmentTest, OffersAllOfANewJournal) {
  checkpoint_->Set({"a", kJournalSource, "gone"}, 4'000);
  EnrolOutput(*checkpoint_, "a", span_);
  EXPECT_EQ(Journal("a"), 4);
}

}  // namespace
}  // namespace firn::pipeline
