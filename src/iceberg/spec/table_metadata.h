#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/spec/partition_spec.h"
#include "iceberg/spec/schema.h"
#include "iceberg/spec/snapshot.h"
#include "iceberg/spec/sort_order.h"

namespace firn::iceberg {

/// Everything that one metadata.json says (Iceberg spec, "Table Metadata"). A value: copies share schemas and
/// snapshots, so copying costs a pointer a snapshot. Read through `std::shared_ptr<const TableMetadata>`, which is
/// thread-safe.
struct TableMetadata {
  int32_t format_version = 2;
  std::string table_uuid;
  std::string location;  ///< no trailing slash
  int64_t last_sequence_number = 0;
  int64_t last_updated_ms = 0;
  int32_t last_column_id = 0;
  std::vector<std::shared_ptr<const Schema>> schemas;
  int32_t current_schema_id = 0;
  std::vector<PartitionSpec> partition_specs;
  int32_t default_spec_id = 0;
  int32_t last_partition_id = kFirstPartitionFieldId - 1;
  std::vector<SortOrder> sort_orders;
  int32_t default_sort_order_id = 0;
  StringMap properties;
  std::optional<int64_t> current_snapshot_id;
  std::vector<SnapshotPtr> snapshots;
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::map<std::string, SnapshotRef> refs;
  std::vector<StatisticsFile> statistics;
  std::vector<StatisticsFile> partition_statistics;
  int64_t next_row_id = 0;                   ///< v3
  std::vector<std::string> encryption_keys;  ///< v3; JSON objects carried through unread

  /// The parsers guarantee that the current schema, spec and order exist.
  const Schema& schema() const;
  const PartitionSpec& spec() const;
  const SortOrder& sort_order() const;

  const Schema* FindSchema(int32_t schema_id) const;
  const PartitionSpec* FindSpec(int32_t spec_id) const;
  const SortOrder* FindSortOrder(int32_t order_id) const;
  /// Null where there is none.
  SnapshotPtr FindSnapshot(int64_t snapshot_id) const;
  SnapshotPtr current_snapshot() const;
  /// Snapshot of a branch or tag; null where the ref is unknown.
  SnapshotPtr FindRef(const std::string& name) const;
  /// The snapshot that was current on main at `timestamp_ms`, by the snapshot log; null before the first.
  SnapshotPtr SnapshotAsOf(int64_t timestamp_ms) const;
  /// Schema of a snapshot: its schema-id, else the current one.
  const Schema& SchemaOf(const Snapshot& snapshot) const;
  /// From `snapshot_id` back to the first whose parent is gone; bounded by the number of snapshots.
  std::vector<SnapshotPtr> AncestorsOf(int64_t snapshot_id) const;

  std::string Property(const std::string& key, const std::string& otherwise) const;
  /// `otherwise` also where the property is no number.
  int64_t IntegerProperty(const std::string& key, int64_t otherwise) const;
  bool BoolProperty(const std::string& key, bool otherwise) const;
  std::string DataLocation() const;      ///< write.data.path, else <location>/data
  std::string MetadataLocation() const;  ///< write.metadata.path, else <location>/metadata
};

using TableMetadataPtr = std::shared_ptr<const TableMetadata>;

/// What must hold in any metadata: ids unique, references met, logs in order within 60 s
/// (docs/formats/iceberg_metadata.md). kCorrupt otherwise.
Status Validate(const TableMetadata& metadata);

}  // namespace firn::iceberg
