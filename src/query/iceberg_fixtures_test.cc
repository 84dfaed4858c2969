// Tables that other writers made, read through Firn's plans and compared cell by cell with what their own readers
// recorded.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "iceberg/catalog/metadata_file.h"
#include "query/session.h"
#include "query/value_text.h"
#include "shared_fixtures.h"
#include "truth_values.h"

namespace firn::query {
namespace {

namespace fs = std::filesystem;

/// What `firn sql` refuses, and how its message begins to say why. Everything else must be right.
const std::map<std::string, std::string> kRefused = {
    {"mixed_file_formats", "format; firn sql reads Parquet"},
    {"v3_timestamp_ns", "the type timestamptz_ns cannot be read with SQL"},
};

nlohmann::json ReadJson(const fs::path& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

/// Keeps each row as canonical JSON.
class RowCollector final : public ResultSink {
 public:
  Status Begin(const std::vector<ResultColumn>& columns) override {
    for (const auto& column : columns) names.push_back(column.name);
    return OkStatus();
  }
  Status Rows(const RowChunk& chunk) override {
    for (size_t row = 0; row < chunk.row_count(); ++row) {
      auto& cells = rows.emplace_back();
      for (size_t column = 0; column < chunk.column_count(); ++column)
        chunk.AppendJson(column, row, cells.emplace_back());
    }
    return OkStatus();
  }
  Status End() override { return OkStatus(); }

  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
};

struct OpenedTable {
  std::unique_ptr<Session> session;
  Status status;
};

/// The table of a fixture folder, under the name `t`… of its folder in the warehouse.
Result<std::unique_ptr<Session>> OpenFixture(const fs::path& folder, const std::string& metadata_location,
                                             std::string* name) {
  storage::StorageOptions options;
  for (const char* prefix : {"file:///firn-fixture", "file:/firn-fixture", "/firn-fixture"})
    options.path_map.emplace_back(prefix, folder.string());
  FIRN_ASSIGN(auto storage, storage::OpenStorage(options));
  FIRN_ASSIGN(auto table, iceberg::LoadTableFromMetadata(*storage, metadata_location));
  table.identifier = {{"lake"}, "fixture"};
  *name = "lake.fixture";
  SessionOptions session_options;
  session_options.database.threads = 1;
  FIRN_ASSIGN(auto session, Session::Make(session_options, storage, nullptr));
  session->AddTable(table);
  return session;
}

std::string VersionClause(const nlohmann::json& read) {
  const std::string at = read["at"];
  if (at == "current") return "";
  if (at == "snapshot") return " FOR VERSION AS OF " + std::to_string(read["snapshot_id"].get<int64_t>());
  return " FOR VERSION AS OF '" + at.substr(at.find(' ') + 1) + "'";
}

/// "" where the rows are the recorded ones; else what differs.
std::string Difference(const nlohmann::json& read, const RowCollector& got) {
  std::vector<size_t> columns;  // row lineage is no column of the table
  std::vector<std::string> expected_names;
  std::vector<truth::Type> types;
  for (const auto& column : read["columns"]) types.push_back(truth::ParseType(column["type"].get<std::string>()));
  for (size_t i = 0; i < read["columns"].size(); ++i) {
    const std::string name = read["columns"][i]["name"];
    if (name == "_row_id" || name == "_last_updated_sequence_number") continue;
    columns.push_back(i);
    expected_names.push_back(name);
  }
  if (expected_names != got.names)
    return "columns " + ::testing::PrintToString(got.names) + " instead of " + ::testing::PrintToString(expected_names);
  std::multiset<std::string> expected;
  for (const auto& row : read["rows"]) {
    std::string text;
    for (const size_t i : columns) text += truth::Expected(types[i], row[i]).dump() + "|";
    expected.insert(text);
  }
  std::multiset<std::string> actual;
  for (const auto& row : got.rows) {
    std::string text;
    for (size_t i = 0; i < columns.size(); ++i) {
      text += truth::Actual(types[columns[i]], row[i]).dump() + "|";
    }
    actual.insert(text);
  }
  if (expected == actual) return "";
  std::vector<std::string> missing;
  std::set_difference(expected.begin(), expected.end(), actual.begin(), actual.end(), std::back_inserter(missing));
  std::vector<std::string> extra;
  std::set_difference(actual.begin(), actual.end(), expected.begin(), expected.end(), std::back_inserter(extra));
  return fmt::format("{} rows instead of {}; missing e.g. {}; too many e.g. {}", actual.size(), expected.size(),
                     missing.empty() ? "none" : missing[0], extra.empty() ? "none" : extra[0]);
}

std::vector<fs::path> FoldersIn(const fs::path& folder, const char* having) {
  std::vector<fs::path> folders;
  if (folder.empty()) return folders;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / having)) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

TEST(IcebergFixtures, TablesOfOtherWritersAreReadRightOrRefusedWithTheReason) {
  const fs::path folder = firn::testing::FixtureFolder("iceberg");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  int agreed = 0;
  int refused = 0;
  int differ = 0;
  const auto tables = FoldersIn(folder, "truth.json");
  for (const auto& path : tables) {
    const std::string table = path.filename();
    const auto truth = ReadJson(path / "truth.json");
    const std::string location = ReadJson(path / "table.json")["metadata_location"];
    std::string name;
    auto session = OpenFixture(path, location, &name);
    if (!session.ok()) {
      ADD_FAILURE() << table << ": " << session.error().message();
      ++differ;
      continue;
    }
    for (const auto& read : truth["reads"]) {
      RowCollector rows;
      const std::string statement = "SELECT * FROM " + name + VersionClause(read);
      const auto report = (*session)->Run(statement, rows);
      const auto listed = kRefused.find(table);
      if (!report.ok()) {
        const bool expected =
            listed != kRefused.end() && report.error().message().find(listed->second) != std::string::npos;
        EXPECT_TRUE(expected) << table << ", " << statement << ": " << report.error().message();
        ++(expected ? refused : differ);
        continue;
      }
      const std::string difference = Difference(read, rows);
      EXPECT_EQ(difference, "") << table << ", " << statement;
      ++(difference.empty() ? agreed : differ);
    }
  }
  std::cout << "[conformance] iceberg: " << tables.size() << " tables; reads: " << agreed << " agree, " << refused
            << " refused on purpose, " << differ << " differ\n";
}

TEST(IcebergFixtures, DamagedTablesAreNeverReadAsFewerRows) {
  const fs::path folder = firn::testing::FixtureFolder("iceberg/bad");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  int refused = 0;
  int whole = 0;
  int wrong = 0;
  const auto cases = FoldersIn(folder, "case.json");
  for (const auto& path : cases) {
    const auto description = ReadJson(path / "case.json");
    const auto truth = ReadJson(folder.parent_path() / description["base"].get<std::string>() / "truth.json");
    const std::string location = description["metadata_location"];
    std::string name;
    auto session = OpenFixture(path, location, &name);
    if (!session.ok()) {
      ++refused;
      std::cout << "  " << path.filename().string() << ": " << session.error().message() << "\n";
      continue;
    }
    RowCollector rows;
    const auto report = (*session)->Run("SELECT * FROM " + name, rows);
    if (!report.ok()) {
      ++refused;
      std::cout << "  " << path.filename().string() << ": " << report.error().message() << "\n";
      continue;
    }
    const std::string difference = Difference(truth["reads"][0], rows);
    EXPECT_EQ(difference, "") << path.filename() << ": " << description["expect"];
    ++(difference.empty() ? whole : wrong);
    if (difference.empty()) std::cout << "  " << path.filename().string() << ": read whole\n";
  }
  std::cout << "iceberg/bad: " << cases.size() << " tables; " << refused << " refused, " << whole << " read whole, "
            << wrong << " differ\n";
}

}  // namespace
}  // namespace firn::query
