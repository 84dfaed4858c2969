#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "iceberg/spec/data_file.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/lake_options.h"
#include "lake/point_coverage.h"
#include "lake/row_order.h"
#include "lake/schema_plan.h"
#include "lake/stored_rows.h"
#include "storage/storage.h"

namespace firn::lake {

/// What rows are written to files with.
struct DataFileContext {
  const iceberg::TableMetadata& metadata;
  const SchemaPlan& plan;  ///< nothing left to add
  const TableOptions& options;
  storage::Storage& storage;
  Random& random;
};

struct WrittenFile {
  iceberg::DataFile file;
  PointCoverage coverage;
};

struct DataFilesWritten {
  std::vector<WrittenFile> files;
  std::shared_ptr<const StoredContent> content;  ///< of each of them
  /// Every point is later than what `series` had noted of its series: no file written since BeginTimes holds any of
  /// them.
  bool ahead = false;
  uint64_t merged_rows = 0;
};

/// Writes all rows of `batches` (in order of position: later ones win) as data files of the table, partition after
/// partition, and a file after another where one reaches the target size. On an error, what was written is deleted
/// again.
Result<DataFilesWritten> WriteDataFiles(const DataFileContext& context, std::span<const point::Batch* const> batches,
                                        SeriesIndex& series);

/// Puts a written file's size, counts and bounds into its manifest entry, as far as each column's metrics mode says.
void FillMetrics(const std::vector<parquet::Column>& columns, const parquet::FileMetrics& metrics,
                 iceberg::DataFile& file);

/// Where a data file goes: `<data>/<partition path>/<name>`, or the hashed layout of `write.object-storage.enabled`.
std::string DataFileLocation(const iceberg::TableMetadata& metadata, const iceberg::PartitionValues& partition,
                             const std::string& name);

}  // namespace firn::lake
