// Faults of the commit protocol (the numbers are those of docs/reliability.md).
#include "fault_fixture.h"

namespace firn::faults {
namespace {

using ::testing::IsEmpty;

class CommitFaultsTest : public FaultFixture {
 protected:
  CommitFaultsTest() {
    Start();
    Send({0, 2});  // all of one table
    Flush();
    Send({4, 6});
  }
  /// The next commit meets the fault; afterwards all is exact, in exactly one more snapshot.
  void ExpectOneMoreSnapshot(testing::CatalogFault fault) {
    const size_t before = SnapshotsOf("m0");
    NextCatalogCall("commit", fault);
    Flush();
    EXPECT_EQ(SnapshotsOf("m0"), before + 1);
    ExpectExact();
    EXPECT_THAT(orphans_, IsEmpty());
  }
};

TEST_F(CommitFaultsTest, Fault01_AnAppliedCommitWhoseAnswerIsLostIsFoundAgain) {
  ExpectOneMoreSnapshot({CatalogEffect::kLoseAnswer, ErrorKind::kCommitStateUnknown});
}

TEST_F(CommitFaultsTest, Fault02_AnAppliedCommitThatTimesOutIsFoundAgain) {
  ExpectOneMoreSnapshot({CatalogEffect::kLoseAnswer, ErrorKind::kTimeout});
}

TEST_F(CommitFaultsTest, Fault02_AnUnknownCommitThatWasNotAppliedIsMadeAgain) {
  ExpectOneMoreSnapshot({CatalogEffect::kRefuse, ErrorKind::kCommitStateUnknown});
}

TEST_F(CommitFaultsTest, Fault02_ARefusedCommitKeepsItsRowsForTheNextFlush) {
  for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kResourceExhausted, ErrorKind::kInternal}) {
    NextCatalogCall("commit", {CatalogEffect::kRefuse, kind});
    EXPECT_FALSE(process_->Flush().ok());
  }
  EXPECT_FALSE(process_->IsDrained());
  Flush();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault03_AStragglerThatArrivesAfterTheCheckIsNotDoubled) {
  NextCatalogCall("commit", {CatalogEffect::kApplyLate, ErrorKind::kCommitStateUnknown});
  for (int i = 0; i < 3 && !process_->IsDrained(); ++i) (void)process_->Flush();
  EXPECT_TRUE(process_->IsDrained());
  process_->warehouse().catalog->ApplyLate();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault03_AStragglerThatArrivesAfterARestartIsNotDoubled) {
  // Nobody reaches the catalog any more, so the process dies without knowing.
  bool first = true;
  const auto catalog = process_->warehouse().catalog;
  const auto old_storage = process_->warehouse().storage;
  catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && std::exchange(first, false))
      return {CatalogEffect::kLoseAnswer, ErrorKind::kCommitStateUnknown};
    return {CatalogEffect::kRefuse, ErrorKind::kUnavailable};
  });
  EXPECT_FALSE(process_->Flush().ok());
  catalog->SetDecide({});
  Crash();
  Start();
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault03_RowsThatAnEarlierLifeCommitsMeanwhileAreLeftOut) {
  // Its commit has waited somewhere: the same rows at the same positions, in a snapshot that this process does not
  // know.
  bool first = true;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call != "commit" || !std::exchange(first, false)) return {};
    EXPECT_TRUE(foreigner_.Append({4, 6}).ok());
    const auto random = world_.NewRandom();
    const auto warehouse = world_.OpenWarehouse(*random);
    const auto table = warehouse->catalog->LoadTable({{kNamespace}, "m0"});
    iceberg::StringMap positions;
    for (const auto& [key, value] : table->metadata->properties) {
      const bool is_ours = key.starts_with("firn.position.") && key.find(process_->journal().id()) != std::string::npos;
      if (is_ours) positions[key] = std::to_string(process_->journal().durable_end());
    }
    EXPECT_EQ(positions.size(), 1U);
    EXPECT_TRUE(warehouse->catalog->CommitTable(table->identifier, {}, {iceberg::SetProperties{positions}}).ok());
    return {};
  });
  Flush();
  EndFaults();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault04_ACommitThatIsSentTwiceOnTheWayIsOneCommit) {
  ExpectOneMoreSnapshot({CatalogEffect::kApplyTwice, ErrorKind::kConflict});
}

TEST_F(CommitFaultsTest, Fault04_NothingIsDeletedWhileADoubledCommitCannotBeLookedUp) {
  bool doubled = false;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "load" && doubled) return {CatalogEffect::kRefuse, ErrorKind::kUnavailable};
    if (call != "commit") return {};
    doubled = true;
    return {CatalogEffect::kApplyTwice};
  });
  EXPECT_FALSE(process_->Flush().ok());
  EndFaults();
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault05_AForeignAppendBetweenLoadAndCommitIsKept) {
  for (const int64_t id : {100, 102}) ledger_.Sent(id), ledger_.Acknowledged(id);
  bool first = true;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && std::exchange(first, false)) {
      EXPECT_TRUE(foreigner_.Append({100, 102}).ok());
    }
    return {};
  });
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault05_AForeignExpiryBetweenLoadAndCommitIsSurvived) {
  Flush();
  Send({8});
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit") {
      EXPECT_TRUE(foreigner_.ExpireSnapshots("m0", 1).ok());
    }
    return {};
  });
  (void)process_->Flush();
  EndFaults();
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault05_ATableDroppedBetweenLoadAndCommitIsMadeAnewForTheRowsThatWait) {
  bool first = true;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && std::exchange(first, false)) {
      const auto gone = foreigner_.DropTable("m0");
      EXPECT_TRUE(gone.ok());
      for (const StoredRow& row : *gone) ledger_.Gone(row.id);
    }
    return {};
  });
  Flush();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault06_AStormOfConflictsEndsInProgress) {
  int conflicts = 10;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && conflicts > 0) {
      --conflicts;
      return {CatalogEffect::kRefuse, ErrorKind::kConflict};
    }
    return {};
  });
  const auto slept = world_.sleeper.slept();
  Flush();
  EXPECT_GT(world_.sleeper.slept() - slept, std::chrono::milliseconds(100)) << "it must back off";
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault07_CredentialsThatEndInTheMiddleOfACommitCostNothing) {
  NextCatalogCall("commit", {CatalogEffect::kRefuse, ErrorKind::kUnauthorized});
  EXPECT_FALSE(process_->Flush().ok());
  NextStorageCall("create", ".parquet", {StorageEffect::kRefuse, ErrorKind::kUnauthorized});
  Send({8});
  EXPECT_FALSE(process_->Flush().ok());
  EndFaults();
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault09_AnOutageKeepsTakingAndThenCatchesUp) {
  process_->warehouse().catalog->SetDecide(
      [](const std::string&) -> testing::CatalogFault { return {CatalogEffect::kRefuse, ErrorKind::kUnavailable}; });
  for (int64_t id = 10; id < 60; ++id) {
    Send({id});
    if (id % 10 == 0) {
      EXPECT_FALSE(process_->Flush().ok());
      world_.clock.Advance(std::chrono::minutes(2));
    }
  }
  EndFaults();
  Flush();
  EXPECT_TRUE(process_->IsDrained());
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault09_BeyondTheJournalsLimitWritesAreRefusedAndNothingAcknowledgedIsLost) {
  Crash();
  options_.journal_limit_bytes = 8 << 10;
  Start();
  process_->warehouse().catalog->SetDecide(
      [](const std::string&) -> testing::CatalogFault { return {CatalogEffect::kRefuse, ErrorKind::kUnavailable}; });
  Status answer;
  for (int64_t id = 10; id < 200 && answer.ok(); ++id) answer = TrySend({id});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind(), ErrorKind::kResourceExhausted);
  EndFaults();
  Flush();
  EXPECT_TRUE(TrySend({300}).ok()) << "there is room again";
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault11_ThePositionOutlivesForeignExpiryOfOurSnapshots) {
  NextCatalogCall("commit", {CatalogEffect::kLoseAnswer, ErrorKind::kCommitStateUnknown});
  Flush();
  for (const int64_t id : {100, 102}) ledger_.Sent(id), ledger_.Acknowledged(id);
  ASSERT_TRUE(foreigner_.Append({100, 102}).ok());
  ASSERT_TRUE(foreigner_.ExpireSnapshots("m0", 1).ok());
  // The checkpoint is lost as well: only the table knows what it holds.
  Crash();
  ASSERT_TRUE(world_.disk.Remove(world_.state() + "/checkpoint").ok());
  Start();
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault13_AZombieThatWakesUpAfterTheNewerHasCommittedStops) {
  // The old process goes on in memory while a newer one has taken over the table.
  const iceberg::LoadedTable table = Load("m0");
  iceberg::StringMap newer;
  for (const auto& [key, value] : table.metadata->properties) {
    if (key.starts_with("firn.epoch.")) newer[key] = std::to_string(std::stoll(value) + 1);
  }
  ASSERT_FALSE(newer.empty());
  ASSERT_TRUE(process_->warehouse().catalog->CommitTable(table.identifier, {}, {iceberg::SetProperties{newer}}).ok());
  for (const int64_t id : {100, 102}) ledger_.Sent(id);
  ASSERT_TRUE(foreigner_.Append({100, 102}).ok());  // what the newer one commits
  const Status flushed = process_->Flush();
  ASSERT_FALSE(flushed.ok());
  EXPECT_EQ(flushed.error().kind(), ErrorKind::kCancelled);
  EXPECT_TRUE(process_->superseded());
  // Nothing of it went in: the newer one owes these rows now.
  std::vector<StoredRow> rows = Look().rows;
  EXPECT_EQ(rows.size(), 4U);
}

TEST_F(CommitFaultsTest, Fault39_AForeignColumnBetweenSchemaAndDataCommitIsKept) {
  ledger_.Sent(8);
  ASSERT_TRUE(process_->Send(LineOf(8, "extra1=1.5")).ok());
  ledger_.Acknowledged(8);
  int commits = 0;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && ++commits == 2) {
      EXPECT_TRUE(foreigner_.AddColumn("m0", "extra2").ok());
    }
    return {};
  });
  (void)process_->Flush();
  EndFaults();
  Flush();
  EXPECT_NE(Load("m0").metadata->schema().FindField("extra1"), nullptr);
  EXPECT_NE(Load("m0").metadata->schema().FindField("extra2"), nullptr);
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault39_AColumnDroppedBetweenSchemaAndDataCommitIsMadeAnew) {
  ledger_.Sent(8);
  ASSERT_TRUE(process_->Send(LineOf(8, "extra1=1.5")).ok());
  ledger_.Acknowledged(8);
  int commits = 0;
  process_->warehouse().catalog->SetDecide([&](const std::string& call) -> testing::CatalogFault {
    if (call == "commit" && ++commits == 2) {
      EXPECT_TRUE(foreigner_.DropColumn("m0", "extra1").ok());
    }
    return {};
  });
  (void)process_->Flush();
  EndFaults();
  Flush();
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault47_AClockThatJumpsLeavesTimesOfSnapshotsInOrder) {
  for (int64_t i = 0; i < 8; ++i) {
    world_.clock.JumpTo(world_.clock.NowNs() + (i % 2 == 0 ? -3'600 : 3'600) * int64_t{1'000'000'000});
    Send({10 + 2 * i});
    Flush();
  }
  ExpectExact();
}

TEST_F(CommitFaultsTest, Fault48_AClockThatIsSeventySecondsBehindTheTableIsSurvived) {
  world_.clock.JumpTo(world_.clock.NowNs() + int64_t{70'000'000'000});
  ledger_.Sent(100), ledger_.Acknowledged(100);
  ASSERT_TRUE(foreigner_.Append({100}).ok());
  world_.clock.JumpTo(world_.clock.NowNs() - int64_t{70'000'000'000});
  Flush();
  ExpectExact();
}

}  // namespace
}  // namespace firn::faults
