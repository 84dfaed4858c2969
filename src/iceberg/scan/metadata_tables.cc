#include "iceberg/scan/metadata_tables.h"

#include <map>
#include <set>

#include "iceberg/scan/delete_index.h"

namespace firn::iceberg {

std::vector<HistoryRow> HistoryRows(const TableMetadata& metadata) {
  std::set<int64_t> line;
  if (metadata.current_snapshot_id) {
    for (const SnapshotPtr& snapshot : metadata.AncestorsOf(*metadata.current_snapshot_id))
      line.insert(snapshot->snapshot_id);
  }
  std::vector<HistoryRow> rows;
  for (const SnapshotLogEntry& entry : metadata.snapshot_log) {
    const SnapshotPtr snapshot = metadata.FindSnapshot(entry.snapshot_id);
    HistoryRow row;
    row.made_current_at_ms = entry.timestamp_ms;
    row.snapshot_id = entry.snapshot_id;
    if (snapshot != nullptr) row.parent_id = snapshot->parent_snapshot_id;
    row.is_current_ancestor = line.contains(entry.snapshot_id);
    rows.push_back(row);
  }
  return rows;
}

std::vector<MetadataLogRow> MetadataLogRows(const TableMetadata& metadata, const std::string& metadata_location) {
  std::vector<MetadataLogEntry> log = metadata.metadata_log;
  log.push_back({metadata.last_updated_ms, metadata_location});
  std::vector<MetadataLogRow> rows;
  for (MetadataLogEntry& entry : log) {
    MetadataLogRow row;
    row.timestamp_ms = entry.timestamp_ms;
    row.file = std::move(entry.metadata_file);
    if (const SnapshotPtr snapshot = metadata.SnapshotAsOf(entry.timestamp_ms)) {
      row.latest_snapshot_id = snapshot->snapshot_id;
      row.latest_schema_id = snapshot->schema_id;
      row.latest_sequence_number = snapshot->sequence_number;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<PartitionRow> PartitionRows(const TableMetadata& metadata, const std::vector<SnapshotManifest>& manifests) {
  std::map<std::string, PartitionRow> rows;
  for (const SnapshotManifest& part : manifests) {
    for (const ManifestEntry& entry : part.manifest.entries) {
      if (!entry.is_live()) continue;
      PartitionRow& row = rows[PartitionKey(entry.file)];
      row.spec_id = entry.file.spec_id;
      row.values = entry.file.partition;
      if (entry.file.content == FileContent::kData) {
        row.record_count += entry.file.record_count;
        ++row.file_count;
        row.data_size_bytes += entry.file.file_size_bytes;
      } else if (entry.file.content == FileContent::kPositionDeletes) {
        row.position_delete_records += entry.file.record_count;
        ++row.position_delete_files;
      } else {
        row.equality_delete_records += entry.file.record_count;
        ++row.equality_delete_files;
      }
      const SnapshotPtr snapshot = metadata.FindSnapshot(entry.snapshot_id.value_or(0));
      if (snapshot == nullptr || row.last_updated_ms.value_or(INT64_MIN) > snapshot->timestamp_ms) continue;
      row.last_updated_ms = snapshot->timestamp_ms;
      row.last_updated_snapshot_id = snapshot->snapshot_id;
    }
  }
  std::vector<PartitionRow> out;
  for (auto& [key, row] : rows) out.push_back(std::move(row));
  return out;
}

}  // namespace firn::iceberg
