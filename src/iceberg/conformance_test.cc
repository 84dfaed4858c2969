// Tables by other writers (fixtures/iceberg): everything that metadata says must be read as Iceberg Java reads it.

#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <set>

#include "iceberg/fixture_support.h"
#include "iceberg/json/single_value_json.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/scan/metadata_tables.h"
#include "iceberg/scan/plan_files.h"
#include "iceberg/spec/value_text.h"

namespace firn::iceberg {
namespace {

using nlohmann::json;
using testing::FixtureStorage;
using testing::FixtureTables;
using testing::LoadFixture;
using testing::ReadJsonFile;

/// Rows of a metadata table as {column: value}; nothing where the recording has none.
std::vector<std::map<std::string, json>> TruthRows(const json& truth, const char* name) {
  std::vector<std::map<std::string, json>> rows;
  if (!truth.contains("metadata_tables") || !truth["metadata_tables"].contains(name)) return rows;
  const json& table = truth["metadata_tables"][name];
  if (!table.contains("rows")) return rows;
  for (const json& row : table["rows"]) {
    std::map<std::string, json> named;
    for (size_t i = 0; i < row.size(); ++i) named[table["columns"][i]["name"]] = row[i];
    rows.push_back(std::move(named));
  }
  return rows;
}

json OptionalJson(const std::optional<int64_t>& value) {
  return value ? json(*value) : json(nullptr);
}

json CountsJson(const std::map<int32_t, int64_t>& map) {
  json out = json::array();
  for (const auto& [key, value] : map) out.push_back({key, value});
  return map.empty() ? json(nullptr) : out;
}

json BoundsJson(const std::map<int32_t, std::string>& map) {
  json out = json::array();
  for (const auto& [key, value] : map) out.push_back({key, Base64(value)});
  return map.empty() ? json(nullptr) : out;
}

/// Recorded metrics may be empty lists where the manifest has none, and are sorted by their text.
json NullIfEmpty(json value) {
  if (value.is_array()) std::sort(value.begin(), value.end());
  return value.is_array() && value.empty() ? json(nullptr) : value;
}

struct Agreement {
  int compared = 0;
  std::vector<std::string> differences;
  void Compare(const std::string& what, const json& expected, const json& actual) {
    ++compared;
    if (expected != actual) differences.push_back(what + ": expected " + expected.dump() + ", is " + actual.dump());
  }
};

void CompareSnapshots(const json& truth, const TableMetadata& metadata, Agreement& agreement) {
  for (auto& row : TruthRows(truth, "snapshots")) {
    const SnapshotPtr snapshot = metadata.FindSnapshot(row["snapshot_id"].get<int64_t>());
    agreement.Compare("snapshot exists", true, snapshot != nullptr);
    if (snapshot == nullptr) continue;
    agreement.Compare("parent", row["parent_id"], OptionalJson(snapshot->parent_snapshot_id));
    agreement.Compare("operation", row["operation"], snapshot->operation());
    agreement.Compare("manifest list", row["manifest_list"], snapshot->manifest_list);
    agreement.Compare("committed at", row["committed_at"], snapshot->timestamp_ms * 1000);
    json summary = json::array();
    for (const auto& [key, value] : snapshot->summary) {
      if (key != "operation") summary.push_back({key, value});
    }
    agreement.Compare("summary", row["summary"], summary);
  }
  std::vector<HistoryRow> history = HistoryRows(metadata);
  const auto expected = TruthRows(truth, "history");
  if (!expected.empty()) agreement.Compare("history length", expected.size(), history.size());
  for (size_t i = 0; i < std::min(expected.size(), history.size()); ++i) {
    auto row = expected[i];
    agreement.Compare("history",
                      json({row["made_current_at"], row["snapshot_id"], row["parent_id"], row["is_current_ancestor"]}),
                      json({history[i].made_current_at_ms * 1000, history[i].snapshot_id,
                            OptionalJson(history[i].parent_id), history[i].is_current_ancestor}));
  }
  for (auto& row : TruthRows(truth, "refs")) {
    const auto ref = metadata.refs.find(row["name"].get<std::string>());
    agreement.Compare("ref exists", true, ref != metadata.refs.end());
    if (ref == metadata.refs.end()) continue;
    agreement.Compare(
        "ref", json({row["snapshot_id"], row["type"], row["max_reference_age_in_ms"], row["max_snapshot_age_in_ms"]}),
        json({ref->second.snapshot_id, ref->second.kind == SnapshotRef::Kind::kTag ? "TAG" : "BRANCH",
              OptionalJson(ref->second.max_ref_age_ms), OptionalJson(ref->second.max_snapshot_age_ms)}));
  }
}

void CompareMetadataLog(const json& truth, const LoadedTable& table, Agreement& agreement) {
  const auto expected = TruthRows(truth, "metadata_log_entries");
  const auto rows = MetadataLogRows(*table.metadata, table.metadata_location);
  if (!expected.empty()) agreement.Compare("metadata log length", expected.size(), rows.size());
  for (size_t i = 0; i < std::min(expected.size(), rows.size()); ++i) {
    auto row = expected[i];
    agreement.Compare("metadata log", json({row["timestamp"], row["file"], row["latest_snapshot_id"]}),
                      json({rows[i].timestamp_ms * 1000, rows[i].file, OptionalJson(rows[i].latest_snapshot_id)}));
  }
}

void CompareManifests(const json& truth, const std::vector<SnapshotManifest>& manifests, Agreement& agreement) {
  std::map<std::string, const ManifestFile*> by_path;
  for (const SnapshotManifest& manifest : manifests) by_path[manifest.line.manifest_path] = &manifest.line;
  const auto expected = TruthRows(truth, "manifests");
  for (auto row : expected) {
    const auto found = by_path.find(row["path"].get<std::string>());
    agreement.Compare("manifest exists", true, found != by_path.end());
    if (found == by_path.end()) continue;
    const ManifestFile& line = *found->second;
    const char* kind = line.content == ManifestContent::kData ? "data" : "delete";
    const auto count = [&](const char* what) { return row[std::string(what) + "_" + kind + "_files_count"]; };
    agreement.Compare(
        "manifest",
        json({row["length"], row["partition_spec_id"], row["added_snapshot_id"], count("added"), count("existing"),
              count("deleted")}),
        json({line.manifest_length, line.partition_spec_id, line.added_snapshot_id, line.added_files_count.value_or(-1),
              line.existing_files_count.value_or(-1), line.deleted_files_count.value_or(-1)}));
  }
}

void CompareFiles(const json& truth, const std::vector<SnapshotManifest>& manifests, Agreement& agreement) {
  std::map<std::string, const DataFile*> by_path;
  int64_t live = 0;
  for (const SnapshotManifest& manifest : manifests) {
    for (const ManifestEntry& entry : manifest.manifest.entries) {
      if (!entry.is_live()) continue;
      ++live;
      by_path[entry.file.file_path + std::to_string(entry.file.content_offset.value_or(0))] = &entry.file;
    }
  }
  const auto expected = TruthRows(truth, "files");
  if (!expected.empty()) agreement.Compare("files", expected.size(), live);
  for (auto row : expected) {
    const json offset = row.contains("content_offset") ? row["content_offset"] : json(nullptr);
    const auto found = by_path.find(row["file_path"].get<std::string>() +
                                    std::to_string(offset.is_null() ? 0 : offset.get<int64_t>()));
    agreement.Compare("file exists", true, found != by_path.end());
    if (found == by_path.end()) continue;
    const DataFile& file = *found->second;
    agreement.Compare(
        "file",
        json({row["content"], row["file_format"], row["spec_id"], row["record_count"], row["file_size_in_bytes"]}),
        json(
            {static_cast<int>(file.content), file.file_format, file.spec_id, file.record_count, file.file_size_bytes}));
    agreement.Compare("column_sizes", NullIfEmpty(row["column_sizes"]), CountsJson(file.column_sizes));
    agreement.Compare("value_counts", NullIfEmpty(row["value_counts"]), CountsJson(file.value_counts));
    agreement.Compare("null_value_counts", NullIfEmpty(row["null_value_counts"]), CountsJson(file.null_value_counts));
    agreement.Compare("nan_value_counts", NullIfEmpty(row["nan_value_counts"]), CountsJson(file.nan_value_counts));
    agreement.Compare("lower_bounds", NullIfEmpty(row["lower_bounds"]), BoundsJson(file.lower_bounds));
    agreement.Compare("upper_bounds", NullIfEmpty(row["upper_bounds"]), BoundsJson(file.upper_bounds));
    agreement.Compare("split_offsets", NullIfEmpty(row["split_offsets"]),
                      file.split_offsets.empty() ? json(nullptr) : json(file.split_offsets));
    agreement.Compare("sort_order_id", row["sort_order_id"],
                      file.sort_order_id ? json(*file.sort_order_id) : json(nullptr));
    if (row.contains("first_row_id") && file.content == FileContent::kData) {
      agreement.Compare("first_row_id", row["first_row_id"], OptionalJson(file.first_row_id));
    }
  }
}

void ComparePartitions(const json& truth, const TableMetadata& metadata, const std::vector<SnapshotManifest>& manifests,
                       Agreement& agreement) {
  const auto expected = TruthRows(truth, "partitions");
  // PyIceberg's table has other columns.
  if (expected.empty() || !expected[0].contains("spec_id")) return;
  std::multiset<std::string> left;
  std::multiset<std::string> right;
  for (auto row : expected) {
    left.insert(json({row["spec_id"], row["record_count"], row["file_count"], row["total_data_file_size_in_bytes"],
                      row["position_delete_record_count"], row["equality_delete_file_count"]})
                    .dump());
  }
  for (const PartitionRow& row : PartitionRows(metadata, manifests)) {
    right.insert(json({row.spec_id, row.record_count, row.file_count, row.data_size_bytes, row.position_delete_records,
                       row.equality_delete_files})
                     .dump());
  }
  agreement.Compare("partitions", json(left), json(right));
}

TEST(IcebergConformance, ReadsMetadataTablesOfForeignTablesAsTheirWriters) {
  const auto tables = FixtureTables();
  if (tables.empty()) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED";
  int agree = 0;
  int differ = 0;
  for (const auto& folder : tables) {
    const std::string name = folder.filename().string();
    const auto storage = FixtureStorage(folder);
    ASSERT_NE(storage, nullptr);
    const auto table = LoadFixture(folder, "table.json", *storage);
    Agreement agreement;
    if (!table.ok()) {
      agreement.differences.push_back(table.error().message());
    } else {
      const json truth = ReadJsonFile(folder / "truth.json");
      CompareSnapshots(truth, *table->metadata, agreement);
      CompareMetadataLog(truth, *table, agreement);
      if (const SnapshotPtr current = table->metadata->current_snapshot()) {
        const auto manifests = ReadSnapshot(*storage, *table->metadata, *current);
        if (!manifests.ok()) agreement.differences.push_back(manifests.error().message());
        if (manifests.ok()) {
          CompareManifests(truth, *manifests, agreement);
          CompareFiles(truth, *manifests, agreement);
          ComparePartitions(truth, *table->metadata, *manifests, agreement);
        }
      }
    }
    agreement.differences.empty() ? ++agree : ++differ;
    for (size_t i = 0; i < std::min<size_t>(3, agreement.differences.size()); ++i) {
      ADD_FAILURE() << name << ": " << agreement.differences[i].substr(0, 1'500);
    }
  }
  std::cout << "[conformance] iceberg metadata: " << agree << " agree, 0 differ on purpose, " << differ << " differ\n";
}

/// Every version of every table, through our serialiser and parser, says the same.
TEST(IcebergConformance, WritesForeignMetadataBackWithoutLoss) {
  const auto tables = FixtureTables();
  if (tables.empty()) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED";
  for (const auto& folder : tables) {
    const auto storage = FixtureStorage(folder);
    const auto table = LoadFixture(folder, "table.json", *storage);
    ASSERT_TRUE(table.ok()) << table.error().message();
    const std::string text = SerializeTableMetadata(*table->metadata);
    const auto again = ParseTableMetadata(text);
    ASSERT_TRUE(again.ok()) << folder << ": " << again.error().message();
    EXPECT_EQ(SerializeTableMetadata(*again), text) << folder;
    EXPECT_EQ(again->schema(), table->metadata->schema()) << folder;
  }
}

// ---- plans ----

Result<ExpressionPtr> ParseFilter(const json& filter, const Schema& schema) {
  using Op = Expression::Op;
  static const std::map<std::string, Op> ops = {{"is-null", Op::kIsNull},
                                                {"not-null", Op::kNotNull},
                                                {"is-nan", Op::kIsNan},
                                                {"not-nan", Op::kNotNan},
                                                {"lt", Op::kLess},
                                                {"lt-eq", Op::kLessOrEqual},
                                                {"gt", Op::kGreater},
                                                {"gt-eq", Op::kGreaterOrEqual},
                                                {"eq", Op::kEqual},
                                                {"not-eq", Op::kNotEqual},
                                                {"in", Op::kIn},
                                                {"not-in", Op::kNotIn},
                                                {"starts-with", Op::kStartsWith},
                                                {"not-starts-with", Op::kNotStartsWith}};
  if (filter.is_boolean()) return filter.get<bool>() ? AlwaysTrue() : AlwaysFalse();
  const std::string type = filter.at("type");
  if (type == "true" || type == "false") return type == "true" ? AlwaysTrue() : AlwaysFalse();
  if (type == "not") {
    FIRN_ASSIGN(ExpressionPtr child, ParseFilter(filter.at("child"), schema));
    return Not(child);
  }
  if (type == "and" || type == "or") {
    FIRN_ASSIGN(ExpressionPtr left, ParseFilter(filter.at("left"), schema));
    FIRN_ASSIGN(ExpressionPtr right, ParseFilter(filter.at("right"), schema));
    return type == "and" ? And({left, right}) : Or({left, right});
  }
  const auto op = ops.find(type);
  if (op == ops.end() || !filter.at("term").is_string()) return Unsupported("filter: {}", filter.dump());
  const NestedField* field = schema.FindField(std::string_view(filter.at("term").get_ref<const std::string&>()));
  if (field == nullptr) return InvalidInput("no column: {}", filter.dump());
  std::vector<Literal> literals;
  const auto add = [&](const json& value) -> Status {
    FIRN_ASSIGN(Literal literal, ParseSingleValueJson(field->type, value.dump()));
    literals.push_back(std::move(literal));
    return OkStatus();
  };
  if (filter.contains("value")) FIRN_TRY(add(filter["value"]));
  if (filter.contains("values")) {
    for (const json& value : filter["values"]) FIRN_TRY(add(value));
  }
  return In(op->second, field->id, std::move(literals));
}

TEST(IcebergConformance, PlansNoFileLessThanIcebergJava) {
  const auto tables = FixtureTables();
  if (tables.empty()) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED";
  int plans = 0;
  int wider = 0;
  int missing = 0;
  for (const auto& folder : tables) {
    if (!std::filesystem::exists(folder / "plans.json")) continue;
    const json recorded = ReadJsonFile(folder / "plans.json");
    const auto storage = FixtureStorage(folder);
    const auto table = LoadFixture(folder, "table.json", *storage);
    ASSERT_TRUE(table.ok());
    const SnapshotPtr current = table->metadata->current_snapshot();
    if (current == nullptr || !recorded.contains("plans")) continue;
    for (const json& plan : recorded["plans"]) {
      ++plans;
      const Schema& schema = table->metadata->schema();
      const auto filter = ParseFilter(plan["filter"], schema);
      ASSERT_TRUE(filter.ok()) << folder << ": " << filter.error().message();
      ScanOptions options;
      options.filter = *filter;
      options.schema = &schema;
      const auto ours = PlanFiles(*storage, *table->metadata, *current, options);
      ASSERT_TRUE(ours.ok()) << folder << ": " << ours.error().message();
      std::map<std::string, std::set<std::string>> found;
      for (const ScanTask& task : ours->tasks) {
        auto& deletes = found[task.file.file_path];
        for (const auto& applied : task.deletes) deletes.insert(applied->file.file_path);
      }
      for (const json& task : plan["tasks"]) {
        const auto file = found.find(recorded["paths"][task["file"].get<size_t>()].get<std::string>());
        if (file == found.end()) {
          ++missing;
          ADD_FAILURE() << folder.filename() << ": file missing for " << plan["filter"].dump();
          continue;
        }
        if (!task.contains("deletes")) continue;
        for (const json& index : task["deletes"]) {
          EXPECT_TRUE(file->second.contains(recorded["paths"][index.get<size_t>()].get<std::string>()))
              << folder.filename() << ": delete file missing for " << plan["filter"].dump();
        }
      }
      if (found.size() > plan["tasks"].size()) {
        ++wider;
        if (std::getenv("FIRN_SHOW_WIDER") != nullptr) {
          std::cout << folder.filename() << " wider: " << plan["filter"].dump() << " " << found.size() << " > "
                    << plan["tasks"].size() << "\n";
        }
      }
    }
  }
  std::cout << "iceberg plans: " << plans << " compared, " << wider << " wider, " << missing << " files missing\n";
}

// ---- damaged tables ----

/// Loads a damaged table and reads every manifest; the first error is what a user sees.
Status ReadAll(const std::filesystem::path& folder) {
  const auto storage = FixtureStorage(folder);
  FIRN_ASSIGN(const LoadedTable table, LoadFixture(folder, "case.json", *storage));
  if (const SnapshotPtr current = table.metadata->current_snapshot())
    FIRN_TRY(PlanFiles(*storage, *table.metadata, *current, {}));
  return OkStatus();
}

TEST(IcebergConformance, RefusesDamagedMetadataAndNamesIt) {
  const auto root = firn::testing::FixtureFolder("iceberg");
  FIRN_SKIP_WITHOUT_FIXTURES(root);
  // What the message must say; "" = planning succeeds, and the reader of the data finds the damage.
  const std::map<std::string, std::string> expected = {
      {"current_snapshot_unknown", "current snapshot 42 not found"},
      {"data_file_missing", ""},
      {"data_file_truncated", ""},
      {"format_version_9", "unsupported format version 9"},
      {"last_sequence_number_missing", "last-sequence-number"},
      {"manifest_length_wrong", ""},  // read by the file's own length
      {"manifest_list_not_avro", "not an Avro file"},
      {"manifest_missing", "cannot read manifest"},
      {"manifest_sync_marker_wrong", "sync marker"},
      {"manifest_truncated", "bytes, the manifest list says"},
      {"metadata_truncated", "not complete JSON"},
      {"record_count_wrong", ""},  // only counting rows can tell
      {"schemas_missing", "schemas"},
      {"snapshot_id_duplicate", "snapshot id twice"},
      {"table_uuid_mismatch", ""},  // a first load may succeed; refreshes are refused
      {"transform_unknown", ""},    // read without pruning by that field
  };
  int agree = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root / "bad")) {
    const std::string name = entry.path().filename().string();
    const auto message = expected.find(name);
    if (message == expected.end()) {
      std::cout << "damaged case without an expectation: " << name << "\n";
      continue;
    }
    const Status status = ReadAll(entry.path());
    if (message->second.empty()) {
      EXPECT_TRUE(status.ok()) << name << ": " << status.error().message();
    } else {
      ASSERT_FALSE(status.ok()) << name;
      EXPECT_NE(status.error().message().find(message->second), std::string::npos)
          << name << ": " << status.error().message();
      EXPECT_NE(status.error().message().find("firn-fixture"), std::string::npos)
          << name << ": " << status.error().message();
    }
    ++agree;
  }
  std::cout << "[conformance] damaged iceberg tables: " << agree << " agree\n";
}

}  // namespace
}  // namespace firn::iceberg
