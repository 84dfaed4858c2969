#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "iceberg/manifests/manifest_reader.h"
#include "iceberg/scan/expression.h"
#include "iceberg/spec/table_metadata.h"
#include "storage/storage.h"

namespace firn::iceberg {

/// A delete file or vector that applies to a task's data file.
struct DeleteFile {
  DataFile file;
  int64_t sequence_number = 0;
};

/// One data file to read.
struct ScanTask {
  DataFile file;  ///< with spec_id and partition values
  int64_t sequence_number = 0;
  int64_t file_sequence_number = 0;
  int64_t added_snapshot_id = 0;
  /// Shared between tasks. Position deletes are absent where a vector applies.
  std::vector<std::shared_ptr<const DeleteFile>> deletes;
};

struct ScanOptions {
  ExpressionPtr filter;  ///< null = all rows
  /// Schema that `filter` speaks about; null = the snapshot's.
  const Schema* schema = nullptr;
  bool with_deletes = true;  ///< false: data files only, deletes not even read
};

struct ScanPlan {
  std::vector<ScanTask> tasks;
  int64_t manifests_total = 0;
  int64_t manifests_read = 0;  ///< the others were ruled out by partition summaries
  int64_t files_total = 0;     ///< live data files in the manifests that were read
};

/// The data files of `snapshot` that may hold rows for which the filter is true: pruned by partition summaries of
/// manifests, by partition values and by column bounds. May give a file too many, never one too few.
Result<ScanPlan> PlanFiles(storage::Storage& storage, const TableMetadata& metadata, const Snapshot& snapshot,
                           const ScanOptions& options);

/// Every entry of a snapshot's manifests, deleted ones included, with the manifests: the base of the metadata tables.
struct SnapshotManifest {
  ManifestFile line;
  Manifest manifest;
};
Result<std::vector<SnapshotManifest>> ReadSnapshot(storage::Storage& storage, const TableMetadata& metadata,
                                                   const Snapshot& snapshot);

}  // namespace firn::iceberg
