// Copies of one state folder, both alive (fault 13): the same journal, the same sequences, other rows.
#include "fault_fixture.h"

namespace firn::faults {
namespace {

class CopiesTest : public FaultFixture {
 protected:
  CopiesTest() {
    Start();
    Send({0, 1});
    Flush();
    Send({2, 3});  // which both will have, and neither has committed
  }

  ProcessOptions CopyOptions() {
    ProcessOptions options = options_;
    options.state_folder = world_.folder + "/copy";
    return options;
  }
  /// From now on there are two; `last_segment` as in World::CopyState.
  void Copy(uint64_t last_segment = 100) {
    ASSERT_TRUE(world_.CopyState(world_.state(), CopyOptions().state_folder, last_segment).ok());
  }
  void StartCopy() {
    auto started = Process::Start(world_, CopyOptions());
    ASSERT_TRUE(started.ok()) << started.error().message();
    copy_ = std::move(*started);
  }
  void RemoveCopy() {
    const std::string journal = CopyOptions().state_folder + "/journal";
    const auto names = world_.disk.List(journal);
    ASSERT_TRUE(names.ok());
    for (const std::string& name : *names) ASSERT_TRUE(world_.disk.Remove(journal + "/" + name).ok());
  }
  void SendToCopy(const std::vector<int64_t>& ids) {
    for (const int64_t id : ids) ledger_.Sent(id), ledger_.Acknowledged(id);
    const Status answer = copy_->Send(Lines(ids));
    ASSERT_TRUE(answer.ok()) << answer.error().message();
  }
  void FlushCopy() {
    const Status flushed = copy_->Flush();
    ASSERT_TRUE(flushed.ok()) << flushed.error().message();
  }
  /// The older one finds that it was taken over; what it has acknowledged is written when somebody starts it again.
  void ExpectThatTheOlderEndsAndOwesItsRows() {
    const Status flushed = process_->Flush();
    ASSERT_FALSE(flushed.ok());
    EXPECT_EQ(flushed.error().kind(), ErrorKind::kCancelled);
    EXPECT_TRUE(process_->superseded());
    process_.reset();
    Start();
    Flush();
    EXPECT_TRUE(process_->IsDrained());
  }

  std::unique_ptr<Process> copy_;
};

TEST_F(CopiesTest, Fault13_TheNewerCommitsFirstAndTheOlderEndsAndLosesNothing) {
  Copy();
  Send({4, 5});
  StartCopy();
  SendToCopy({6, 7});
  EXPECT_EQ(process_->journal().id(), copy_->journal().id());
  EXPECT_EQ(process_->journal().durable_end(), copy_->journal().durable_end()) << "the same numbers, other rows";
  FlushCopy();
  ExpectThatTheOlderEndsAndOwesItsRows();
  FlushCopy();
  SendToCopy({8});
  FlushCopy();
  ExpectExact();
}

TEST_F(CopiesTest, Fault13_TheOlderWakesUpAndCommitsBeforeTheNewerHas) {
  Copy();
  StartCopy();
  Send({4, 5, 10, 12});
  SendToCopy({6, 7});
  Flush();
  FlushCopy();
  Send({14});
  ExpectThatTheOlderEndsAndOwesItsRows();
  ExpectExact();
}

TEST_F(CopiesTest, Fault13_ACopyOfFinishedRecordsTakesOverToo) {
  Flush();
  Copy();
  StartCopy();
  SendToCopy({6, 7});
  FlushCopy();
  Send({4, 5});
  ExpectThatTheOlderEndsAndOwesItsRows();
  ExpectExact();
}

TEST_F(CopiesTest, Fault13_ACopyThatNeverCommitsHindersNobody) {
  Copy();
  StartCopy();
  SendToCopy({6});
  Send({4, 5});
  Flush();
  EXPECT_FALSE(process_->superseded());
  copy_.reset();
  StartCopy();  // what it has acknowledged is there whenever somebody starts it again
  FlushCopy();
  ExpectExact();
}

TEST_F(CopiesTest, Fault13_ACopyThatLacksTheEndOfTheJournalLosesNothingOfTheOther) {
  for (const uint64_t last_segment : {100, 60, 10, 0}) {
    Send({20 + static_cast<int64_t>(last_segment)});
    Copy(last_segment);
    StartCopy();
    SendToCopy({200 + static_cast<int64_t>(last_segment), 401 + static_cast<int64_t>(last_segment)});
    FlushCopy();
    ExpectThatTheOlderEndsAndOwesItsRows();
    FlushCopy();
    copy_.reset();
    RemoveCopy();
  }
  ExpectExact();
}

TEST_F(CopiesTest, Fault13_WhoStartsLaterIsTheNewerWhateverItsClockSays) {
  Copy();
  const int64_t now = world_.clock.NowNs();
  world_.clock.JumpTo(now + int64_t{3'600'000'000'000});
  StartCopy();
  SendToCopy({6, 7});
  FlushCopy();
  process_.reset();
  world_.clock.JumpTo(now);  // the other machine's clock is an hour ahead
  Start();
  Send({4, 5});
  Flush();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
}

TEST_F(CopiesTest, Fault13_CopiesOfOneEpochAreToldApartByTheirLives) {
  Copy();
  process_.reset();
  StartCopy();  // in the same millisecond of virtual time, from the same stored epoch
  Start();
  Send({4, 5});
  SendToCopy({6, 7});
  Flush();
  FlushCopy();
  Send({8, 9});
  Flush();
  ExpectExact();
}

}  // namespace
}  // namespace firn::faults
