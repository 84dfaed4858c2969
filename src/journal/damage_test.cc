#include <gtest/gtest.h>

#include "journal/journal_test_support.h"
#include "journal/segment_format.h"

namespace firn::journal {
namespace {

/// What the journal makes of files that are not as it left them.
using JournalDamageTest = JournalTestBase;
using Expected = std::map<int64_t, std::string>;

std::string PathOf(int64_t first_sequence) {
  return "/j/" + SegmentFileName(first_sequence);
}

TEST_F(JournalDamageTest, CutsATornTail) {
  Open();
  ASSERT_TRUE(Append("one").ok());
  ASSERT_TRUE(Append("two").ok());
  journal_ = nullptr;
  const std::string whole = disk_->Contents(PathOf(1));
  const size_t second = kSegmentHeaderBytes + kRecordHeaderBytes + 3;
  for (size_t length = second; length < whole.size(); ++length) {
    disk_->SetContents(PathOf(1), whole.substr(0, length));
    Open();
    EXPECT_EQ(ReadAll(1), (Expected{{1, "one"}})) << length;
    EXPECT_EQ(journal_->stats().torn_bytes, length - second);
    EXPECT_EQ(*Append("new"), 2);
    journal_ = nullptr;
    ASSERT_TRUE(disk_->Remove(PathOf(2)).ok());
  }
}

TEST_F(JournalDamageTest, CutsZerosAndGarbageBehindTheLastRecord) {
  Open();
  ASSERT_TRUE(Append("one").ok());
  journal_ = nullptr;
  const std::string whole = disk_->Contents(PathOf(1));
  for (const std::string& tail : {std::string(5000, '\0'), std::string(300'000, 'F'), std::string("FRECFRECFREC")}) {
    disk_->SetContents(PathOf(1), whole + tail);
    Open();
    EXPECT_EQ(journal_->stats().torn_bytes, tail.size());
    EXPECT_EQ(journal_->stats().damaged_segments, 0u);
    EXPECT_EQ(ReadAll(1), (Expected{{1, "one"}}));
    journal_ = nullptr;
    ASSERT_TRUE(disk_->Remove(PathOf(2)).ok());
  }
}

TEST_F(JournalDamageTest, CutsATornBatchOfWhichLaterRecordsAreWhole) {
  // Two records of one batch: the header of each says that the batch begins with 2.
  Open();
  ASSERT_TRUE(Append("one").ok());
  const std::string id = journal_->id();
  journal_ = nullptr;
  std::string bytes = disk_->Contents(PathOf(1));
  for (int64_t sequence = 2; sequence <= 3; ++sequence) {
    const std::string_view payload = "batch";
    const StoredPayload stored = StorePayload({&payload, 1}, Compression::kNone);
    RecordHeader header;
    header.sequence = sequence;
    header.batch_first = 2;
    header.stored_bytes = header.raw_bytes = stored.raw_bytes;
    header.payload_crc = stored.crc;
    char header_bytes[kRecordHeaderBytes];
    SerializeRecordHeader(header, HeaderSeed(*ParseIdText(id)), header_bytes);
    bytes.append(header_bytes, sizeof(header_bytes));
    bytes += sequence == 2 ? std::string("bat").append(2, '\0') : "batch";
  }
  disk_->SetContents(PathOf(1), bytes);
  Open();
  EXPECT_GT(journal_->stats().torn_bytes, 0u);
  EXPECT_EQ(journal_->stats().damaged_segments, 0u);
  EXPECT_EQ(ReadAll(), (Expected{{1, "one"}}));
}

TEST_F(JournalDamageTest, ReportsDamageInTheMiddleAndReadsOnBehindIt) {
  Open();
  for (const char* payload : {"one", "two", "three"}) ASSERT_TRUE(Append(payload).ok());
  journal_ = nullptr;
  const size_t second = kSegmentHeaderBytes + kRecordHeaderBytes + 3;
  const std::string whole = disk_->Contents(PathOf(1));
  for (size_t at = second; at < second + kRecordHeaderBytes + 3; ++at) {
    disk_->SetContents(PathOf(1), whole);
    disk_->Damage(PathOf(1), at);
    Open();
    EXPECT_EQ(journal_->stats().damaged_segments, 1u);
    EXPECT_EQ(journal_->stats().torn_bytes, 0u);
    auto reader = journal_->Read(1);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*(*reader)->Next())->payload, "one");
    const auto damage = (*reader)->Next();
    ASSERT_FALSE(damage.ok());
    EXPECT_EQ(damage.error().kind(), ErrorKind::kCorrupt);
    EXPECT_NE(damage.error().message().find(PathOf(1)), std::string::npos);
    EXPECT_NE(damage.error().message().find("offset " + std::to_string(second)), std::string::npos)
        << damage.error().message();
    EXPECT_EQ((*reader)->Next().error().kind(), ErrorKind::kCorrupt) << "until it is skipped";
    EXPECT_EQ(*(*reader)->SkipDamage(), 1);
    EXPECT_EQ((*(*reader)->Next())->payload, "three");
    EXPECT_EQ(*Append("four"), 4);
    EXPECT_EQ((*(*reader)->Next())->payload, "four");
    journal_ = nullptr;
    ASSERT_TRUE(disk_->Remove(PathOf(4)).ok());
  }
}

TEST_F(JournalDamageTest, KeepsADamagedSegmentAsideWhenItIsTrimmed) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(Append("record").ok());
  disk_->Damage(PathOf(1), kSegmentHeaderBytes + kRecordHeaderBytes);
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  ASSERT_FALSE((*reader)->Next().ok());
  ASSERT_EQ(*(*reader)->SkipDamage(), 1);
  ASSERT_TRUE(journal_->Trim(6).ok());
  EXPECT_EQ(SegmentFiles(), (std::vector<std::string>{SegmentFileName(1) + ".damaged", SegmentFileName(5)}));
  Open();
  EXPECT_EQ(ReadAll().size(), 2u);
}

TEST_F(JournalDamageTest, ReportsASegmentThatIsMissing) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(Append("record").ok());
  journal_ = nullptr;
  ASSERT_TRUE(disk_->Remove(PathOf(3)).ok());
  Open();
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->Next().ok());
  ASSERT_TRUE((*reader)->Next().ok());
  EXPECT_EQ((*reader)->Next().error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(*(*reader)->SkipDamage(), 2);
  EXPECT_EQ((*(*reader)->Next())->sequence, 5);
}

TEST_F(JournalDamageTest, ReadsOnBehindASegmentWhoseHeaderIsDamaged) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(Append("record").ok());
  journal_ = nullptr;
  disk_->Damage(PathOf(3), 20);
  Open();
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->Next().ok());
  ASSERT_TRUE((*reader)->Next().ok());
  EXPECT_EQ((*reader)->Next().error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(*(*reader)->SkipDamage(), 2);
  EXPECT_EQ((*(*reader)->Next())->sequence, 5);
}

TEST_F(JournalDamageTest, NeverGivesASequenceTwiceWhenTheLastSegmentIsDamaged) {
  Open();
  for (const char* payload : {"one", "two", "three"}) ASSERT_TRUE(Append(payload).ok());
  journal_ = nullptr;
  disk_->Damage(PathOf(1), 20);
  options_.folder = "/j";
  EXPECT_EQ(TryOpen().error().kind(), ErrorKind::kCorrupt) << "no segment tells which journal it is";
  disk_->Damage(PathOf(1), 20);
  Open();
  ASSERT_TRUE(Append("four").ok());
  ASSERT_TRUE(Append("five").ok());
  journal_ = nullptr;
  disk_->Damage(PathOf(4), 20);
  Open();
  EXPECT_GT(*Append("next"), 5);
}

TEST_F(JournalDamageTest, RefusesSegmentsOfAnotherJournalAndCopies) {
  Open();
  ASSERT_TRUE(Append("one").ok());
  options_.folder = "/k";
  Open();
  ASSERT_TRUE(Append("one").ok());
  ASSERT_TRUE(Append("two").ok());
  journal_ = nullptr;
  const std::string other = disk_->Contents("/k/" + SegmentFileName(1));
  disk_->SetContents("/j/" + SegmentFileName(2), other);
  options_.folder = "/j";
  const auto copied = TryOpen();
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().kind(), ErrorKind::kCorrupt);
  SegmentHeader header = *ParseSegmentHeader(other);
  header.first_sequence = 2;
  header.follows = 1;
  disk_->SetContents("/j/" + SegmentFileName(2), SerializeSegmentHeader(header));
  const auto foreign = TryOpen();
  ASSERT_FALSE(foreign.ok());
  EXPECT_NE(foreign.error().message().find("belongs to journal"), std::string::npos) << foreign.error().message();
}

TEST_F(JournalDamageTest, TakesNoRecordOutOfAPayload) {
  // A body that holds a whole record of some other journal, behind damage that makes the reader search.
  RecordHeader planted;
  planted.sequence = 2;
  planted.batch_first = 2;
  char header_bytes[kRecordHeaderBytes];
  SerializeRecordHeader(planted, HeaderSeed(JournalId{}), header_bytes);
  Open();
  ASSERT_TRUE(Append(std::string(header_bytes, sizeof(header_bytes))).ok());
  journal_ = nullptr;
  disk_->Damage(PathOf(1), kSegmentHeaderBytes);
  Open();
  EXPECT_TRUE(ReadAll(1).empty());
  EXPECT_EQ(*Append("x"), 1) << "a lone broken record at the very end is a torn tail";
}

}  // namespace
}  // namespace firn::journal
