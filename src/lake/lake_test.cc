#include "lake/lake.h"

#include <gmock/gmock.h>

#include "iceberg/updates/commit.h"
#include "iceberg/updates/schema_update.h"
#include "lake/lake_fixture.h"

namespace firn::lake {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kNoon = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 86'400 * kSecond;

class LakeTest : public LakeFixture {
 protected:
  static Point Cpu(std::string_view host, double usage, int64_t time) {
    return {"cpu", {{"host", host}}, {{"usage", usage}}, time};
  }
  static std::vector<std::string> Values(const std::vector<TextRow>& rows, const std::string& column) {
    std::vector<std::string> values;
    for (const TextRow& row : rows) values.push_back(row.contains(column) ? row.at(column) : "null");
    return values;
  }
  void ChangeSchema(const std::string& table, const std::function<Status(iceberg::SchemaUpdate&)>& edit) {
    const auto sleeper = iceberg::MakeSystemSleeper();
    const iceberg::CommitEnvironment environment{storage_.get(), catalog_.get(), &clock_, random_.get(), sleeper.get()};
    const auto change = iceberg::MakeMetadataChange([&](iceberg::MetadataBuilder& builder) -> Status {
      iceberg::SchemaUpdate update(builder.current());
      FIRN_TRY(edit(update));
      return update.ApplyTo(builder);
    });
    const auto outcome = iceberg::CommitChanges(environment, Table(table), {change.get()}, {});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  }
};

TEST_F(LakeTest, MakesATableOfTimeTagsAndFieldsInOrderOfAppearance) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "a"}, {"dc", "x"}}, {{"usage", 1.5}, {"n", int64_t{3}}}, kNoon},
                                   {"cpu", {{"host", "b"}}, {{"ok", true}, {"note", "hi"}, {"u", uint64_t{7}}}, kNoon}},
                                  1))
                  .ok());
  const CommitReport report = Commit(*lake, 1);
  ASSERT_EQ(report.tables.size(), 1U);
  EXPECT_EQ(report.tables[0].rows, 2U);
  EXPECT_EQ(report.durable.at(0).position, 1);
  EXPECT_THAT(Columns("cpu"), ElementsAre("time:timestamptz", "dc:string", "host:string", "usage:double", "n:long",
                                          "ok:boolean", "note:string", "u:decimal(20, 0)"));
  const auto rows = Rows("cpu");
  EXPECT_THAT(Values(rows, "usage"), ::testing::UnorderedElementsAre("1.5", "null"));
  EXPECT_THAT(Values(rows, "u"), ::testing::UnorderedElementsAre("7", "null"));
  EXPECT_EQ(lake->buffered_bytes(), 0U);
  EXPECT_EQ(lake->pending_rows(), 0U);
}

TEST_F(LakeTest, SortsByTagsThenTimeAndSaysSo) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("b", 1, kNoon + kSecond),
                                   Cpu("a", 2, kNoon + kSecond),
                                   Cpu("b", 3, kNoon),
                                   {"cpu", {}, {{"usage", 4.0}}, kNoon},
                                   Cpu("a", 5, kNoon)},
                                  1))
                  .ok());
  Commit(*lake, 1);
  const auto table = Table("cpu");
  const auto files = Files(table);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].file.sort_order_id, table.metadata->default_sort_order_id);
  EXPECT_GT(table.metadata->default_sort_order_id, 0);
  EXPECT_THAT(Values(RowsOf(files[0].file, table.metadata->schema()), "usage"), ElementsAre("4", "5", "2", "3", "1"));
}

TEST_F(LakeTest, PartitionsByDay) {
  auto lake = MakeLake();
  ASSERT_TRUE(
      lake->Write(Batches({Cpu("a", 1, kNoon), Cpu("a", 2, kNoon + kDay), Cpu("b", 3, kNoon), Cpu("a", 4, -1)}, 1))
          .ok());
  Commit(*lake, 1);
  std::map<std::string, int64_t> rows_by_day;
  for (const auto& task : Files(Table("cpu")))
    rows_by_day[ToString(task.file.partition.at(0))] = task.file.record_count;
  EXPECT_EQ(rows_by_day, (std::map<std::string, int64_t>{{"-1", 1}, {"19675", 2}, {"19676", 1}}));
}

TEST_F(LakeTest, PartitionsByTagsAndBuckets) {
  LakeOptions options = Options();
  options.defaults.partition_by = {"host", "bucket(4, dc)", "day(time)"};
  auto lake = MakeLake(options);
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"dc", "x"}, {"host", "a/b"}}, {{"v", 1.0}}, kNoon},
                                   {"cpu", {{"dc", "x"}, {"host", "c"}}, {{"v", 2.0}}, kNoon},
                                   {"cpu", {{"dc", "x"}, {"host", "a/b"}}, {{"v", 3.0}}, kNoon + kSecond}},
                                  1))
                  .ok());
  Commit(*lake, 1);
  std::map<std::string, int64_t> rows;
  for (const auto& task : Files(Table("cpu"))) {
    rows[ToString(task.file.partition.at(0))] = task.file.record_count;
    if (ToString(task.file.partition.at(0)) == "\"a/b\"") {
      EXPECT_THAT(task.file.file_path, HasSubstr("host=a%2Fb/"));
    }
  }
  EXPECT_EQ(rows, (std::map<std::string, int64_t>{{"\"a/b\"", 2}, {"\"c\"", 1}}));
}

TEST_F(LakeTest, AddsColumnsInACommitOfTheirOwn) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  int commits = 0;
  catalog_->before_commit = [&](const auto&, const auto&) { return ++commits, OkStatus(); };
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "a"}, {"zone", "z"}}, {{"idle", 2.0}}, kNoon}}, 2)).ok());
  Commit(*lake, 2);
  EXPECT_EQ(commits, 2);
  EXPECT_THAT(Columns("cpu"),
              ElementsAre("time:timestamptz", "host:string", "usage:double", "zone:string", "idle:double"));
  EXPECT_EQ(Rows("cpu").size(), 2U);
  EXPECT_EQ(Table("cpu").metadata->sort_order().fields.size(), 3U) << "host, zone, time";
}

TEST_F(LakeTest, ConvertsWhereExactAndSuffixesElse) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.5, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"usage", int64_t{2}}}, kNoon + 1'000}}, 2)).ok());
  Commit(*lake, 2);
  EXPECT_THAT(Values(Rows("cpu"), "usage"), ::testing::UnorderedElementsAre("1.5", "2"));
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"usage", int64_t{9'007'199'254'740'993}}}, kNoon + 2'000},
                                   {"cpu", {{"host", "a"}}, {{"usage", "high"}}, kNoon + 3'000}},
                                  3))
                  .ok());
  Commit(*lake, 3);
  EXPECT_THAT(Columns("cpu"), ElementsAre("time:timestamptz", "host:string", "usage:double", "usage_integer:long",
                                          "usage_string:string"));
  EXPECT_THAT(Values(Rows("cpu"), "usage_integer"),
              ::testing::UnorderedElementsAre("null", "null", "9007199254740993", "null"));
}

TEST_F(LakeTest, RejectsConflictingValuesWhereAsked) {
  LakeOptions options = Options();
  options.defaults.on_type_conflict = TypeConflict::kReject;
  auto lake = MakeLake(options);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1.5, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(
      lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"usage", "high"}, {"n", int64_t{1}}}, kNoon + 1'000}}, 2)).ok());
  EXPECT_EQ(Commit(*lake, 2).rejected_rows, 1U);
  EXPECT_EQ(Rows("cpu").size(), 2U);
  const auto rejected = Rows("firn_rejected");
  ASSERT_EQ(rejected.size(), 1U);
  EXPECT_THAT(rejected[0].at("reason"), HasSubstr("field 'usage' is string"));
  EXPECT_EQ(rejected[0].at("position"), "2");
}

TEST_F(LakeTest, SuffixesNamesThatClash) {
  auto lake = MakeLake();
  ASSERT_TRUE(
      lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"host", 1.0}, {"Host", 2.0}, {"time", 3.0}}, kNoon}}, 1)).ok());
  Commit(*lake, 1);
  EXPECT_THAT(Columns("cpu"), ElementsAre("time:timestamptz", "host:string", "host_field:double", "Host_field_2:double",
                                          "time_field:double"));
}

TEST_F(LakeTest, KeepsNanosecondsInAColumnFromTheFirstTimeThatNeedsIt) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon + 1'007), Cpu("a", 3, -1)}, 2)).ok());
  Commit(*lake, 2);
  EXPECT_THAT(Values(Rows("cpu"), "time_nanos"), ::testing::UnorderedElementsAre("null", "7", "999"));
}

TEST_F(LakeTest, WritesNanosecondTimestampsWhereAsked) {
  LakeOptions options = Options();
  options.time_precision = TimePrecision::kNanos;
  options.format_version = 3;
  auto lake = MakeLake(options);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon + 7)}, 1)).ok());
  Commit(*lake, 1);
  EXPECT_EQ(Columns("cpu").at(0), "time:timestamptz_ns");
  EXPECT_THAT(Rows("cpu").at(0).at("time"), HasSubstr("000000007"));
}

TEST_F(LakeTest, MergesEqualPointsFieldByFieldLaterWins) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"x", 1.0}, {"y", 1.0}}, kNoon}}, 1)).ok());
  ASSERT_TRUE(
      lake->Write(Batches({{"cpu", {{"host", "a"}}, {{"x", 2.0}, {"note", "n"}}, kNoon}, Cpu("b", 7, kNoon)}, 2)).ok());
  const CommitReport report = Commit(*lake, 2);
  EXPECT_EQ(report.merged_rows, 1U);
  const auto rows = Rows("cpu");
  ASSERT_EQ(rows.size(), 2U);
  const TextRow& merged = rows[0].contains("x") ? rows[0] : rows[1];
  EXPECT_EQ(merged.at("x"), "2");
  EXPECT_EQ(merged.at("y"), "1");
  EXPECT_EQ(merged.at("note"), "n");
}

TEST_F(LakeTest, MergesNothingWithoutAWholeTagSetUnlessAKeySaysHow) {
  const auto write = [&](Lake& lake) {
    auto batches = Batches({{"cpu", {}, {{"host", "a"}, {"v", 1.0}}, kNoon},
                            {"cpu", {}, {{"host", "b"}, {"v", 2.0}}, kNoon},
                            {"cpu", {}, {{"host", "a"}, {"v", 3.0}}, kNoon}},
                           1);
    for (auto& batch : batches) batch.series_intact = false;
    ASSERT_TRUE(lake.Write(std::move(batches)).ok());
    Commit(lake, 1);
  };
  write(*MakeLake());
  EXPECT_EQ(Rows("cpu").size(), 3U);
  ASSERT_TRUE(catalog_->DropTable({{"metrics"}, "cpu"}, iceberg::Catalog::Purge::kKeepFiles).ok());
  LakeOptions options = Options();
  options.defaults.deduplicate_key = {"host"};
  write(*MakeLake(options));
  EXPECT_THAT(Values(Rows("cpu"), "v"), ::testing::UnorderedElementsAre("2", "3"));
}

TEST_F(LakeTest, KeepsEqualPointsOfTwoDatabases) {
  auto lake = MakeLake();
  auto first = Batches({Cpu("a", 1, kNoon)}, 1);
  auto second = Batches({Cpu("a", 2, kNoon)}, 2);
  first[0].database = "one";
  second[0].database = "two";
  ASSERT_TRUE(lake->Write(std::move(first)).ok());
  ASSERT_TRUE(lake->Write(std::move(second)).ok());
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 2U);
}

TEST_F(LakeTest, DropsRowsThatTheTableHoldsAlready) {
  {
    auto lake = MakeLake();
    ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
    ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon + kSecond)}, 2)).ok());
    Commit(*lake, 2);
  }
  auto lake = MakeLake(Options(), 2);
  for (int64_t position = 1; position <= 3; ++position) {
    ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon + position * kSecond)}, position)).ok());
  }
  const CommitReport report = Commit(*lake, 3);
  EXPECT_EQ(report.held_rows, 2U);
  EXPECT_EQ(Rows("cpu").size(), 3U);
}

TEST_F(LakeTest, CommitsNoRowTwiceWhenTwoProcessesHaveTheSameOnes) {
  auto first = MakeLake();
  auto second = MakeLake();
  for (int64_t position = 1; position <= 4; ++position) {
    ASSERT_TRUE(first->Write(Batches({Cpu("a", 1, kNoon + position * kSecond)}, position)).ok());
    ASSERT_TRUE(second->Write(Batches({Cpu("a", 1, kNoon + position * kSecond)}, position)).ok());
    if (position == 1) Commit(*first, 1), Commit(*second, 1);  // both know the table now
  }
  Commit(*first, 2);
  Commit(*second, 4);
  Commit(*first, 4);
  EXPECT_EQ(Rows("cpu").size(), 4U);
}

TEST_F(LakeTest, StopsWhenANewerProcessHasTakenOver) {
  auto old_one = MakeLake(Options(), 1);
  auto new_one = MakeLake(Options(), 2);
  ASSERT_TRUE(new_one->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  Commit(*new_one, 1);
  ASSERT_TRUE(old_one->Write(Batches({Cpu("a", 1, kNoon), Cpu("a", 1, kNoon + kSecond)}, 2)).ok());
  const auto report = old_one->Commit(UpTo(2));
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind(), ErrorKind::kCancelled);
}

TEST_F(LakeTest, ResolvesALostAnswerThatWasAYes) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon + kSecond)}, 2)).ok());
  catalog_->after_commit = [](const auto&) -> Status { return CommitStateUnknown("the line went dead"); };
  (void)lake->Commit(UpTo(2));
  catalog_->after_commit = nullptr;
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 3, kNoon + 2 * kSecond)}, 3)).ok());
  EXPECT_EQ(Commit(*lake, 3).durable.at(0).position, 3);
  EXPECT_THAT(Values(Rows("cpu"), "usage"), ::testing::UnorderedElementsAre("1", "2", "3"));
}

TEST_F(LakeTest, ResolvesALostAnswerThatWasANo) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  Commit(*lake, 1);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon + kSecond)}, 2)).ok());
  catalog_->before_commit = [](const auto&, const auto&) -> Status { return CommitStateUnknown("the line went dead"); };
  (void)lake->Commit(UpTo(2));
  catalog_->before_commit = nullptr;
  Commit(*lake, 2);
  EXPECT_THAT(Values(Rows("cpu"), "usage"), ::testing::UnorderedElementsAre("1", "2"));
}

TEST_F(LakeTest, HoldsBackNothingButTheTableThatFails) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon), {"mem", {}, {{"free", 1.0}}, kNoon}}, 5)).ok());
  catalog_->before_commit = [](const auto& identifier, const auto&) -> Status {
    return identifier.name == "mem" ? Status(Unauthorized("no entry")) : OkStatus();
  };
  const auto report = lake->Commit(UpTo(7));
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->failures.size(), 1U);
  EXPECT_EQ(report->failures[0].table, "metrics.mem");
  EXPECT_EQ(report->durable.at(0).position, 4);
  EXPECT_EQ(Rows("cpu").size(), 1U);
  EXPECT_EQ(lake->buffered_bytes(), 0U) << "the failed table's rows are in files";
  catalog_->before_commit = nullptr;
  EXPECT_EQ(Commit(*lake, 7).durable.at(0).position, 7);
  EXPECT_EQ(Rows("mem").size(), 1U);
}

TEST_F(LakeTest, CommitsCompletePositionsOnly) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon + kSecond)}, 2)).ok());
  Commit(*lake, 1);
  EXPECT_EQ(Rows("cpu").size(), 1U);
  EXPECT_EQ(lake->pending_rows(), 1U);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 2U);
}

TEST_F(LakeTest, SpillsToFilesThatCommitLater) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon + kSecond)}, 2)).ok());
  ASSERT_TRUE(lake->Spill(UpTo(1), SIZE_MAX).ok());
  EXPECT_EQ(lake->buffered_bytes(), 0U);
  EXPECT_EQ(lake->pending_rows(), 2U);
  Commit(*lake, 1);
  EXPECT_EQ(Rows("cpu").size(), 1U);
  Commit(*lake, 2);
  EXPECT_EQ(Rows("cpu").size(), 2U);
}

TEST_F(LakeTest, CountsSeriesTablesAndIndexesAndLetsThoseOfQuietTablesGo) {
  constexpr size_t kMemory = 1 << 20;
  auto made = Lake::Make(Options(), catalog_, storage_, {&clock_, random_.get(), 1, nullptr, &sleeper_, kMemory, {}});
  ASSERT_TRUE(made.ok());
  const auto lake = std::move(*made);
  const auto write = [&](const std::string& table, int64_t position) {
    std::vector<std::string> hosts;
    for (int i = 0; i < 500; ++i) hosts.push_back("a-host-with-quite-a-long-name-" + std::to_string(i));
    std::vector<Point> points;
    for (const std::string& host : hosts) points.push_back({table, {{"host", host}}, {{"usage", 1.0}}, kNoon});
    ASSERT_TRUE(lake->Write(Batches(points, position)).ok());
  };
  write("cpu", 1);
  EXPECT_GT(lake->memory_use().series_tables, 500U * 30);
  EXPECT_EQ(lake->memory_use().indexes, 0U);
  Commit(*lake, 1);
  EXPECT_EQ(lake->memory_use().rows, 0U);
  const size_t one = lake->memory_use().indexes;
  EXPECT_GT(one, 500U * 30);
  int64_t position = 1;
  for (int table = 0; table < 20; ++table) {
    clock_.Advance(std::chrono::seconds(1));
    write("t" + std::to_string(table), ++position);
    Commit(*lake, position);
    EXPECT_LE(lake->memory_use().indexes, kMemory / 2);
  }
  EXPECT_GT(lake->memory_use().indexes, kMemory / 4 - 2 * one) << "as many as fit are kept";
  write("cpu", ++position);
  Commit(*lake, position);
  EXPECT_EQ(Rows("cpu").size(), 1'000U) << "an index that has gone is built anew";
}

TEST_F(LakeTest, DiscardsRowsAndFilesOfAPositionThatWasGivenUp) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 2, kNoon)}, 2)).ok());
  ASSERT_TRUE(lake->Spill(UpTo(1), SIZE_MAX).ok());
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 3, kNoon)}, 2)).ok());
  lake->Discard(0, 2);
  EXPECT_EQ(lake->pending_rows(), 1U);
  ASSERT_TRUE(lake->Write(Batches({Cpu("b", 4, kNoon)}, 2)).ok());
  Commit(*lake, 2);
  EXPECT_THAT(Values(Rows("cpu"), "usage"), ::testing::UnorderedElementsAre("1", "4"));
}

TEST_F(LakeTest, RejectsRowsBeyondTheLimits) {
  LakeOptions options = Options();
  options.max_tables = 1;
  options.first_time_ns = 0;
  auto lake = MakeLake(options);
  lake->AddShard(0, "in", "s0");
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon), Cpu("a", 2, -5), {"mem", {}, {{"free", 1.0}}, kNoon}}, 1)).ok());
  EXPECT_EQ(Commit(*lake, 1).rejected_rows, 2U);
  EXPECT_EQ(Rows("cpu").size(), 1U);
  const auto rejected = Rows("firn_rejected");
  ASSERT_EQ(rejected.size(), 2U);
  EXPECT_THAT(rejected[0].at("source"), "in");
}

TEST_F(LakeTest, PassesNoPositionWhileRejectedRowsAreNotDurable) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  lake->rejects().Reject({kNoon, "in", "s0", 1, 3, "nonsense", "cpu x"});
  catalog_->before_commit = [](const auto& identifier, const auto&) -> Status {
    return identifier.name == "firn_rejected" ? Status(Unauthorized("no entry")) : OkStatus();
  };
  const auto report = lake->Commit(UpTo(1));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->failures.size(), 1U);
  EXPECT_TRUE(report->durable.empty());
  EXPECT_EQ(Table("cpu").metadata->current_snapshot(), nullptr);
  catalog_->before_commit = nullptr;
  EXPECT_EQ(Commit(*lake, 1).durable.at(0).position, 1);
  EXPECT_EQ(Rows("firn_rejected").size(), 1U);
}

TEST_F(LakeTest, FollowsARenamedColumnAndLeavesADroppedOneDropped) {
  auto lake = MakeLake();
  const std::vector<Point> points = {{"cpu", {{"host", "a"}}, {{"usage", 1.0}, {"idle", 2.0}}, kNoon}};
  ASSERT_TRUE(lake->Write(Batches(points, 1)).ok());
  Commit(*lake, 1);
  ChangeSchema("cpu", [](iceberg::SchemaUpdate& update) -> Status {
    FIRN_TRY(update.RenameColumn("usage", "load"));
    return update.DeleteColumn("idle");
  });
  ASSERT_TRUE(lake->Write(Batches(points, 2)).ok());
  Commit(*lake, 2);
  EXPECT_THAT(Columns("cpu"), ElementsAre("time:timestamptz", "host:string", "load:double"));
  EXPECT_THAT(Values(Rows("cpu"), "load"), ElementsAre("1", "1"));
}

TEST_F(LakeTest, ReadsBackThePositionsOfTables) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon)}, 1)).ok());
  auto report = lake->Commit(std::vector<ShardProgress>{{0, "file.in%", "a.b", 9}});
  ASSERT_TRUE(report.ok());
  const auto positions = lake->ReadPositions();
  ASSERT_TRUE(positions.ok());
  ASSERT_EQ(positions->size(), 2U) << "the namespace's low-water mark and the table's";
  for (const StoredPosition& position : *positions) {
    EXPECT_EQ(position.source, "file.in%");
    EXPECT_EQ(position.shard_name, "a.b");
    EXPECT_EQ(position.position, 9);
  }
}

TEST_F(LakeTest, RoutesByTemplate) {
  LakeOptions options = Options();
  options.table = "{{.Name}}_{{.Tag \"host\"}}";
  auto lake = MakeLake(options);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, kNoon), Cpu("b", 2, kNoon)}, 1)).ok());
  EXPECT_EQ(Commit(*lake, 1).tables.size(), 2U);
  EXPECT_EQ(Rows("cpu_a").size(), 1U);
}

TEST_F(LakeTest, RefusesOptionsThatContradictEachOther) {
  LakeOptions options = Options();
  options.time_precision = TimePrecision::kNanos;
  EXPECT_EQ(Lake::Make(options, catalog_, storage_, {&clock_, random_.get(), 1, nullptr}).error().kind(),
            ErrorKind::kInvalidConfig);
  options = Options();
  options.defaults.partition_by = {"week(time)"};
  EXPECT_FALSE(Lake::Make(options, catalog_, storage_, {&clock_, random_.get(), 1, nullptr}).ok());
}

TEST_F(LakeTest, CommitsWhatIsRejectedBeforeThereIsAnyTable) {
  LakeOptions options = Options();
  options.first_time_ns = kNoon;
  auto lake = MakeLake(options);
  ASSERT_TRUE(lake->Write(Batches({Cpu("a", 1, 0)}, 1)).ok());
  EXPECT_EQ(Commit(*lake, 1).durable.at(0).position, 1);
  EXPECT_EQ(Rows("firn_rejected").size(), 1U);
}

TEST_F(LakeTest, RowsOfACommitUnderWayCountAsMemory) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {}, {{"x", 1.0}}, kNoon}}, 1)).ok());
  const size_t held = lake->buffered_bytes();
  size_t held_meanwhile = 0;
  catalog_->before_commit = [&](const auto&, const auto&) {
    held_meanwhile = lake->buffered_bytes();
    return OkStatus();
  };
  Commit(*lake, 1);
  EXPECT_GT(held, 0U);
  EXPECT_EQ(held_meanwhile, held);
  EXPECT_EQ(lake->buffered_bytes(), 0U);
}

TEST_F(LakeTest, SpillsOpenPositionsOnlyWhereCompleteOnesDoNotFreeEnough) {
  auto lake = MakeLake();
  ASSERT_TRUE(lake->Write(Batches({{"cpu", {}, {{"x", 1.0}}, kNoon}}, 1)).ok());
  const size_t complete = lake->buffered_bytes();
  for (int64_t position = 2; position <= 4; ++position)
    ASSERT_TRUE(lake->Write(Batches({{"cpu", {}, {{"x", 1.0}}, kNoon + position * 1'000}}, position)).ok());
  const size_t all = lake->buffered_bytes();
  ASSERT_TRUE(lake->Spill(UpTo(1), complete).ok());
  EXPECT_EQ(lake->buffered_bytes(), all - complete);
  ASSERT_TRUE(lake->Spill(UpTo(1), 1).ok());
  EXPECT_EQ(lake->buffered_bytes(), all - 2 * complete) << "one position is enough";
  ASSERT_TRUE(lake->Spill(UpTo(1), SIZE_MAX).ok());
  EXPECT_EQ(lake->buffered_bytes(), 0U);
  Commit(*lake, 4);
  EXPECT_EQ(Rows("cpu").size(), 4U);
}

}  // namespace
}  // namespace firn::lake
