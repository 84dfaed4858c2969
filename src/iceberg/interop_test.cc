// Tables by Firn for foreign readers: with FIRN_INTEROP_DIR set, writes a catalog and a warehouse there, and what
// tests/interop/read_catalog.py should find in them. Without it, only the writing is tested.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "iceberg/catalog/sqlite_catalog.h"
#include "iceberg/fixture_support.h"
#include "iceberg/scan/plan_files.h"
#include "iceberg/updates/append.h"

namespace firn::iceberg {
namespace {

using nlohmann::json;

std::filesystem::path OutputFolder(Random& random) {
  const char* set = std::getenv("FIRN_INTEROP_DIR");
  if (set != nullptr && *set != '\0') return set;
  return std::filesystem::path(::testing::TempDir()) / ("firn_interop_" + random.Uuid());
}

/// Writes the current rows of a recorded table as a table of ours, one commit a file.
json CopyTable(const std::filesystem::path& fixture, const TableIdentifier& identifier,
               const CommitEnvironment& environment) {
  const auto source_storage = testing::FixtureStorage(fixture);
  const auto source = testing::LoadFixture(fixture, "table.json", *source_storage);
  EXPECT_TRUE(source.ok());
  const TableMetadata& metadata = *source->metadata;
  TableRequest request{
      metadata.schema(), metadata.spec(), metadata.sort_order(), {{"write.metadata.compression-codec", "gzip"}}, ""};
  auto table = environment.catalog->CreateTable(identifier, request);
  EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().message());
  const auto plan = PlanFiles(*source_storage, metadata, *metadata.current_snapshot(), {});
  EXPECT_TRUE(plan.ok());
  int64_t rows = 0;
  for (const ScanTask& task : plan->tasks) {
    DataFile file = task.file;
    const auto bytes = source_storage->Read(file.file_path);
    EXPECT_TRUE(bytes.ok());
    file.file_path =
        fmt::format("{}/data/{}", table->metadata->location, file.file_path.substr(file.file_path.rfind('/') + 1));
    file.first_row_id.reset();
    EXPECT_TRUE(environment.storage->Write(file.file_path, *bytes).ok());
    AppendRequest append;
    append.files.push_back(file);
    append.summary["firn.position.test.0"] = fmt::format("{}", rows);
    rows += file.record_count;
    const auto change = MakeAppend(append);
    auto outcome = CommitChanges(environment, *table, {change.get()}, {});
    EXPECT_TRUE(outcome.ok()) << (outcome.ok() ? "" : outcome.error().message());
    if (outcome.ok()) *table = outcome->table;
  }
  return {{"table", ToString(identifier)},
          {"rows", rows},
          {"snapshots", plan->tasks.size()},
          {"files", plan->tasks.size()},
          {"format_version", 2}};
}

TEST(IcebergInterop, WritesTablesForForeignReaders) {
  const auto fixtures = firn::testing::FixtureFolder("iceberg");
  FIRN_SKIP_WITHOUT_FIXTURES(fixtures);
  const auto random = MakeSystemRandom();
  const std::filesystem::path root = OutputFolder(*random);
  const auto storage = storage::OpenStorage({});
  ASSERT_TRUE(storage.ok());
  SystemClock clock;
  SqliteCatalogOptions options;
  options.path = (root / "catalog.db").string();
  options.warehouse = "file://" + (root / "wh").string();
  const auto catalog = OpenSqliteCatalog(options, *storage, clock, *random);
  ASSERT_TRUE(catalog.ok()) << catalog.error().message();
  ASSERT_TRUE((*catalog)->CreateNamespace({"metrics"}, {}).ok());
  const auto sleeper = MakeSystemSleeper();
  const CommitEnvironment environment{storage->get(), catalog->get(), &clock, random.get(), sleeper.get()};
  json expected = json::array();
  for (const char* name :
       {"part_day", "part_bucket_truncate", "part_identity_special", "v2_append_pyiceberg", "metrics_edge"}) {
    expected.push_back(CopyTable(fixtures / name, {{"metrics"}, name}, environment));
  }
  std::ofstream(root / "expected.json") << expected.dump(1);
  if (std::getenv("FIRN_INTEROP_DIR") == nullptr) std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace firn::iceberg
