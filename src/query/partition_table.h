#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/scan/plan_files.h"

namespace firn::query {

/// `t$partitions` as SQL: a row a partition, with the least and greatest value of each plain column over its data
/// files.
struct PartitionTable {
  std::string columns;            ///< of CREATE TABLE
  std::vector<std::string> rows;  ///< each `(…)` of an INSERT
};

/// Columns: partition (a struct of every partition field of every spec; left out where there is none), record_count,
/// file_count, total_size, data (a struct a column: min, max, null_count, nan_count; null where a file does not tell).
Result<PartitionTable> MakePartitionTable(const iceberg::TableMetadata& metadata,
                                          const std::vector<iceberg::SnapshotManifest>& manifests);

}  // namespace firn::query
