#include "query/metadata_tables.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "iceberg/scan/metadata_tables.h"
#include "iceberg/spec/single_value.h"
#include "query/iceberg_types.h"
#include "query/partition_table.h"

namespace firn::query {
namespace {

using iceberg::DataFile;
using iceberg::TableMetadata;
using Rows = std::vector<std::string>;  ///< each `(…)` of an INSERT

constexpr size_t kRowsAnInsert = 500;

template <typename T>
std::string Optional(const std::optional<T>& value) {
  return value ? std::to_string(*value) : "NULL";
}

std::string Milliseconds(int64_t ms) {
  return fmt::format("make_timestamp({}::BIGINT * 1000) AT TIME ZONE 'UTC'", ms);
}

/// `MAP([keys], [values])`; NULL where there is nothing to tell.
template <typename Map, typename Render>
std::string SqlMap(const Map& map, Render render) {
  if (map.empty()) return "NULL";
  std::string keys;
  std::string values;
  for (const auto& [key, value] : map) {
    const auto [key_text, value_text] = render(key, value);
    keys += (keys.empty() ? "" : ", ") + key_text;
    values += (values.empty() ? "" : ", ") + value_text;
  }
  return "MAP([" + keys + "], [" + values + "])";
}

template <typename T>
std::string SqlList(const std::vector<T>& values) {
  if (values.empty()) return "NULL";
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + std::to_string(value);
  return "[" + text + "]";
}

Rows Snapshots(const TableMetadata& metadata) {
  Rows rows;
  for (const auto& snapshot : metadata.snapshots) {
    iceberg::StringMap summary = snapshot->summary;
    summary.erase("operation");
    rows.push_back(fmt::format("({}, {}, {}, {}, {}, {})", Milliseconds(snapshot->timestamp_ms), snapshot->snapshot_id,
                               Optional(snapshot->parent_snapshot_id), QuoteText(snapshot->operation()),
                               QuoteText(snapshot->manifest_list),
                               SqlMap(summary, [](const std::string& key, const std::string& value) {
                                 return std::pair(QuoteText(key), QuoteText(value));
                               })));
  }
  return rows;
}

Rows History(const TableMetadata& metadata) {
  Rows rows;
  for (const auto& row : iceberg::HistoryRows(metadata)) {
    rows.push_back(fmt::format("({}, {}, {}, {})", Milliseconds(row.made_current_at_ms), row.snapshot_id,
                               Optional(row.parent_id), row.is_current_ancestor));
  }
  return rows;
}

Rows Refs(const TableMetadata& metadata) {
  Rows rows;
  for (const auto& [name, ref] : metadata.refs) {
    rows.push_back(fmt::format("({}, '{}', {}, {}, {}, {})", QuoteText(name),
                               ref.kind == iceberg::SnapshotRef::Kind::kBranch ? "BRANCH" : "TAG", ref.snapshot_id,
                               Optional(ref.max_ref_age_ms), Optional(ref.min_snapshots_to_keep),
                               Optional(ref.max_snapshot_age_ms)));
  }
  return rows;
}

/// A bound of a column as text; NULL where it is absent or of a column that is gone.
std::string BoundText(const TableMetadata& metadata, int32_t field_id, const std::string& bytes) {
  const iceberg::NestedField* field = metadata.schema().FindField(field_id);
  if (field == nullptr) return "NULL";
  const auto literal = iceberg::FromSingleValueBytes(field->type, bytes);
  if (!literal.ok()) return "NULL";
  return QuoteText(iceberg::HumanPartitionValue(iceberg::Transform::Identity(), field->type, *literal));
}

std::string CountMap(const std::map<int32_t, int64_t>& counts) {
  return SqlMap(counts, [](int32_t id, int64_t count) { return std::pair(std::to_string(id), std::to_string(count)); });
}

std::string BoundMap(const TableMetadata& metadata, const std::map<int32_t, std::string>& bounds) {
  return SqlMap(bounds, [&](int32_t id, const std::string& bytes) {
    return std::pair(std::to_string(id), BoundText(metadata, id, bytes));
  });
}

std::string FileRow(const TableMetadata& metadata, const DataFile& file) {
  std::string key = "NULL";
  if (file.key_metadata)
    key = SqlLiteral(iceberg::Type(iceberg::TypeId::kBinary), iceberg::Literal(*file.key_metadata)).value_or("NULL");
  return fmt::format("({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})", static_cast<int>(file.content),
                     QuoteText(file.file_path), QuoteText(file.file_format), file.record_count, file.file_size_bytes,
                     CountMap(file.column_sizes), CountMap(file.value_counts), CountMap(file.null_value_counts),
                     CountMap(file.nan_value_counts), BoundMap(metadata, file.lower_bounds),
                     BoundMap(metadata, file.upper_bounds), key, SqlList(file.split_offsets),
                     SqlList(file.equality_ids));
}

Rows Files(const TableMetadata& metadata, const std::vector<iceberg::SnapshotManifest>& manifests) {
  Rows rows;
  for (const auto& manifest : manifests) {
    for (const auto& entry : manifest.manifest.entries) {
      if (entry.is_live()) rows.push_back(FileRow(metadata, entry.file));
    }
  }
  return rows;
}

/// One partition field's range in a manifest, as text.
std::string SummaryText(const iceberg::PartitionSpec& spec, const TableMetadata& metadata, size_t index,
                        const iceberg::FieldSummary& summary) {
  const auto types = iceberg::PartitionTypes(spec, metadata.schema());
  const auto bound = [&](const std::optional<std::string>& bytes) -> std::string {
    if (!bytes || index >= types.size() || index >= spec.fields.size()) return "NULL";
    const auto literal = iceberg::FromSingleValueBytes(types[index], *bytes);
    const iceberg::NestedField* source = metadata.schema().FindField(spec.fields[index].source_id);
    if (!literal.ok() || source == nullptr) return "NULL";
    return QuoteText(iceberg::HumanPartitionValue(spec.fields[index].transform, source->type, *literal));
  };
  return fmt::format("{{contains_null: {}, contains_nan: {}, lower_bound: {}, upper_bound: {}}}", summary.contains_null,
                     summary.contains_nan ? (*summary.contains_nan ? "true" : "false") : "NULL",
                     bound(summary.lower_bound), bound(summary.upper_bound));
}

Rows Manifests(const TableMetadata& metadata, const std::vector<iceberg::ManifestFile>& manifests) {
  Rows rows;
  for (const auto& manifest : manifests) {
    std::string summaries = "NULL";
    const iceberg::PartitionSpec* spec = metadata.FindSpec(manifest.partition_spec_id);
    if (spec != nullptr && manifest.partitions && !manifest.partitions->empty()) {
      summaries = "";
      for (size_t i = 0; i < manifest.partitions->size(); ++i) {
        summaries += (i > 0 ? ", " : "") + SummaryText(*spec, metadata, i, (*manifest.partitions)[i]);
      }
      summaries = "[" + summaries + "]";
    }
    rows.push_back(fmt::format("({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})", QuoteText(manifest.manifest_path),
                               manifest.manifest_length, manifest.partition_spec_id, manifest.added_snapshot_id,
                               Optional(manifest.added_files_count), Optional(manifest.added_rows_count),
                               Optional(manifest.existing_files_count), Optional(manifest.existing_rows_count),
                               Optional(manifest.deleted_files_count), Optional(manifest.deleted_rows_count),
                               summaries));
  }
  return rows;
}

constexpr std::string_view kSnapshotColumns =
    "committed_at TIMESTAMPTZ, snapshot_id BIGINT, parent_id BIGINT, operation VARCHAR, manifest_list VARCHAR, summary "
    "MAP(VARCHAR, VARCHAR)";
constexpr std::string_view kHistoryColumns =
    "made_current_at TIMESTAMPTZ, snapshot_id BIGINT, parent_id BIGINT, is_current_ancestor BOOLEAN";
constexpr std::string_view kRefColumns =
    "name VARCHAR, type VARCHAR, snapshot_id BIGINT, max_reference_age_in_ms BIGINT, min_snapshots_to_keep INTEGER, "
    "max_snapshot_age_in_ms BIGINT";
constexpr std::string_view kFileColumns =
    "content INTEGER, file_path VARCHAR, file_format VARCHAR, record_count BIGINT, file_size_in_bytes BIGINT, "
    "column_sizes MAP(INTEGER, BIGINT), "
    "value_counts MAP(INTEGER, BIGINT), null_value_counts MAP(INTEGER, BIGINT), nan_value_counts MAP(INTEGER, BIGINT), "
    "lower_bounds MAP(INTEGER, "
    "VARCHAR), upper_bounds MAP(INTEGER, VARCHAR), key_metadata BLOB, split_offsets BIGINT[], equality_ids INTEGER[]";
constexpr std::string_view kManifestColumns =
    "path VARCHAR, length BIGINT, partition_spec_id INTEGER, added_snapshot_id BIGINT, added_data_files_count INTEGER, "
    "added_rows_count BIGINT, "
    "existing_data_files_count INTEGER, existing_rows_count BIGINT, deleted_data_files_count INTEGER, "
    "deleted_rows_count BIGINT, partition_summaries "
    "STRUCT(contains_null BOOLEAN, contains_nan BOOLEAN, lower_bound VARCHAR, upper_bound VARCHAR)[]";

Status Fill(Database& database, const std::string& name, std::string_view columns, const Rows& rows) {
  const std::string quoted = QuoteIdentifier(name);
  FIRN_TRY(database.Execute(fmt::format("CREATE OR REPLACE TEMP TABLE {} ({})", quoted, columns)));
  for (size_t begin = 0; begin < rows.size(); begin += kRowsAnInsert) {
    std::string sql = "INSERT INTO " + quoted + " VALUES ";
    for (size_t i = begin; i < std::min(begin + kRowsAnInsert, rows.size()); ++i)
      sql += (i > begin ? ", " : "") + rows[i];
    FIRN_TRY(database.Execute(sql));
  }
  return OkStatus();
}

}  // namespace

std::optional<MetadataTable> ParseMetadataTable(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, MetadataTable>, 6> kNames = {
      {{"snapshots", MetadataTable::kSnapshots},
       {"history", MetadataTable::kHistory},
       {"files", MetadataTable::kFiles},
       {"manifests", MetadataTable::kManifests},
       {"partitions", MetadataTable::kPartitions},
       {"refs", MetadataTable::kRefs}}};
  for (const auto& [text, table] : kNames) {
    if (text == name) return table;
  }
  return std::nullopt;
}

Status MakeMetadataTable(Database& database, storage::Storage& storage, const MetadataRead& read) {
  const TableMetadata& metadata = *read.metadata;
  switch (read.table) {
    case MetadataTable::kSnapshots:
      return Fill(database, read.name, kSnapshotColumns, Snapshots(metadata));
    case MetadataTable::kHistory:
      return Fill(database, read.name, kHistoryColumns, History(metadata));
    case MetadataTable::kRefs:
      return Fill(database, read.name, kRefColumns, Refs(metadata));
    case MetadataTable::kManifests: {
      std::vector<iceberg::ManifestFile> manifests;
      if (read.snapshot != nullptr) {
        FIRN_ASSIGN(manifests, iceberg::ReadManifestList(storage, *read.snapshot));
      }
      return Fill(database, read.name, kManifestColumns, Manifests(metadata, manifests));
    }
    default:
      break;
  }
  std::vector<iceberg::SnapshotManifest> manifests;
  if (read.snapshot != nullptr) {
    FIRN_ASSIGN(manifests, iceberg::ReadSnapshot(storage, metadata, *read.snapshot));
  }
  if (read.table == MetadataTable::kFiles) return Fill(database, read.name, kFileColumns, Files(metadata, manifests));
  FIRN_ASSIGN(const PartitionTable partitions, MakePartitionTable(metadata, manifests));
  return Fill(database, read.name, partitions.columns, partitions.rows);
}

}  // namespace firn::query
