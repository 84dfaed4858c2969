#include "table_check.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>

#include <charconv>
#include <map>

#include "iceberg/manifests/manifest_reader.h"
#include "iceberg/scan/plan_files.h"

namespace firn::faults {
namespace {

/// Field id → column of a Parquet file.
using Columns = std::map<int32_t, std::shared_ptr<arrow::ChunkedArray>>;

Result<Columns> ReadColumns(const std::string& bytes, const std::string& path, int64_t& rows) {
  try {
    const auto input = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(bytes));
    auto opened = ::parquet::arrow::OpenFile(input, arrow::default_memory_pool());
    if (!opened.ok()) return Corrupt("{}: {}", path, opened.status().ToString());
    const auto file = std::move(opened).ValueOrDie();
    auto table = file->ReadTable();
    if (!table.ok()) return Corrupt("{}: {}", path, table.status().ToString());
    Columns columns;
    const auto* schema = file->parquet_reader()->metadata()->schema();
    for (int i = 0; i < schema->num_columns(); ++i)
      columns[schema->Column(i)->schema_node()->field_id()] = (*table)->column(i);
    rows = (*table)->num_rows();
    return columns;
  } catch (const std::exception& problem) {
    return Corrupt("{}: {}", path, problem.what());
  }
}

std::string Cell(const Columns& columns, const iceberg::Schema& schema, const std::string& name, int64_t row) {
  const iceberg::NestedField* field = schema.FindField(name);
  if (field == nullptr) return {};
  const auto column = columns.find(field->id);
  if (column == columns.end()) return {};
  const auto scalar = column->second->GetScalar(row);
  if (!scalar.ok() || !(*scalar)->is_valid) return {};
  if (const auto* stamp = dynamic_cast<const arrow::TimestampScalar*>(scalar->get()))
    return std::to_string(stamp->value);
  return (*scalar)->ToString();
}

int64_t NumberOf(const std::string& text) {
  int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Of one table; what it finds goes into `findings`.
class TableCheck {
 public:
  TableCheck(storage::Storage& storage, const iceberg::LoadedTable& table, TableFindings& findings)
      : storage_(storage), table_(table), metadata_(*table.metadata), findings_(findings) {}

  void Run() {
    Reference(table_.metadata_location);
    for (const iceberg::MetadataLogEntry& entry : metadata_.metadata_log) Reference(entry.metadata_file);
    int64_t last_sequence = 0;
    int64_t last_time = 0;
    for (const iceberg::SnapshotPtr& snapshot : metadata_.snapshots) {
      if (snapshot->sequence_number <= last_sequence) Problem("sequence numbers do not grow");
      if (snapshot->timestamp_ms < last_time) Problem("times of snapshots go back");
      last_sequence = snapshot->sequence_number;
      last_time = snapshot->timestamp_ms;
      CheckSnapshot(*snapshot);
    }
    if (last_sequence > metadata_.last_sequence_number) Problem("last-sequence-number is behind");
    if (const auto current = metadata_.current_snapshot()) ReadRows(*current);
  }

 private:
  void Problem(const std::string& what) {
    findings_.problems.push_back(iceberg::ToString(table_.identifier) + ": " + what);
  }

  void Reference(const std::string& location) {
    if (!findings_.referenced.insert(location).second) return;
    if (const auto found = storage_.Stat(location); !found.ok())
      Problem(fmt::format("a file that is referenced is missing: {}: {}", location, found.error().message()));
  }

  void CheckSnapshot(const iceberg::Snapshot& snapshot) {
    Reference(snapshot.manifest_list);
    const auto manifests = iceberg::ReadSnapshot(storage_, metadata_, snapshot);
    if (!manifests.ok()) return Problem(manifests.error().message());
    std::set<std::string> paths;
    int64_t rows = 0;
    for (const iceberg::SnapshotManifest& manifest : *manifests) {
      Reference(manifest.line.manifest_path);
      if (manifest.line.sequence_number > snapshot.sequence_number) Problem("a manifest is newer than its snapshot");
      for (const iceberg::ManifestEntry& entry : manifest.manifest.entries) {
        if (!entry.is_live()) continue;
        if (!paths.insert(entry.file.file_path).second) Problem("a path is there twice: " + entry.file.file_path);
        if (entry.sequence_number.value_or(0) > manifest.line.sequence_number)
          Problem("an entry is newer than its manifest");
        Reference(entry.file.file_path);
        rows += entry.file.record_count;
      }
    }
    CheckTotal(snapshot, "total-records", rows);
    CheckTotal(snapshot, "total-data-files", static_cast<int64_t>(paths.size()));
  }

  void CheckTotal(const iceberg::Snapshot& snapshot, const std::string& key, int64_t real) {
    const auto total = snapshot.summary.find(key);
    if (total == snapshot.summary.end() || NumberOf(total->second) != real)
      Problem(fmt::format("{} of snapshot {} is {}, really {}", key, snapshot.snapshot_id,
                          total == snapshot.summary.end() ? "absent" : total->second, real));
  }

  void ReadRows(const iceberg::Snapshot& snapshot) {
    const auto plan = iceberg::PlanFiles(storage_, metadata_, snapshot, {});
    if (!plan.ok()) return Problem(plan.error().message());
    for (const iceberg::ScanTask& task : plan->tasks) {
      const auto bytes = storage_.Read(task.file.file_path);
      if (!bytes.ok()) return Problem(bytes.error().message());
      if (static_cast<int64_t>(bytes->size()) != task.file.file_size_bytes)
        Problem("the size of a file is not what its manifest says: " + task.file.file_path);
      int64_t rows = 0;
      const auto columns = ReadColumns(*bytes, task.file.file_path, rows);
      if (!columns.ok()) return Problem(columns.error().message());
      if (rows != task.file.record_count) Problem("a file has another number of rows: " + task.file.file_path);
      const iceberg::Schema& schema = metadata_.schema();
      for (int64_t row = 0; row < rows; ++row) {
        findings_.rows.push_back({table_.identifier.name, NumberOf(Cell(*columns, schema, "id", row)),
                                  NumberOf(Cell(*columns, schema, "time", row)), Cell(*columns, schema, "host", row),
                                  Cell(*columns, schema, "check", row)});
      }
    }
  }

  storage::Storage& storage_;
  const iceberg::LoadedTable& table_;
  const iceberg::TableMetadata& metadata_;
  TableFindings& findings_;
};

}  // namespace

Result<TableFindings> CheckTables(storage::Storage& storage, iceberg::Catalog& catalog,
                                  const iceberg::Namespace& levels) {
  TableFindings findings;
  const auto tables = catalog.ListTables(levels);
  if (!tables.ok() && tables.error().kind() == ErrorKind::kNotFound) return findings;
  FIRN_TRY(tables.status());
  for (const iceberg::TableIdentifier& identifier : *tables) {
    FIRN_ASSIGN(const iceberg::LoadedTable table, catalog.LoadTable(identifier));
    TableCheck(storage, table, findings).Run();
  }
  return findings;
}

Result<std::vector<std::string>> FindOrphans(storage::Storage& storage, const std::string& warehouse,
                                             const std::set<std::string>& referenced) {
  std::vector<std::string> orphans;
  FIRN_TRY(storage.List(warehouse, [&](const storage::ObjectInfo& object) {
    if (!referenced.contains(object.location)) orphans.push_back(object.location);
    return OkStatus();
  }));
  return orphans;
}

}  // namespace firn::faults
