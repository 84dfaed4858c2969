#include "cli/table_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "cli/exit_code.h"
#include "cli/text_table.h"
#include "iceberg/scan/metadata_tables.h"
#include "iceberg/scan/plan_files.h"
#include "query/iceberg_types.h"
#include "query/value_text.h"

namespace firn::cli {
namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;
using outputs::iceberg::Access;

std::string TimeText(int64_t ms) {
  std::string text;
  query::AppendTimestamp(ms, 3, true, text);
  return text;
}

/// A number of the snapshot's summary; "-" where it does not say.
std::string SummaryText(const iceberg::Snapshot& snapshot, const char* key) {
  const auto found = snapshot.summary.find(key);
  return found == snapshot.summary.end() ? "-" : found->second;
}

/// The same for programs: null where it does not say.
Json SummaryNumber(const iceberg::Snapshot& snapshot, const char* key) {
  const auto found = snapshot.summary.find(key);
  return found == snapshot.summary.end() ? Json() : Json(std::strtoll(found->second.c_str(), nullptr, 10));
}

std::string SizeText(int64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string SizeText(const iceberg::Snapshot& snapshot) {
  const auto found = snapshot.summary.find("total-files-size");
  return found == snapshot.summary.end() ? "-" : SizeText(std::strtoll(found->second.c_str(), nullptr, 10));
}

std::string SpecText(const iceberg::TableMetadata& metadata) {
  std::string text;
  for (const auto& field : metadata.spec().fields) {
    const std::string& column = metadata.schema().FullName(field.source_id);
    text += (text.empty() ? "" : ", ") + (field.transform.kind == iceberg::Transform::Kind::kIdentity
                                              ? column
                                              : ToString(field.transform) + "(" + column + ")");
  }
  return text.empty() ? "-" : text;
}

void Print(const Json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

Result<std::vector<iceberg::TableIdentifier>> AllTables(iceberg::Catalog& catalog, const std::string& wanted) {
  std::vector<iceberg::TableIdentifier> tables;
  FIRN_ASSIGN(std::vector<iceberg::Namespace> open, catalog.ListNamespaces({}));
  while (!open.empty()) {
    const iceberg::Namespace levels = std::move(open.back());
    open.pop_back();
    FIRN_ASSIGN(const auto children, catalog.ListNamespaces(levels));
    open.insert(open.end(), children.begin(), children.end());
    const std::string name = iceberg::ToString(levels);
    if (!wanted.empty() && name != wanted && !name.starts_with(wanted + ".")) continue;
    FIRN_ASSIGN(const auto found, catalog.ListTables(levels));
    tables.insert(tables.end(), found.begin(), found.end());
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

struct OpenedTable {
  OpenedWarehouse opened;
  iceberg::TableIdentifier identifier;
  iceberg::LoadedTable table;
};

Result<OpenedTable> OpenTable(const TableOptions& options, Access access) {
  OpenedTable result;
  FIRN_ASSIGN(result.opened, Open(options.warehouse, access));
  std::string name = options.table;
  if (name.find('.') == std::string::npos) name = result.opened.options.name_space + "." + name;
  FIRN_ASSIGN(result.identifier, iceberg::ParseTableIdentifier(name));
  FIRN_ASSIGN(result.table, result.opened.warehouse.catalog->LoadTable(result.identifier));
  return result;
}

Status List(const TableOptions& options) {
  FIRN_ASSIGN(const auto opened, Open(options.warehouse, Access::kReadOnly));
  FIRN_ASSIGN(const auto tables, AllTables(*opened.warehouse.catalog, options.table));
  Rows rows = {{"TABLE", "ROWS", "FILES", "SIZE", "SNAPSHOTS", "UPDATED"}};
  Json list = Json::array();
  std::vector<Error> damaged;
  for (const auto& identifier : tables) {
    const auto table = opened.warehouse.catalog->LoadTable(identifier);
    if (!table.ok()) {
      // One damaged table must not hide the others.
      rows.push_back({ToString(identifier), "-", "-", "-", "-", "cannot be read"});
      damaged.push_back(table.error().WithContext(ToString(identifier)));
      list.push_back({{"table", ToString(identifier)}, {"error", table.error().message()}});
      continue;
    }
    const auto& metadata = *table->metadata;
    const auto snapshot = metadata.current_snapshot();
    const iceberg::Snapshot nothing;
    const iceberg::Snapshot& current = snapshot == nullptr ? nothing : *snapshot;
    rows.push_back({ToString(identifier), snapshot == nullptr ? "0" : SummaryText(current, "total-records"),
                    snapshot == nullptr ? "0" : SummaryText(current, "total-data-files"), SizeText(current),
                    std::to_string(metadata.snapshots.size()), TimeText(metadata.last_updated_ms)});
    list.push_back(
        {{"table", ToString(identifier)},
         {"format_version", metadata.format_version},
         {"current_snapshot_id", metadata.current_snapshot_id ? Json(*metadata.current_snapshot_id) : Json()},
         {"snapshots", metadata.snapshots.size()},
         {"rows", snapshot == nullptr ? Json(0) : SummaryNumber(current, "total-records")},
         {"files", snapshot == nullptr ? Json(0) : SummaryNumber(current, "total-data-files")},
         {"bytes", snapshot == nullptr ? Json(0) : SummaryNumber(current, "total-files-size")},
         {"summary", current.summary},
         {"last_updated", TimeText(metadata.last_updated_ms)},
         {"location", metadata.location},
         {"metadata_location", table->metadata_location}});
  }
  if (options.json) {
    Print(list);
  } else if (tables.empty()) {
    fmt::print("no tables\n");
  } else {
    fmt::print("{}", AlignColumns(rows, {false, true, true, true, true, false}));
  }
  if (damaged.empty()) return OkStatus();
  for (size_t i = 0; i + 1 < damaged.size(); ++i) Report(damaged[i]);
  return damaged.back();
}

Status Show(const TableOptions& options) {
  FIRN_ASSIGN(const auto opened, OpenTable(options, Access::kReadOnly));
  const auto& metadata = *opened.table.metadata;
  Json columns = Json::array();
  Rows rows = {{"ID", "COLUMN", "TYPE", "REQUIRED", "COMMENT"}};
  for (const auto& field : metadata.schema().fields()) {
    rows.push_back(
        {std::to_string(field.id), field.name, ToString(field.type), field.required ? "yes" : "", field.doc});
    columns.push_back({{"id", field.id},
                       {"name", field.name},
                       {"type", ToString(field.type)},
                       {"required", field.required},
                       {"doc", field.doc}});
  }
  const auto snapshot = metadata.current_snapshot();
  if (options.json) {
    Print({{"table", ToString(opened.identifier)},
           {"uuid", metadata.table_uuid},
           {"format_version", metadata.format_version},
           {"location", metadata.location},
           {"metadata_location", opened.table.metadata_location},
           {"partition_by", SpecText(metadata)},
           {"current_snapshot_id", metadata.current_snapshot_id ? Json(*metadata.current_snapshot_id) : Json()},
           {"summary", snapshot == nullptr ? Json::object() : Json(snapshot->summary)},
           {"columns", columns},
           {"properties", metadata.properties}});
    return OkStatus();
  }
  Rows facts = {{"table", ToString(opened.identifier)}, {"format", "v" + std::to_string(metadata.format_version)},
                {"location", metadata.location},        {"metadata", opened.table.metadata_location},
                {"partitioned by", SpecText(metadata)}, {"snapshots", std::to_string(metadata.snapshots.size())}};
  if (snapshot != nullptr) {
    facts.push_back({"current snapshot", fmt::format("{} ({}, {})", snapshot->snapshot_id, snapshot->operation(),
                                                     TimeText(snapshot->timestamp_ms))});
    facts.push_back({"rows", SummaryText(*snapshot, "total-records")});
    facts.push_back(
        {"data files", fmt::format("{} ({})", SummaryText(*snapshot, "total-data-files"), SizeText(*snapshot))});
    facts.push_back({"delete files", SummaryText(*snapshot, "total-delete-files")});
  }
  fmt::print("{}\n{}", AlignColumns(facts, {}), AlignColumns(rows, {true}));
  if (!metadata.properties.empty()) fmt::print("\nproperties\n");
  for (const auto& [key, value] : metadata.properties) fmt::print("  {} = {}\n", key, FitTo(value, 200));
  return OkStatus();
}

Status History(const TableOptions& options) {
  FIRN_ASSIGN(const auto opened, OpenTable(options, Access::kReadOnly));
  const auto& metadata = *opened.table.metadata;
  Rows rows = {{"SNAPSHOT", "COMMITTED", "OPERATION", "ADDED ROWS", "ADDED FILES", "TOTAL ROWS", "REFS"}};
  Json list = Json::array();
  for (const auto& snapshot : metadata.snapshots) {
    std::string refs;
    for (const auto& [name, ref] : metadata.refs) {
      if (ref.snapshot_id == snapshot->snapshot_id) refs += (refs.empty() ? "" : ", ") + name;
    }
    rows.push_back({std::to_string(snapshot->snapshot_id), TimeText(snapshot->timestamp_ms), snapshot->operation(),
                    SummaryText(*snapshot, "added-records"), SummaryText(*snapshot, "added-data-files"),
                    SummaryText(*snapshot, "total-records"), refs});
    list.push_back({{"snapshot_id", snapshot->snapshot_id},
                    {"parent_id", snapshot->parent_snapshot_id ? Json(*snapshot->parent_snapshot_id) : Json()},
                    {"committed_at", TimeText(snapshot->timestamp_ms)},
                    {"operation", snapshot->operation()},
                    {"summary", snapshot->summary},
                    {"refs", refs}});
  }
  if (options.json) {
    Print(list);
  } else {
    fmt::print("{}", AlignColumns(rows, {false, false, false, true, true, true, false}));
  }
  return OkStatus();
}

Status Files(const TableOptions& options) {
  FIRN_ASSIGN(const auto opened, OpenTable(options, Access::kReadOnly));
  const auto& metadata = *opened.table.metadata;
  Rows rows = {{"CONTENT", "ROWS", "SIZE", "PARTITION", "FILE"}};
  Json list = Json::array();
  std::vector<iceberg::SnapshotManifest> manifests;
  if (const auto snapshot = metadata.current_snapshot()) {
    FIRN_ASSIGN(manifests, iceberg::ReadSnapshot(*opened.opened.warehouse.storage, metadata, *snapshot));
  }
  static constexpr const char* kContents[] = {"data", "position deletes", "equality deletes"};
  for (const auto& manifest : manifests) {
    for (const auto& entry : manifest.manifest.entries) {
      if (!entry.is_live()) continue;
      const auto& file = entry.file;
      const iceberg::PartitionSpec* spec = metadata.FindSpec(file.spec_id);
      const std::string partition =
          spec == nullptr ? "" : iceberg::PartitionPath(*spec, metadata.schema(), file.partition);
      const std::string name = file.file_path.starts_with(metadata.location + "/")
                                   ? file.file_path.substr(metadata.location.size() + 1)
                                   : file.file_path;
      rows.push_back({kContents[static_cast<size_t>(file.content)], std::to_string(file.record_count),
                      SizeText(file.file_size_bytes), partition, name});
      list.push_back({{"content", kContents[static_cast<size_t>(file.content)]},
                      {"path", file.file_path},
                      {"format", file.file_format},
                      {"partition", partition},
                      {"record_count", file.record_count},
                      {"file_size_in_bytes", file.file_size_bytes},
                      {"sequence_number", entry.sequence_number ? Json(*entry.sequence_number) : Json()}});
    }
  }
  if (options.json) {
    Print(list);
  } else {
    fmt::print("{}", AlignColumns(rows, {false, true, true, false, false}));
  }
  return OkStatus();
}

}  // namespace

int RunTableList(const TableOptions& options) {
  return Report(List(options));
}
int RunTableShow(const TableOptions& options) {
  return Report(Show(options));
}
int RunTableHistory(const TableOptions& options) {
  return Report(History(options));
}
int RunTableFiles(const TableOptions& options) {
  return Report(Files(options));
}

}  // namespace firn::cli
