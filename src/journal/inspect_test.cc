#include "journal/inspect.h"

#include <gtest/gtest.h>

#include "journal/journal_test_support.h"

namespace firn::journal {
namespace {

using InspectTest = JournalTestBase;

TEST_F(InspectTest, DescribesAJournalThatIsInUse) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 5; ++i) ASSERT_TRUE(Append("record").ok());
  const auto report = InspectJournal(*disk_, "/j");
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->id, journal_->id());
  ASSERT_EQ(report->segments.size(), 3u);
  EXPECT_EQ(report->segments[1].scan.header.first_sequence, 3);
  EXPECT_EQ(report->segments[1].scan.last_sequence, 4);
  EXPECT_EQ(report->segments[1].scan.records, 2u);
  EXPECT_TRUE(report->problems.empty());
  auto reader = ReadFolder(*disk_, "/j", 4);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*(*reader)->Next())->sequence, 4);
  EXPECT_EQ((*(*reader)->Next())->sequence, 5);
  EXPECT_FALSE((*reader)->Next()->has_value());
}

TEST_F(InspectTest, NamesDamageHolesAndForeignSegments) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 7; ++i) ASSERT_TRUE(Append("record").ok());
  journal_ = nullptr;
  disk_->Damage("/j/" + SegmentFileName(1), kSegmentHeaderBytes + 10);
  ASSERT_TRUE(disk_->Remove("/j/" + SegmentFileName(3)).ok());
  disk_->Damage("/j/" + SegmentFileName(5), 3);
  const auto report = InspectJournal(*disk_, "/j");
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->problems.size(), 3u);
  EXPECT_NE(report->problems[0].find("damaged"), std::string::npos);
  EXPECT_NE(report->problems[1].find(SegmentFileName(5)), std::string::npos);
  EXPECT_NE(report->problems[2].find("records 3 to 4 are missing"), std::string::npos) << report->problems[2];
}

TEST_F(InspectTest, SaysThatAFolderHoldsNoJournal) {
  ASSERT_TRUE(disk_->CreateFolders("/j").ok());
  EXPECT_EQ(InspectJournal(*disk_, "/j").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(ReadFolder(*disk_, "/j", std::nullopt).error().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace firn::journal
