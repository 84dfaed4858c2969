#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/scan/plan_files.h"

/// Rows of the metadata tables that are not simply lists in TableMetadata (snapshots and refs are).

namespace firn::iceberg {

struct HistoryRow {
  int64_t made_current_at_ms = 0;
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_id;  ///< also absent where the snapshot is gone
  bool is_current_ancestor = false;
};
std::vector<HistoryRow> HistoryRows(const TableMetadata& metadata);

struct MetadataLogRow {
  int64_t timestamp_ms = 0;
  std::string file;
  std::optional<int64_t> latest_snapshot_id;
  std::optional<int32_t> latest_schema_id;
  std::optional<int64_t> latest_sequence_number;
};
/// The log, and the current file last.
std::vector<MetadataLogRow> MetadataLogRows(const TableMetadata& metadata, const std::string& metadata_location);

/// One partition of a snapshot, over all its live files.
struct PartitionRow {
  int32_t spec_id = 0;
  PartitionValues values;
  int64_t record_count = 0;  ///< rows in data files, deletes not subtracted
  int32_t file_count = 0;
  int64_t data_size_bytes = 0;
  int64_t position_delete_records = 0;
  int32_t position_delete_files = 0;
  int64_t equality_delete_records = 0;
  int32_t equality_delete_files = 0;
  std::optional<int64_t> last_updated_ms;
  std::optional<int64_t> last_updated_snapshot_id;
};
std::vector<PartitionRow> PartitionRows(const TableMetadata& metadata, const std::vector<SnapshotManifest>& manifests);

}  // namespace firn::iceberg
