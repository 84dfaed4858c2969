#include "journal/journal.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <set>
#include <thread>

#include "journal/journal_test_support.h"
#include "journal/segment_format.h"

namespace firn::journal {
namespace {

using JournalTest = JournalTestBase;
using Expected = std::map<int64_t, std::string>;

TEST_F(JournalTest, NumbersRecordsFromOneAndBringsThemBackAfterAStop) {
  Open();
  EXPECT_EQ(journal_->durable_end(), 0);
  EXPECT_EQ(journal_->first_sequence(), 1);
  EXPECT_EQ(*Append("one"), 1);
  EXPECT_EQ(*Append(""), 2);
  const std::string id = journal_->id();
  Open();
  EXPECT_EQ(journal_->id(), id);
  EXPECT_EQ(journal_->durable_end(), 2);
  EXPECT_EQ(*Append("three"), 3);
  EXPECT_EQ(ReadAll(), (Expected{{1, "one"}, {2, ""}, {3, "three"}}));
  EXPECT_EQ(ReadAll(3), (Expected{{3, "three"}}));
  EXPECT_TRUE(ReadAll(4).empty());
}

TEST_F(JournalTest, JoinsPartsAndKeepsKindTimeAndDigest) {
  Open();
  const std::array<std::string_view, 3> parts = {"header ", "", "body"};
  NewRecord record;
  record.kind = RecordKind::kPulledBatches;
  record.parts = parts;
  record.digest = ContentDigest("body");
  ASSERT_TRUE(journal_->AppendAndWait(record).ok());
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  const auto read = (*reader)->Next();
  ASSERT_TRUE(read.ok() && read->has_value());
  EXPECT_EQ((*read)->payload, "header body");
  EXPECT_EQ((*read)->kind, RecordKind::kPulledBatches);
  EXPECT_EQ((*read)->time_ns, kStartNs);
  EXPECT_EQ((*read)->digest, ContentDigest("body"));
}

TEST_F(JournalTest, CompressesOnlyWhatBecomesSmaller) {
  Open();
  const std::string repeated(100'000, 'x');
  ASSERT_TRUE(Append(repeated).ok());
  EXPECT_LT(journal_->stats().written_bytes, 2'000u);
  std::string noise(100'000, '\0');
  for (char& c : noise) c = static_cast<char>(random_->Next());
  ASSERT_TRUE(Append(noise).ok());
  EXPECT_GT(journal_->stats().written_bytes, 100'000u);
  EXPECT_EQ(ReadAll(), (Expected{{1, repeated}, {2, noise}}));
}

TEST_F(JournalTest, AcknowledgesManyThreadsEachRecordOnce) {
  options_.segment_bytes = 4096;
  Open();
  constexpr int kThreads = 8;
  constexpr int kEach = 50;
  std::array<std::vector<int64_t>, kThreads> sequences;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          auto sequence = Append(std::to_string(t) + ":" + std::to_string(i));
          sequences[t].push_back(sequence.value_or(-1));
        }
      });
    }
  }
  const Expected records = ReadAll();
  ASSERT_EQ(records.size(), size_t{kThreads * kEach});
  EXPECT_EQ(records.rbegin()->first, kThreads * kEach) << "dense";
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kEach; ++i) EXPECT_EQ(records.at(sequences[t][i]), std::to_string(t) + ":" + std::to_string(i));
  }
  EXPECT_EQ(journal_->stats().records, records.size());
  EXPECT_EQ(journal_->stats().fsyncs, journal_->stats().batches);
}

TEST_F(JournalTest, WritesWhatWaitsBeforeItCloses) {
  Open();
  std::atomic<int> acknowledged{0};
  const std::string_view payload = "x";
  NewRecord record;
  record.parts = {&payload, 1};
  for (int i = 0; i < 100; ++i) {
    journal_->Append(record, [&](const Result<int64_t>& result) { acknowledged += result.ok() ? 1 : 0; });
  }
  journal_ = nullptr;
  EXPECT_EQ(acknowledged, 100);
  Open();
  EXPECT_EQ(journal_->durable_end(), 100);
}

TEST_F(JournalTest, AReaderFollowsAppendsUpToTheDurableEnd) {
  options_.segment_bytes = 2048;
  Open();
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  EXPECT_FALSE((*reader)->Next()->has_value());
  constexpr int64_t kRecords = 200;
  std::jthread writer([&] {
    for (int64_t i = 1; i <= kRecords; ++i) EXPECT_EQ(Append("record " + std::to_string(i)).value_or(0), i);
  });
  for (int64_t due = 1; due <= kRecords;) {
    auto record = (*reader)->Next();
    ASSERT_TRUE(record.ok()) << record.error().message();
    if (!record->has_value()) {
      ASSERT_TRUE(journal_->WaitBeyond(due - 1, {}));
      continue;
    }
    ASSERT_EQ((*record)->sequence, due);
    ASSERT_EQ((*record)->payload, "record " + std::to_string(due));
    ++due;
  }
}

TEST_F(JournalTest, WaitingEndsWhenItIsStopped) {
  Open();
  std::stop_source stop;
  std::jthread waiter([&] { EXPECT_FALSE(journal_->WaitBeyond(0, stop.get_token())); });
  stop.request_stop();
}

TEST_F(JournalTest, TrimRemovesOnlySegmentsThatAreWhollyDone) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(Append("record").ok());  // two in a segment
  ASSERT_EQ(journal_->first_sequence(), 1);
  ASSERT_TRUE(journal_->Trim(3).ok());
  EXPECT_EQ(journal_->first_sequence(), 3);
  EXPECT_EQ(journal_->Read(2).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(ReadAll(3).size(), 4u);
  ASSERT_TRUE(journal_->Trim(6).ok());
  EXPECT_EQ(journal_->first_sequence(), 5) << "the segment being written stays";
  Open();
  ASSERT_TRUE(journal_->Trim(6).ok());
  EXPECT_EQ(journal_->first_sequence(), 7);
  Open();
  EXPECT_EQ(*Append("next"), 7) << "sequences go on though all records are gone";
}

TEST_F(JournalTest, KeepsSegmentsWhenTheHookBeforeRemovalFails) {
  options_.segment_bytes = 250;
  std::vector<int64_t> asked;
  options_.before_removal = [&](int64_t sequence) -> Status {
    asked.push_back(sequence);
    return asked.size() == 1 ? Status(Unavailable("not now")) : OkStatus();
  };
  Open();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(Append("record").ok());
  EXPECT_FALSE(journal_->Trim(5).ok());
  EXPECT_EQ(ReadAll(1).size(), 6u);
  EXPECT_TRUE(journal_->Trim(5).ok());
  EXPECT_EQ(asked, (std::vector<int64_t>{4, 4}));
}

TEST_F(JournalTest, AReaderInATrimmedSegmentSaysSo) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 6; ++i) ASSERT_TRUE(Append("record").ok());
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(journal_->Trim(4).ok());
  EXPECT_EQ((*reader)->Next().error().kind(), ErrorKind::kNotFound);
}

TEST_F(JournalTest, RefusesBeyondTheSpaceLimitUntilSpaceIsFreed) {
  options_.space_limit_bytes = 2000;
  Open();
  int64_t last = 0;
  for (;;) {
    const auto sequence = Append("0123456789");
    if (!sequence.ok()) {
      EXPECT_EQ(sequence.error().kind(), ErrorKind::kResourceExhausted);
      break;
    }
    last = *sequence;
  }
  EXPECT_LE(journal_->bytes(), 2000u);
  EXPECT_EQ(journal_->stats().refused, 1u);
  EXPECT_EQ(ReadAll().size(), static_cast<size_t>(last));
  ASSERT_TRUE(journal_->Trim(last).ok());
  EXPECT_EQ(*Append("0123456789"), last + 1) << "no sequence was lost to the refusal";
}

TEST_F(JournalTest, LeavesTheFloorOfFreeSpace) {
  options_.free_space_floor_bytes = 10'000;
  Open();
  ASSERT_TRUE(Append("a").ok());
  disk_->SetCapacity(10'000 + journal_->bytes() + 50);
  EXPECT_EQ(Append("b").error().kind(), ErrorKind::kResourceExhausted);
  disk_->SetCapacity(100'000);
  EXPECT_EQ(*Append("c"), 2);
  EXPECT_EQ(ReadAll(), (Expected{{1, "a"}, {2, "c"}}));
}

TEST_F(JournalTest, TakesAWriteBackThatTheDiskHadNoRoomFor) {
  Open();
  ASSERT_TRUE(Append("a").ok());
  // FreeBytes says yes and the write no, as when somebody else fills the disk between the two.
  disk_->FailCall(disk_->calls() + 2, ErrorKind::kResourceExhausted);
  EXPECT_EQ(Append("b").error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(*Append("c"), 2);
  Open();
  EXPECT_EQ(ReadAll(), (Expected{{1, "a"}, {2, "c"}}));
}

TEST_F(JournalTest, ASegmentThatADiskHadNoRoomForHidesNothingOfTheOneBefore) {
  options_.segment_bytes = 400;
  std::string not_to_be_compressed;
  for (int i = 0; i < 390; ++i) not_to_be_compressed.push_back(static_cast<char>(random_->Below(256)));
  int stored_in_the_one_before = 0;
  for (uint64_t call = 1;; ++call) {
    disk_ = std::make_unique<firn::testing::FaultFileSystem>();
    Open();
    ASSERT_TRUE(Append(std::string(100, 'a')).ok());
    const uint64_t failing = disk_->calls() + call;
    disk_->FailCall(failing, ErrorKind::kResourceExhausted);
    const bool large = Append(not_to_be_compressed).ok();
    const auto small = Append("c");
    if (disk_->calls() < failing) break;
    Open();
    const auto records = ReadAll();
    if (small.ok()) {
      stored_in_the_one_before += !large;
      ASSERT_TRUE(records.contains(*small)) << "call " << call;
      EXPECT_EQ(records.at(*small), "c");
      EXPECT_GT(*Append("d"), *small) << "its number is not given away";
    }
    journal_ = nullptr;
  }
  EXPECT_GT(stored_in_the_one_before, 2) << "calls of the segment's creation have failed";
}

TEST_F(JournalTest, FailsForGoodWhenAnFsyncFails) {
  std::vector<std::string> told;
  options_.failed = [&](const Error& error) { told.push_back(error.message()); };
  Open();
  ASSERT_TRUE(Append("a").ok());
  disk_->FailCall(disk_->calls() + 3, ErrorKind::kUnavailable);  // free space, write, sync
  const auto failed = Append("b");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().kind(), ErrorKind::kUnavailable);
  const uint64_t calls = disk_->calls();
  ASSERT_EQ(told.size(), 1U) << "before the append hears of it";
  EXPECT_EQ(told.front(), failed.error().message());
  EXPECT_EQ(Append("c").error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(told.size(), 1U);
  EXPECT_EQ(disk_->calls(), calls) << "nothing is written after it";
  EXPECT_FALSE(journal_->WaitBeyond(1, {}));
  EXPECT_EQ(ReadAll(1), (Expected{{1, "a"}}));
}

TEST_F(JournalTest, RefusesRecordsThatAreTooLarge) {
  options_.max_record_bytes = 10;
  Open();
  EXPECT_EQ(Append("12345678901").error().kind(), ErrorKind::kInvalidInput);
  EXPECT_EQ(*Append("1234567890"), 1);
}

TEST_F(JournalTest, SkipsSequencesOnPurpose) {
  Open();
  ASSERT_TRUE(Append("a").ok());
  auto reader = journal_->Read(1);
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE(journal_->SkipTo(100).ok());
  ASSERT_TRUE(journal_->SkipTo(50).ok());
  EXPECT_EQ(*Append("b"), 100);
  EXPECT_EQ(ReadAll(), (Expected{{1, "a"}, {100, "b"}}));
  EXPECT_EQ(ReadAll(7), (Expected{{100, "b"}}));
  ASSERT_TRUE(journal_->SkipTo(200).ok());
  Open();
  EXPECT_EQ(*Append("c"), 200);
  EXPECT_EQ(ReadAll(), (Expected{{1, "a"}, {100, "b"}, {200, "c"}}));
}

TEST_F(JournalTest, TellsWhichLifeHasAppendedARecord) {
  Open();
  const LifeId first = journal_->life();
  EXPECT_TRUE(journal_->earlier_lives().empty());
  ASSERT_TRUE(Append("a").ok());
  ASSERT_TRUE(Append("b").ok());
  Open();
  const LifeId second = journal_->life();
  EXPECT_NE(second, first);
  ASSERT_TRUE(Append("c").ok());
  Open();
  Open();
  const LifeId idle = journal_->life();
  Open();
  std::vector<std::pair<LifeId, int64_t>> lives;
  for (const EarlierLife& life : journal_->earlier_lives()) lives.emplace_back(life.life, life.last_sequence);
  EXPECT_EQ(lives, (std::vector<std::pair<LifeId, int64_t>>{{first, 2}, {second, 3}, {idle, 3}}));
  const auto reader = journal_->Read(1);
  for (const LifeId life : {first, first, second}) EXPECT_EQ((**(*reader)->Next()).life, life);
}

TEST_F(JournalTest, LocksItsFolder) {
  Open();
  EXPECT_EQ(TryOpen().error().kind(), ErrorKind::kAlreadyExists);
}

TEST_F(JournalTest, ANewJournalHasAnotherId) {
  Open();
  const std::string first = journal_->id();
  options_.folder = "/k";
  Open();
  EXPECT_NE(journal_->id(), first);
}

TEST_F(JournalTest, FindsWhereRecordsSinceATimeBegin) {
  options_.segment_bytes = 250;
  Open();
  for (int i = 1; i <= 8; ++i) {
    clock_.Advance(std::chrono::seconds(1));
    ASSERT_TRUE(Append("record").ok());
  }
  EXPECT_EQ(journal_->SequenceBefore(0), 1);
  EXPECT_EQ(journal_->SequenceBefore(kStartNs + 5'000'000'000), 5);
  EXPECT_EQ(journal_->SequenceBefore(kStartNs + 900'000'000'000), 7);
  Open();
  EXPECT_EQ(journal_->recovered_time_ns(), kStartNs + 8'000'000'000);
  Open();
  EXPECT_EQ(journal_->recovered_time_ns(), kStartNs + 8'000'000'000) << "also after a run that stored nothing";
}

}  // namespace
}  // namespace firn::journal
