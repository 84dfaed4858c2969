// What a lake does when its tables change, or go, while rows are on their way.

#include <gmock/gmock.h>

#include "lake/lake_fixture.h"
#include "lake/positions.h"

namespace firn::lake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr int64_t kNoon = 1'700'000'000'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;

class LakeFaultsTest : public LakeFixture {
 protected:
  static Point Cpu(std::string_view host, point::FieldValue usage, int64_t time) {
    return {"cpu", {{"host", host}}, {{"usage", usage}}, time};
  }
  static std::vector<std::string> Values(const std::vector<TextRow>& rows, const std::string& column) {
    std::vector<std::string> values;
    for (const TextRow& row : rows) values.push_back(row.contains(column) ? row.at(column) : "null");
    return values;
  }
  void DropCpu(iceberg::Catalog::Purge purge = iceberg::Catalog::Purge::kKeepFiles) {
    ASSERT_TRUE(catalog_->DropTable({{"metrics"}, "cpu"}, purge).ok());
  }
  /// Runs `act` once, before the first snapshot of table cpu reaches the catalog.
  void BeforeNextAppend(std::function<void()> act) {
    catalog_->before_commit = [this, act = std::move(act)](const auto& identifier, const auto& updates) -> Status {
      const bool appends = std::any_of(updates.begin(), updates.end(), [](const iceberg::TableUpdate& update) {
        return std::holds_alternative<iceberg::AddSnapshot>(update);
      });
      if (identifier.name != "cpu" || !appends) return OkStatus();
      const auto now = act;
      catalog_->before_commit = nullptr;
      now();
      return OkStatus();
    };
  }
  /// Puts a table in the place of cpu in which `usage` is text.
  void ReplaceByTableOfText() {
    DropCpu();
    auto other = MakeLake();
    ASSERT_TRUE(other->Write(Batches({Cpu("a", "text", kNoon - kSecond)}, 1, 7)).ok());
    Commit(*other, 1, 7);
  }
  static LakeOptions Rejecting() {
    LakeOptions options = Options();
    options.defaults.on_type_conflict = TypeConflict::kReject;
    return options;
  }
  std::optional<int64_t> PositionOfCpu() { return HeldPosition(Table("cpu").metadata->properties, {"in", "s0"}); }
};

TEST_F(LakeFaultsTest, CommitsWhatIsRejectedOnTheWayBeforeThePositionPasses) {
  auto lake = MakeLake(Rejecting());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.5, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2.5, kNoon + kSecond)}, 2)).ok());
  BeforeNextAppend([&] {
    ReplaceByTableOfText();
    catalog_->before_commit = [this](const auto& identifier, const auto&) -> Status {
      if (identifier.name == "firn_rejected") return Unauthorized("no entry");
      EXPECT_NE(identifier.name, "cpu") << "no position passes while the rejected value is not durable";
      return OkStatus();
    };
  });
  auto report = lake->Commit(UpTo(2));
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_TRUE(report->durable.empty());
  EXPECT_EQ(PositionOfCpu(), std::nullopt);
  catalog_->before_commit = nullptr;
  EXPECT_EQ(Commit(*lake, 2).durable.at(0).position, 2);
  EXPECT_EQ(PositionOfCpu(), 2);
  const auto rejected = Rows("firn_rejected");
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_THAT(rejected[0].at("reason"), HasSubstr("field 'usage' is float"));
  EXPECT_EQ(rejected[0].at("position"), "2");
}

TEST_F(LakeFaultsTest, RejectsInOneCommitWhatTheReplacedTableCannotTake) {
  auto lake = MakeLake(Rejecting());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.5, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2.5, kNoon + kSecond), {"cpu", {}, {{"idle", 3.0}}, kNoon}}, 2)).ok());
  ASSERT_TRUE(lake->Spill(UpTo(2), SIZE_MAX).ok());
  BeforeNextAppend([&] { ReplaceByTableOfText(); });
  EXPECT_EQ(Commit(*lake, 2).durable.at(0).position, 2);
  EXPECT_EQ(Rows("firn_rejected").size(), 1U);
  EXPECT_THAT(Values(Rows("cpu"), "idle"), UnorderedElementsAre("3", "null", "null"));
}

TEST_F(LakeFaultsTest, MakesADroppedTableAnewForTheRowsThatWait) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.0, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2.0, kNoon + kSecond)}, 2)).ok());
  DropCpu(iceberg::Catalog::Purge::kDeleteFiles);
  EXPECT_EQ(Commit(*lake, 2).durable.at(0).position, 2);
  EXPECT_THAT(Values(Rows("cpu"), "usage"), ElementsAre("2")) << "what was dropped stays dropped";
  EXPECT_EQ(PositionOfCpu(), 2);
}

TEST_F(LakeFaultsTest, WritesFilesAnewForATableThatWasDroppedWhileTheyWaited) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.0, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "b"}}, {{"idle", 2.0}}, kNoon + 1'007}}, 2)).ok());
  ASSERT_TRUE(lake->Spill(UpTo(2), SIZE_MAX).ok());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", "text", kNoon + kSecond)}, 3)).ok());
  DropCpu();
  EXPECT_EQ(Commit(*lake, 3).durable.at(0).position, 3);
  EXPECT_THAT(Columns("cpu"),
              UnorderedElementsAre("time:timestamptz", "host:string", "usage:string", "idle:double", "time_nanos:int"));
  EXPECT_THAT(Values(Rows("cpu"), "time_nanos"), UnorderedElementsAre("7", "null"));
  EXPECT_THAT(Values(Rows("cpu"), "idle"), UnorderedElementsAre("2", "null"));
  EXPECT_THAT(Values(Rows("cpu"), "usage"), UnorderedElementsAre("text", "null"));
}

TEST_F(LakeFaultsTest, AsksForRowsWhoseFilesWentWithTheirTable) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.0, kNoon)}, 1)).ok());
  ASSERT_TRUE(lake->Spill(UpTo(1), SIZE_MAX).ok());
  DropCpu();
  std::filesystem::remove_all(folder_ + "/warehouse/metrics/cpu");
  const auto report = lake->Commit(UpTo(1));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind(), ErrorKind::kConflict) << report.error().message();
}

TEST_F(LakeFaultsTest, SaysWhichTableCannotBeReachedRatherThanThatItIsGone) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.0, kNoon)}, 1)).ok());
  catalog_->before_commit = [](const auto&, const auto&) -> Status { return Unavailable("the catalog is away"); };
  const auto report = lake->Commit(UpTo(1));
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->failures.size(), 1U);
  EXPECT_THAT(report->failures[0].error.message(), HasSubstr("the catalog is away"));
  catalog_->before_commit = nullptr;
  Commit(*lake, 1);
  EXPECT_EQ(Rows("cpu").size(), 1U);
}

}  // namespace
}  // namespace firn::lake
