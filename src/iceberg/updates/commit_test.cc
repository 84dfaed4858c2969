// Whole commits against the SQLite catalog: creating, appending, evolving, conflicting, expiring.

#include "iceberg/updates/commit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "base/bytes.h"
#include "iceberg/catalog/metadata_file.h"
#include "iceberg/catalog/sqlite_catalog.h"
#include "iceberg/catalog/warehouse.h"
#include "iceberg/scan/plan_files.h"
#include "iceberg/spec/single_value.h"
#include "iceberg/updates/append.h"
#include "iceberg/updates/expire_snapshots.h"
#include "iceberg/updates/layout_update.h"
#include "iceberg/updates/refs.h"
#include "iceberg/updates/rewrite_files.h"
#include "iceberg/updates/schema_update.h"

namespace firn::iceberg {
namespace {

class NoWait final : public Sleeper {
 public:
  Status Sleep(std::chrono::nanoseconds /*duration*/) override {
    ++sleeps;
    return OkStatus();
  }
  std::atomic<int> sleeps{0};
};

TEST(SystemSleeperTest, WakesWhenTheProcessStopsAndThenRefusesToWaitBeyondItsGrace) {
  std::stop_source stop;
  const auto sleeper = MakeSystemSleeper(stop.get_token(), std::chrono::nanoseconds(0));
  std::thread waiting([&] { EXPECT_EQ(sleeper->Sleep(std::chrono::hours(1)).error().kind(), ErrorKind::kCancelled); });
  stop.request_stop();
  waiting.join();
  EXPECT_EQ(sleeper->Sleep(std::chrono::hours(1)).error().kind(), ErrorKind::kCancelled);
}

/// As in a process that is stopping.
class NoTimeLeft final : public Sleeper {
 public:
  Status Sleep(std::chrono::nanoseconds /*duration*/) override { return Cancelled("the process is stopping"); }
};

/// Passes everything on; commits fail as scripted.
class ScriptedCatalog final : public Catalog {
 public:
  explicit ScriptedCatalog(Catalog& inner) : inner_(inner) {}
  enum class Fault { kNone, kConflict, kLostBefore, kLostAfter };
  std::vector<Fault> faults;  ///< for the next commits, in order

  Result<std::vector<Namespace>> ListNamespaces(const Namespace& parent) override {
    return inner_.ListNamespaces(parent);
  }
  Status CreateNamespace(const Namespace& levels, const StringMap& p) override {
    return inner_.CreateNamespace(levels, p);
  }
  Status DropNamespace(const Namespace& levels) override { return inner_.DropNamespace(levels); }
  Result<StringMap> LoadNamespaceProperties(const Namespace& levels) override {
    return inner_.LoadNamespaceProperties(levels);
  }
  Status UpdateNamespaceProperties(const Namespace& levels, const StringMap& u,
                                   const std::vector<std::string>& r) override {
    return inner_.UpdateNamespaceProperties(levels, u, r);
  }
  Result<std::vector<TableIdentifier>> ListTables(const Namespace& levels) override {
    return inner_.ListTables(levels);
  }
  Result<LoadedTable> LoadTable(const TableIdentifier& identifier) override { return inner_.LoadTable(identifier); }
  Result<LoadedTable> CreateTable(const TableIdentifier& i, const TableRequest& r) override {
    return inner_.CreateTable(i, r);
  }
  Result<LoadedTable> CommitTable(const TableIdentifier& identifier, const std::vector<TableRequirement>& requirements,
                                  const std::vector<TableUpdate>& updates) override {
    const Fault fault = faults.empty() ? Fault::kNone : faults.front();
    if (!faults.empty()) faults.erase(faults.begin());
    if (fault == Fault::kConflict) return Conflict("scripted");
    if (fault == Fault::kLostBefore) return CommitStateUnknown("scripted: lost on the way there");
    Result<LoadedTable> table = inner_.CommitTable(identifier, requirements, updates);
    if (fault == Fault::kLostAfter) return CommitStateUnknown("scripted: lost on the way back");
    return table;
  }
  Status DropTable(const TableIdentifier& i, Purge purge) override { return inner_.DropTable(i, purge); }
  Status RenameTable(const TableIdentifier& from, const TableIdentifier& to) override {
    return inner_.RenameTable(from, to);
  }
  Result<LoadedTable> RegisterTable(const TableIdentifier& i, const std::string& l) override {
    return inner_.RegisterTable(i, l);
  }

 private:
  Catalog& inner_;
};

NestedField Column(int32_t id, const char* name, TypeId type) {
  NestedField field;
  field.id = id;
  field.name = name;
  field.type = Type(type);
  return field;
}

class CommitTest : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(::testing::TempDir()) / ("firn_iceberg_" + random_->Uuid());
    auto storage = storage::OpenStorage({});
    ASSERT_TRUE(storage.ok()) << storage.error().message();
    storage_ = *storage;
    catalog_ = OpenCatalog();
    scripted_ = std::make_unique<ScriptedCatalog>(*catalog_);
    environment_ = {storage_.get(), scripted_.get(), &clock_, random_.get(), &sleeper_};
    ASSERT_TRUE(catalog_->CreateNamespace({"metrics"}, {}).ok());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  std::unique_ptr<Catalog> OpenCatalog() {
    SqliteCatalogOptions options;
    options.path = (root_ / "catalog.db").string();
    options.warehouse = "file://" + (root_ / "wh").string();
    auto catalog = OpenSqliteCatalog(options, storage_, clock_, *random_);
    EXPECT_TRUE(catalog.ok()) << (catalog.ok() ? "" : catalog.error().message());
    return std::move(*catalog);
  }

  LoadedTable CreateTable(const StringMap& properties = {}) {
    TableRequest request;
    request.schema = Schema(0, {Column(1, "time", TypeId::kTimestampTz), Column(2, "host", TypeId::kString),
                                Column(3, "usage", TypeId::kInt)});
    request.spec.fields.push_back({1, {}, 1000, "time_day", Transform::Day()});
    request.properties = properties;
    auto table = catalog_->CreateTable(identifier_, request);
    EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().message());
    return *table;
  }

  DataFile File(const LoadedTable& table, int number, int32_t day = 20'000) {
    DataFile file;
    file.file_path = fmt::format("{}/data/file-{}.parquet", table.metadata->location, number);
    file.partition = {Literal(day)};
    file.record_count = 10;
    file.file_size_bytes = 1'000;
    file.spec_id = table.metadata->default_spec_id;
    EXPECT_TRUE(storage_->Write(file.file_path, "data").ok());
    return file;
  }

  Result<CommitOutcome> Append(const LoadedTable& table, int number, const CommitOptions& options = {}) {
    AppendRequest request;
    request.files.push_back(File(table, number));
    return Commit(table, *MakeAppend(request), options);
  }

  Result<CommitOutcome> Commit(const LoadedTable& table, TableChange& change, const CommitOptions& options = {}) {
    return CommitChanges(environment_, table, {&change}, options);
  }

  std::set<std::string> Paths(const TableMetadata& metadata) {
    const auto plan = PlanFiles(*storage_, metadata, *metadata.current_snapshot(), {});
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message());
    std::set<std::string> paths;
    for (const ScanTask& task : plan->tasks) paths.insert(task.file.file_path);
    EXPECT_EQ(paths.size(), plan->tasks.size());
    return paths;
  }

  size_t CountFiles(const std::string& folder, const std::string& suffix) {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ / folder)) {
      count += entry.path().string().ends_with(suffix) ? 1 : 0;
    }
    return count;
  }

  std::filesystem::path root_;
  FakeClock clock_{1'700'000'000'000'000'000};
  std::unique_ptr<Random> random_ = MakeSystemRandom();
  NoWait sleeper_;
  std::shared_ptr<storage::Storage> storage_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<ScriptedCatalog> scripted_;
  CommitEnvironment environment_;
  TableIdentifier identifier_{{"metrics"}, "cpu"};
};

TEST_F(CommitTest, AppendsFilesWithTotalsAndSequenceNumbers) {
  LoadedTable table = CreateTable();
  for (int i = 1; i <= 3; ++i) {
    auto outcome = Append(table, i);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message();
    table = outcome->table;
  }
  const auto reloaded = OpenCatalog()->LoadTable(identifier_);
  ASSERT_TRUE(reloaded.ok()) << reloaded.error().message();
  const SnapshotPtr current = reloaded->metadata->current_snapshot();
  EXPECT_EQ(current->sequence_number, 3);
  EXPECT_EQ(current->summary.at("total-records"), "30");
  EXPECT_EQ(current->summary.at("added-data-files"), "1");
  EXPECT_EQ(current->operation(), "append");
  EXPECT_EQ(Paths(*reloaded->metadata).size(), 3u);
  EXPECT_EQ(reloaded->metadata->metadata_log.size(), 3u);
  EXPECT_EQ(reloaded->metadata->snapshot_log.size(), 3u);
}

TEST_F(CommitTest, RetriesOnConflictWithTheSameManifest) {
  const LoadedTable stale = CreateTable();
  ASSERT_TRUE(Append(stale, 1).ok());
  const auto outcome = Append(stale, 2);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  EXPECT_EQ(outcome->attempts, 2);
  EXPECT_EQ(sleeper_.sleeps, 1);
  EXPECT_EQ(Paths(*outcome->table.metadata).size(), 2u);
  EXPECT_EQ(CountFiles("wh", "-m0.avro"), 2u);
  // The manifest list of the failed attempt is gone.
  EXPECT_EQ(CountFiles("wh", ".avro"), 4u);
}

TEST_F(CommitTest, FailsForWhatItWaitedForWhenTheProcessStops) {
  const LoadedTable table = CreateTable();
  scripted_->faults = {ScriptedCatalog::Fault::kConflict};
  NoTimeLeft stopping;
  environment_.sleeper = &stopping;
  const auto outcome = Append(table, 1);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind(), ErrorKind::kConflict) << "kCancelled would say that another process took over";
}

TEST_F(CommitTest, LeavesNoFileBehindWhenTheCommitDefinitelyFails) {
  const LoadedTable table = CreateTable();
  scripted_->faults = {ScriptedCatalog::Fault::kConflict};
  CommitOptions options;
  options.retries = 0;
  const auto outcome = Append(table, 1, options);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind(), ErrorKind::kConflict);
  EXPECT_EQ(CountFiles("wh", ".avro"), 0u);
}

TEST_F(CommitTest, FindsACommitWhoseAnswerWasLost) {
  const LoadedTable table = CreateTable();
  scripted_->faults = {ScriptedCatalog::Fault::kLostAfter};
  const auto outcome = Append(table, 1);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  EXPECT_EQ(outcome->table.metadata->snapshots.size(), 1u);
  EXPECT_EQ(outcome->attempts, 1);
}

TEST_F(CommitTest, CommitsOnceWhenTheRequestWasLost) {
  const LoadedTable table = CreateTable();
  scripted_->faults = {ScriptedCatalog::Fault::kLostBefore};
  const auto outcome = Append(table, 1);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  EXPECT_EQ(outcome->table.metadata->snapshots.size(), 1u);
  EXPECT_EQ(Paths(*outcome->table.metadata).size(), 1u);
}

TEST_F(CommitTest, DeletesNothingWhileTheOutcomeIsUnknown) {
  const LoadedTable table = CreateTable();
  scripted_->faults = {ScriptedCatalog::Fault::kLostBefore};
  CommitOptions options;
  options.retries = 0;
  const auto outcome = Append(table, 1, options);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind(), ErrorKind::kCommitStateUnknown);
  EXPECT_EQ(CountFiles("wh", ".avro"), 2u);
}

TEST_F(CommitTest, StopsWhenTheCheckSaysThatItIsDone) {
  const LoadedTable stale = CreateTable();
  ASSERT_TRUE(Append(stale, 1).ok());
  int asked = 0;
  CommitOptions options;
  options.check = [&](const TableMetadata& metadata) -> Result<CommitDecision> {
    ++asked;
    return metadata.snapshots.empty() ? CommitDecision::kProceed : CommitDecision::kAlreadyDone;
  };
  const auto outcome = Append(stale, 2, options);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->decision, CommitDecision::kAlreadyDone);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(outcome->table.metadata->snapshots.size(), 1u);
  EXPECT_EQ(CountFiles("wh", ".avro"), 2u);
}

TEST_F(CommitTest, ThreadsThatCommitAtOnceAllLandWithDenseSequenceNumbers) {
  const LoadedTable table = CreateTable();
  constexpr int kThreads = 4;
  constexpr int kCommits = 5;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const auto catalog = OpenCatalog();
      CommitEnvironment environment = environment_;
      environment.catalog = catalog.get();
      const auto sleeper = MakeSystemSleeper();
      environment.sleeper = sleeper.get();
      CommitOptions options;
      options.retries = 200;
      for (int i = 0; i < kCommits; ++i) {
        AppendRequest request;
        request.files.push_back(File(table, thread * 100 + i));
        const auto append = MakeAppend(request);
        const auto outcome = CommitChanges(environment, table, {append.get()}, options);
        if (!outcome.ok()) {
          ++failed;
          ADD_FAILURE() << outcome.error().message();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  const auto final_state = OpenCatalog()->LoadTable(identifier_);
  ASSERT_TRUE(final_state.ok());
  EXPECT_EQ(Paths(*final_state->metadata).size(), size_t{kThreads * kCommits});
  std::set<int64_t> numbers;
  for (const SnapshotPtr& snapshot : final_state->metadata->snapshots) numbers.insert(snapshot->sequence_number);
  EXPECT_EQ(numbers.size(), size_t{kThreads * kCommits});
  EXPECT_EQ(*numbers.rbegin(), kThreads * kCommits);
}

TEST_F(CommitTest, MergesManifestsWhenThereAreEnough) {
  LoadedTable table = CreateTable({{"commit.manifest.min-count-to-merge", "3"}});
  for (int i = 1; i <= 7; ++i) {
    const auto outcome = Append(table, i);
    ASSERT_TRUE(outcome.ok()) << outcome.error().message();
    table = outcome->table;
    const auto lines = ReadManifestList(*storage_, *table.metadata->current_snapshot());
    ASSERT_TRUE(lines.ok());
    EXPECT_LE(lines->size(), 3u);
    EXPECT_EQ(Paths(*table.metadata).size(), static_cast<size_t>(i));
  }
  const auto plan = PlanFiles(*storage_, *table.metadata, *table.metadata->current_snapshot(), {});
  std::set<int64_t> numbers;
  for (const ScanTask& task : plan->tasks) numbers.insert(task.sequence_number);
  EXPECT_EQ(numbers.size(), 7u);
}

TEST_F(CommitTest, Version3GivesEveryRowAnId) {
  LoadedTable table = CreateTable({{"format-version", "3"}});
  for (int i = 1; i <= 3; ++i) table = Append(table, i)->table;
  EXPECT_EQ(table.metadata->next_row_id, 30);
  const auto plan = PlanFiles(*storage_, *table.metadata, *table.metadata->current_snapshot(), {});
  std::set<int64_t> first_ids;
  for (const ScanTask& task : plan->tasks) first_ids.insert(task.file.first_row_id.value_or(-1));
  EXPECT_EQ(first_ids, (std::set<int64_t>{0, 10, 20}));
}

TEST_F(CommitTest, EvolvesSchemaPartitionsAndSortOrderInOneCommit) {
  const LoadedTable table = CreateTable();
  const auto change = MakeMetadataChange([](MetadataBuilder& builder) -> Status {
    SchemaUpdate update(builder.current());
    FIRN_ASSIGN(const int32_t id, update.AddColumn("", "region", Type(TypeId::kString)));
    FIRN_TRY(update.RenameColumn("usage", "load"));
    FIRN_TRY(update.WidenColumn("usage", Type(TypeId::kLong)));
    FIRN_TRY(update.MoveColumn("region", SchemaUpdate::Position::kFirst, ""));
    FIRN_TRY(update.ApplyTo(builder));
    FIRN_TRY(SetPartitionSpec(builder, {{"time", Transform::Day(), ""}, {"region", Transform::Bucket(8), ""}}));
    FIRN_TRY(SetSortOrder(builder, {{id, Transform::Identity(), {}, {}}}));
    return builder.Apply(SetProperties{{{"firn.columns", fmt::format("region={}", id)}}});
  });
  const auto outcome = Commit(table, *change);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  const TableMetadata& metadata = *outcome->table.metadata;
  EXPECT_EQ(metadata.schema().fields()[0].name, "region");
  EXPECT_EQ(metadata.schema().fields()[0].id, 4);
  EXPECT_EQ(metadata.schema().FindField("load")->type.id(), TypeId::kLong);
  ASSERT_EQ(metadata.spec().fields.size(), 2u);
  EXPECT_EQ(metadata.spec().fields[0].field_id, 1000);
  EXPECT_EQ(metadata.spec().fields[1].name, "region_bucket_8");
  EXPECT_EQ(metadata.sort_order().order_id, 1);
  EXPECT_EQ(metadata.properties.at("firn.columns"), "region=4");
}

TEST_F(CommitTest, RefusesSchemaChangesThatWouldBreakTheTable) {
  const LoadedTable table = CreateTable();
  SchemaUpdate update(*table.metadata);
  EXPECT_FALSE(update.DeleteColumn("time").ok());
  EXPECT_FALSE(update.WidenColumn("host", Type(TypeId::kLong)).ok());
  EXPECT_FALSE(update.AddColumn("", "host", Type(TypeId::kLong)).ok());
  EXPECT_FALSE(update
                   .AddColumn("", "must", Type(TypeId::kLong),
                              {.required = true, .doc = {}, .initial_default = {}, .write_default = {}})
                   .ok());
  EXPECT_FALSE(update.RenameColumn("nothing", "something").ok());
}

TEST_F(CommitTest, RollsBackTagsAndExpires) {
  LoadedTable table = CreateTable();
  std::vector<int64_t> ids;
  for (int i = 1; i <= 4; ++i) {
    clock_.Advance(std::chrono::hours(1));
    const auto outcome = Append(table, i);
    ASSERT_TRUE(outcome.ok());
    ids.push_back(outcome->snapshot_id);
    table = outcome->table;
  }
  const auto move = MakeMetadataChange([&](MetadataBuilder& builder) -> Status {
    FIRN_TRY(SetRef(builder, "audit", {ids[0], SnapshotRef::Kind::kTag, {}, {}, {}}));
    return RollbackTo(builder, ids[2]);
  });
  auto moved = Commit(table, *move);
  ASSERT_TRUE(moved.ok()) << moved.error().message();
  EXPECT_EQ(Paths(*moved->table.metadata).size(), 3u);

  clock_.Advance(std::chrono::hours(24 * 30));
  ExpireReport report;
  const auto expire = MakeExpireSnapshots({}, &report);
  const auto expired = Commit(moved->table, *expire);
  ASSERT_TRUE(expired.ok()) << expired.error().message();
  EXPECT_EQ(std::set<int64_t>(report.snapshot_ids.begin(), report.snapshot_ids.end()),
            (std::set<int64_t>{ids[1], ids[3]}));
  EXPECT_EQ(report.deleted_data_files, 1);  // what only the rolled-back snapshot reached
  EXPECT_EQ(report.deleted_manifest_lists, 2);
  for (const std::string& path : Paths(*expired->table.metadata)) EXPECT_TRUE(storage_->Stat(path).ok()) << path;
}

TEST_F(CommitTest, ReplacesFilesAndRefusesThoseThatAreGone) {
  LoadedTable table = CreateTable();
  for (int i = 1; i <= 3; ++i) table = Append(table, i)->table;
  RewriteRequest request;
  request.removed_paths = {table.metadata->location + "/data/file-1.parquet",
                           table.metadata->location + "/data/file-2.parquet"};
  request.added_files = {File(table, 12)};
  request.added_files[0].record_count = 20;
  request.data_sequence_number = 2;
  const auto outcome = Commit(table, *MakeRewriteFiles(request));
  ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  const SnapshotPtr current = outcome->table.metadata->current_snapshot();
  EXPECT_EQ(current->operation(), "replace");
  EXPECT_EQ(current->summary.at("total-records"), "30");
  EXPECT_EQ(current->summary.at("deleted-data-files"), "2");
  EXPECT_EQ(Paths(*outcome->table.metadata).size(), 2u);
  const auto again = Commit(outcome->table, *MakeRewriteFiles(request));
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message().find("file-"), std::string::npos);
}

TEST_F(CommitTest, KeepsTheClockFromRunningBackwards) {
  LoadedTable table = CreateTable();
  table = Append(table, 1)->table;
  clock_.JumpTo(1'600'000'000'000'000'000);
  const auto outcome = Append(table, 2);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message();
  EXPECT_GE(outcome->table.metadata->snapshots[1]->timestamp_ms, outcome->table.metadata->snapshots[0]->timestamp_ms);
}

TEST_F(CommitTest, DropsOldMetadataFilesAfterTheCommit) {
  LoadedTable table = CreateTable(
      {{"write.metadata.delete-after-commit.enabled", "true"}, {"write.metadata.previous-versions-max", "2"}});
  for (int i = 1; i <= 6; ++i) table = Append(table, i)->table;
  EXPECT_EQ(CountFiles("wh", ".metadata.json"), 3u);
  EXPECT_TRUE(OpenCatalog()->LoadTable(identifier_).ok());
}

TEST_F(CommitTest, RebuildsALostCatalogAndNeverListsATableTwice) {
  LoadedTable table = CreateTable();
  for (int i = 1; i <= 3; ++i) table = Append(table, i)->table;
  catalog_.reset();
  std::filesystem::remove(root_ / "catalog.db");
  catalog_ = OpenCatalog();
  const auto report = RebuildCatalog(*storage_, *catalog_, "file://" + (root_ / "wh").string());
  ASSERT_TRUE(report.ok()) << report.error().message();
  ASSERT_EQ(report->registered.size(), 1u);
  const auto loaded = catalog_->LoadTable(identifier_);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(Paths(*loaded->metadata).size(), 3u);
  const auto again = RebuildCatalog(*storage_, *catalog_, "file://" + (root_ / "wh").string());
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->registered.empty());
}

TEST_F(CommitTest, RelocatesATableToAnotherFolder) {
  LoadedTable table = CreateTable();
  for (int i = 1; i <= 2; ++i) table = Append(table, i)->table;
  std::filesystem::create_directories(root_ / "moved/metrics/cpu");
  std::filesystem::copy(root_ / "wh/metrics/cpu/data", root_ / "moved/metrics/cpu/data");
  const auto location = RelocateTable(*storage_, table.metadata_location, "file://" + (root_ / "wh").string(),
                                      "file://" + (root_ / "moved").string(), *random_);
  ASSERT_TRUE(location.ok()) << location.error().message();
  const auto moved = LoadTableFromMetadata(*storage_, *location);
  ASSERT_TRUE(moved.ok());
  std::filesystem::remove_all(root_ / "wh");
  for (const std::string& path : Paths(*moved->metadata)) EXPECT_TRUE(storage_->Stat(path).ok()) << path;
}

TEST_F(CommitTest, ManagesNamespacesAndNames) {
  CreateTable();
  EXPECT_EQ(catalog_->CreateNamespace({"metrics"}, {}).error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(catalog_->DropNamespace({"metrics"}).error().kind(), ErrorKind::kConflict);
  EXPECT_TRUE(catalog_->UpdateNamespaceProperties({"metrics"}, {{"firn.low", "7"}}, {}).ok());
  EXPECT_EQ(catalog_->LoadNamespaceProperties({"metrics"})->at("firn.low"), "7");
  EXPECT_TRUE(catalog_->RenameTable(identifier_, {{"metrics"}, "cpu2"}).ok());
  EXPECT_EQ(catalog_->LoadTable(identifier_).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(catalog_->ListTables({"metrics"})->size(), 1u);
  EXPECT_TRUE(catalog_->DropTable({{"metrics"}, "cpu2"}, Catalog::Purge::kDeleteFiles).ok());
  EXPECT_EQ(CountFiles("wh", ".metadata.json"), 0u);
  EXPECT_TRUE(catalog_->DropNamespace({"metrics"}).ok());
}

}  // namespace
}  // namespace firn::iceberg
