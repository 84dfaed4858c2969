#pragma once

// Test support: a lake on a local warehouse with a SQLite catalog that fails as a test tells it to, and what its tables
// hold.

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "iceberg/catalog/sqlite_catalog.h"
#include "iceberg/scan/plan_files.h"
#include "iceberg/updates/commit.h"
#include "lake/lake.h"
#include "point/batch_builder.h"
#include "storage/storage.h"

namespace firn::lake {

/// Passes calls on, except where a hook says otherwise.
class HookedCatalog final : public iceberg::Catalog {
 public:
  explicit HookedCatalog(std::unique_ptr<iceberg::Catalog> inner) : inner_(std::move(inner)) {}

  /// Called before a commit reaches the catalog; an error stands for it.
  std::function<Status(const iceberg::TableIdentifier&, const std::vector<iceberg::TableUpdate>&)> before_commit;
  /// Called after a commit was made; an error hides its success.
  std::function<Status(const iceberg::TableIdentifier&)> after_commit;

  Result<std::vector<iceberg::Namespace>> ListNamespaces(const iceberg::Namespace& parent) override {
    return inner_->ListNamespaces(parent);
  }
  Status CreateNamespace(const iceberg::Namespace& levels, const iceberg::StringMap& properties) override {
    return inner_->CreateNamespace(levels, properties);
  }
  Status DropNamespace(const iceberg::Namespace& levels) override { return inner_->DropNamespace(levels); }
  Result<iceberg::StringMap> LoadNamespaceProperties(const iceberg::Namespace& levels) override {
    return inner_->LoadNamespaceProperties(levels);
  }
  Status UpdateNamespaceProperties(const iceberg::Namespace& levels, const iceberg::StringMap& updates,
                                   const std::vector<std::string>& removals) override {
    return inner_->UpdateNamespaceProperties(levels, updates, removals);
  }
  Result<std::vector<iceberg::TableIdentifier>> ListTables(const iceberg::Namespace& levels) override {
    return inner_->ListTables(levels);
  }
  Result<iceberg::LoadedTable> LoadTable(const iceberg::TableIdentifier& identifier) override {
    return inner_->LoadTable(identifier);
  }
  Result<iceberg::LoadedTable> CreateTable(const iceberg::TableIdentifier& identifier,
                                           const iceberg::TableRequest& request) override {
    return inner_->CreateTable(identifier, request);
  }
  Result<iceberg::LoadedTable> CommitTable(const iceberg::TableIdentifier& identifier,
                                           const std::vector<iceberg::TableRequirement>& requirements,
                                           const std::vector<iceberg::TableUpdate>& updates) override {
    if (before_commit) FIRN_TRY(before_commit(identifier, updates));
    auto committed = inner_->CommitTable(identifier, requirements, updates);
    if (committed.ok() && after_commit) FIRN_TRY(after_commit(identifier));
    return committed;
  }
  Status DropTable(const iceberg::TableIdentifier& identifier, Purge purge) override {
    return inner_->DropTable(identifier, purge);
  }
  Status RenameTable(const iceberg::TableIdentifier& from, const iceberg::TableIdentifier& to) override {
    return inner_->RenameTable(from, to);
  }
  Result<iceberg::LoadedTable> RegisterTable(const iceberg::TableIdentifier& identifier,
                                             const std::string& metadata_location) override {
    return inner_->RegisterTable(identifier, metadata_location);
  }

 private:
  std::unique_ptr<iceberg::Catalog> inner_;
};

/// Does not wait.
class NoSleep final : public iceberg::Sleeper {
 public:
  Status Sleep(std::chrono::nanoseconds) override { return OkStatus(); }
};

/// A row as text by column name; absent = null.
using TextRow = std::map<std::string, std::string>;

class LakeFixture : public ::testing::Test {
 protected:
  LakeFixture() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = ::testing::TempDir() + "lake_" + test->name() + "_" + std::to_string(::getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage_ = *storage::OpenStorage({});
    iceberg::SqliteCatalogOptions catalog;
    catalog.path = folder_ + "/catalog.db";
    catalog.warehouse = folder_ + "/warehouse";
    catalog_ = std::make_shared<HookedCatalog>(*iceberg::OpenSqliteCatalog(catalog, storage_, clock_, *random_));
  }
  ~LakeFixture() override { std::filesystem::remove_all(folder_); }

  static LakeOptions Options() {
    LakeOptions options;
    options.name_space = "metrics";
    return options;
  }

  std::unique_ptr<Lake> MakeLake(LakeOptions options = Options(), int64_t epoch = 1) {
    auto lake = Lake::Make(std::move(options), catalog_, storage_, {&clock_, random_.get(), epoch, nullptr, &sleeper_});
    EXPECT_TRUE(lake.ok()) << (lake.ok() ? "" : lake.error().message());
    return std::move(*lake);
  }

  struct Point {
    std::string measurement;
    std::vector<point::Tag> tags;
    std::vector<point::Field> fields;
    int64_t time;
  };
  static std::vector<point::Batch> Batches(const std::vector<Point>& points, int64_t position, uint32_t shard = 0) {
    point::BatchBuilder builder;
    for (const Point& point : points) builder.Add(point.measurement, point.tags, point.fields, point.time);
    std::vector<point::Batch> batches = builder.Take();
    uint32_t sequence = 0;
    for (point::Batch& batch : batches) batch.origin = {shard, position, sequence++};
    return batches;
  }

  static std::vector<ShardProgress> UpTo(int64_t position, uint32_t shard = 0) {
    return {{shard, "in", "s" + std::to_string(shard), position}};
  }

  CommitReport Commit(Lake& lake, int64_t position, uint32_t shard = 0) {
    auto report = lake.Commit(UpTo(position, shard));
    EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
    if (!report.ok()) return {};
    for (const TableFailure& failure : report->failures) EXPECT_EQ(failure.error.message(), "") << failure.table;
    return std::move(*report);
  }

  iceberg::LoadedTable Table(const std::string& name) {
    auto loaded = catalog_->LoadTable({{"metrics"}, name});
    EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message());
    return *loaded;
  }

  std::vector<iceberg::ScanTask> Files(const iceberg::LoadedTable& table) {
    const auto snapshot = table.metadata->current_snapshot();
    if (snapshot == nullptr) return {};
    auto plan = iceberg::PlanFiles(*storage_, *table.metadata, *snapshot, {});
    EXPECT_TRUE(plan.ok()) << (plan.ok() ? "" : plan.error().message());
    return plan->tasks;
  }

  /// The rows of a data file in file order, under the names that the table's schema gives the field ids now.
  std::vector<TextRow> RowsOf(const iceberg::DataFile& file, const iceberg::Schema& schema) {
    const auto input =
        std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(*storage_->Read(file.file_path)));
    auto parquet_file = ::parquet::ParquetFileReader::Open(input);
    std::vector<std::string> names;
    for (int i = 0; i < parquet_file->metadata()->num_columns(); ++i) {
      const auto* field = schema.FindField(parquet_file->metadata()->schema()->Column(i)->schema_node()->field_id());
      names.push_back(field == nullptr ? "" : field->name);
    }
    auto reader = ::parquet::arrow::OpenFile(input, arrow::default_memory_pool()).ValueOrDie();
    const auto table = reader->ReadTable().ValueOrDie();
    std::vector<TextRow> rows(static_cast<size_t>(table->num_rows()));
    for (int column = 0; column < table->num_columns(); ++column) {
      for (int64_t row = 0; row < table->num_rows(); ++row) {
        const auto cell = table->column(column)->GetScalar(row).ValueOrDie();
        if (cell->is_valid && !names[static_cast<size_t>(column)].empty()) {
          rows[static_cast<size_t>(row)][names[static_cast<size_t>(column)]] = cell->ToString();
        }
      }
    }
    return rows;
  }

  /// All rows of a table, sorted by their text.
  std::vector<TextRow> Rows(const std::string& name) {
    const iceberg::LoadedTable table = Table(name);
    std::vector<TextRow> rows;
    for (const iceberg::ScanTask& task : Files(table)) {
      for (TextRow& row : RowsOf(task.file, table.metadata->schema())) rows.push_back(std::move(row));
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }

  std::vector<std::string> Columns(const std::string& name) {
    std::vector<std::string> names;
    for (const auto& field : Table(name).metadata->schema().fields())
      names.push_back(field.name + ":" + ToString(field.type));
    return names;
  }

  std::string folder_;
  FakeClock clock_{1'700'000'000'000'000'000};
  NoSleep sleeper_;
  std::unique_ptr<Random> random_ = MakeSeededRandom(7);
  std::shared_ptr<storage::Storage> storage_;
  std::shared_ptr<HookedCatalog> catalog_;
};

}  // namespace firn::lake
