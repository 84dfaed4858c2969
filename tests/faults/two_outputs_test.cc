// Two outputs on one journal: each goes on by itself, and the journal keeps what one of them still needs.
#include "fault_fixture.h"

namespace firn::faults {
namespace {

class TwoOutputsTest : public FaultFixture {
 protected:
  TwoOutputsTest() { options_.namespaces = {kNamespace, "copies"}; }

  void FlushBoth() {
    for (size_t output = 0; output < process_->outputs(); ++output) {
      const Status flushed = process_->Flush(output);
      ASSERT_TRUE(flushed.ok()) << flushed.error().message();
    }
  }
  journal::RecordKind LastRecord() {
    auto reader = process_->journal().Read(process_->journal().durable_end());
    EXPECT_TRUE(reader.ok());
    auto record = (*reader)->Next();
    EXPECT_TRUE(record.ok() && record->has_value());
    return (*record)->kind;
  }
};

TEST_F(TwoOutputsTest, TheJournalKeepsWhatTheSlowerOneHasNot) {
  Start();
  for (const int64_t id : {0, 1, 2}) {
    Send({id});
    Flush();  // the first alone
  }
  Crash(3);
  Start();
  FlushBoth();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
  const auto copies = CheckTables(*process_->warehouse().storage, *process_->warehouse().catalog, {"copies"});
  ASSERT_TRUE(copies.ok());
  EXPECT_THAT(copies->problems, ::testing::IsEmpty());
  EXPECT_THAT(ledger_.Compare(copies->rows), ::testing::IsEmpty());
}

TEST_F(TwoOutputsTest, AWindowThatAKillCutsOffDoesNotHoldTheJournal) {
  Start();
  // Its rows are in the journal, its end is not. The query may never be asked again: it is configured no more, or the
  // tables have its window from elsewhere.
  ASSERT_TRUE(process_->Pull(1, Lines({0, 1}), Process::AnswerEnd::kGood).ok());
  bool cut_off = false;
  for (uint64_t call = 1; call < 60 && !cut_off; ++call) {
    world_.disk.StopAtCall(world_.disk.calls() + call, DiskEffect::kWhole);
    (void)process_->Pull(2, Lines({2, 3}), Process::AnswerEnd::kGood);
    Crash();
    Start();
    cut_off = LastRecord() == journal::RecordKind::kPulledBatches;
  }
  ASSERT_TRUE(cut_off);
  FlushBoth();
  EXPECT_TRUE(process_->IsDrained());
  EXPECT_EQ(process_->durable_window(), 1);
  for (const int64_t id : {0, 1}) ledger_.Sent(id), ledger_.Acknowledged(id);
  ExpectExact();
  ASSERT_TRUE(process_->Pull(2, Lines({2, 3}), Process::AnswerEnd::kGood).ok());
  FlushBoth();
  for (const int64_t id : {2, 3}) ledger_.Sent(id), ledger_.Acknowledged(id);
  ExpectExact();
}

}  // namespace
}  // namespace firn::faults
