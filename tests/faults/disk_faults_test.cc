// Faults of the disk, of the object store and of the process (the numbers are those of docs/reliability.md).
#include <random>

#include "fault_fixture.h"
#include "iceberg/scan/plan_files.h"
#include "iceberg/updates/append.h"
#include "iceberg/updates/commit.h"

namespace firn::faults {
namespace {

using ::testing::IsEmpty;

class DiskFaultsTest : public FaultFixture {
 protected:
  DiskFaultsTest() {
    Start();
    Send({0, 1, 2});
    Flush();
    Send({4, 5, 6});
  }
};

TEST_F(DiskFaultsTest, Fault14_AnObjectIsNeverReplacedByAnotherOfItsName) {
  const auto storage = process_->warehouse().storage;
  const std::string location = world_.warehouse() + "/metrics/m0/data/taken.parquet";
  ASSERT_TRUE(storage->Write(location, "first").ok());
  const Status second = storage->Write(location, "second");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(storage->Read(location).value_or(""), "first");
}

TEST_F(DiskFaultsTest, Fault15_APathThatTheTableHoldsIsRefused) {
  const iceberg::LoadedTable table = Load("m0");
  auto plan =
      iceberg::PlanFiles(*process_->warehouse().storage, *table.metadata, *table.metadata->current_snapshot(), {});
  ASSERT_TRUE(plan.ok());
  iceberg::AppendRequest request;
  request.files = {plan->tasks.front().file, plan->tasks.front().file};
  const auto append = iceberg::MakeAppend(std::move(request));
  const auto random = world_.NewRandom();
  const iceberg::CommitEnvironment environment{process_->warehouse().storage.get(), process_->warehouse().catalog.get(),
                                               &world_.clock, random.get(), &world_.sleeper};
  const auto outcome = iceberg::CommitChanges(environment, table, {append.get()}, {});
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind(), ErrorKind::kInvalidInput);
}

TEST_F(DiskFaultsTest, Fault17_APutWhoseAnswerIsLostIsMadeAgainUnderAnotherName) {
  for (const std::string suffix : {".parquet", "-m0.avro", ".metadata.json"}) {
    Send({100 + static_cast<int64_t>(suffix.size())});
    NextStorageCall("close", suffix, {StorageEffect::kLoseAnswer, ErrorKind::kTimeout});
    for (int i = 0; i < 3 && !process_->IsDrained(); ++i) (void)process_->Flush();
    EXPECT_TRUE(process_->IsDrained()) << suffix;
    ExpectExact();
  }
}

TEST_F(DiskFaultsTest, Fault18_AStoreThatIsBusyForAMinuteCostsTimeOnly) {
  int calls = 0;
  std::mt19937_64 random(18);
  process_->warehouse().storage->SetDecide([&](const std::string& call, const std::string&) -> testing::StorageFault {
    if (call != "create") return {};
    return ++calls <= 10 || random() % 100 < 30 ? testing::StorageFault{StorageEffect::kRefuse}
                                                : testing::StorageFault{};
  });
  for (int i = 0; i < 40 && !process_->IsDrained(); ++i) (void)process_->Flush();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault21_AFullBucketKeepsRowsWaiting) {
  process_->warehouse().storage->SetDecide([](const std::string& call, const std::string&) -> testing::StorageFault {
    if (call == "close") return {StorageEffect::kRefuse, ErrorKind::kResourceExhausted};
    return {};
  });
  EXPECT_FALSE(process_->Flush().ok());
  EndFaults();
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault23_AProcessThatDiesAtAnyCallOfAFlushLosesNothing) {
  // Each n is a place in the code: after a kill what was written is there, whether synced or not.
  for (uint64_t n = 1;; n += Stride()) {
    Send({static_cast<int64_t>(1'000 + 2 * n)});
    const uint64_t call = world_.disk.calls() + n;
    world_.disk.StopAtCall(call, static_cast<DiskEffect>(n % 3));
    (void)process_->Flush();
    const bool reached = world_.disk.is_off();
    Crash();
    Start();
    if (!reached) break;
    ASSERT_LT(n, 1'000U);
  }
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault24_PowerLossAtAnyCallOfAFlushLosesNothing) {
  for (uint64_t n = 1;; n += Stride()) {
    Send({static_cast<int64_t>(1'000 + 2 * n)});
    world_.disk.StopAtCall(world_.disk.calls() + n, static_cast<DiskEffect>(n % 3));
    (void)process_->Flush();
    const bool reached = world_.disk.is_off();
    Crash(n);
    Start();
    if (!reached) break;
    ASSERT_LT(n, 1'000U);
  }
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault24_ACommitThatWasReportedSurvivesAPowerLossRightAfterIt) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    Send({static_cast<int64_t>(1'000 + seed)});
    Flush();
    Crash(seed);
    Start();
    ASSERT_THAT(Problems(), IsEmpty()) << "seed " << seed;
  }
}

TEST_F(DiskFaultsTest, Fault24_AnAnswerSurvivesAPowerLossRightAfterIt) {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Send({static_cast<int64_t>(1'000 + seed)});
    Crash(seed);
    Start();
  }
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault25_AFullDiskRefusesAndGoesOnWhenThereIsRoom) {
  world_.disk.SetCapacity(1);
  EXPECT_FALSE(process_->Flush().ok());
  const Status answer = TrySend({100});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kResourceExhausted);
  world_.disk.SetCapacity(uint64_t{1} << 40);
  Send({102});
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault25_AnFsyncThatFailsOnceIsNeverTakenForDone) {
  // A body is a write and a sync.
  world_.disk.FailCall(world_.disk.calls() + 2, ErrorKind::kUnavailable);
  EXPECT_FALSE(TrySend({100}).ok());
  EXPECT_FALSE(TrySend({102}).ok()) << "nobody knows what is on the disk";
  ASSERT_TRUE(process_->fatal().has_value()) << "so it ends, and is started anew";
  Crash(3);
  Start();
  Send({100});
  Send({102});
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault26_GarbageBehindTheJournalsEndIsCut) {
  int64_t id = 100;
  for (const std::string& garbage : {std::string("garbage"), std::string(4096, '\0')}) {
    Send({id++});
    Crash();
    std::string last;
    const auto names = world_.disk.List(world_.state() + "/journal");
    ASSERT_TRUE(names.ok());
    for (const std::string& name : *names) {
      if (name.ends_with(".journal")) last = world_.state() + "/journal/" + name;
    }
    world_.disk.SetContents(last, world_.disk.Contents(last) + garbage);
    Start();
    EXPECT_GT(process_->journal().stats().torn_bytes, 0U);
  }
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault27_ASecondProcessOnTheStateFolderIsRefused) {
  const auto second = Process::Start(world_, options_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), ErrorKind::kAlreadyExists);
}

TEST_F(DiskFaultsTest, Fault29_AnInstanceThatSleptTenMinutesGoesOn) {
  world_.clock.Advance(std::chrono::minutes(10));
  Send({100});
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault30_RowsBeyondTheMemoryBudgetGoToFilesAndAreStoredOnce) {
  Crash();
  options_.memory_bytes = 1;
  Start();
  for (int64_t id = 10; id < 40; ++id) Send({id});
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault31_ARetryIsStoredOnceEvenAcrossPowerLoss) {
  const std::vector<int64_t> ids = {100, 101};
  Send(ids);
  EXPECT_TRUE(process_->Send(Lines(ids)).ok());
  Crash(5);
  Start();
  EXPECT_TRUE(process_->Send(Lines(ids)).ok());
  EXPECT_EQ(process_->retries().stats().recognised, 1U);
  Flush();
  Crash(6);
  Start();
  EXPECT_TRUE(process_->Send(Lines(ids)).ok());
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault31_ARetryOfAnUnsyncedBodyIsNotAnsweredFromWhatMayVanish) {
  // The write went well and the sync did not; the process is started anew while the bytes are only in the kernel.
  world_.disk.FailCall(world_.disk.calls() + 2, ErrorKind::kUnavailable);
  EXPECT_FALSE(TrySend({100}).ok());
  Crash();
  Start();
  Send({100});
  Crash(9);
  Start();
  Flush();
  ExpectExact();
}

TEST_F(DiskFaultsTest, Fault31_ARetryAfterAKillBetweenWriteAndFsyncIsAnsweredFromWhatIsDurable) {
  world_.disk.StopAtCall(world_.disk.calls() + 2, DiskEffect::kNone);
  EXPECT_FALSE(TrySend({100}).ok());
  Crash();
  Start();
  Send({100});
  Crash(9);
  Start();
  Flush();
  ExpectExact();
}

}  // namespace
}  // namespace firn::faults
