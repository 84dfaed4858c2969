#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/pending_file.h"
#include "lake/schema_plan.h"
#include "point/batch.h"
#include "storage/storage.h"

namespace firn::lake {

/// Where a table's rows are before `batches` become files: committed, and in files that are not committed yet.
struct HeldRows {
  const iceberg::TableMetadata& metadata;
  const std::vector<PendingFile>& files;  ///< in the order of their rows
  storage::Storage& storage;
  SchemaPlanOptions plan_options;  ///< of the table
  /// Rows looked for at once, about 200 bytes each. More take more passes over the files of their times.
  size_t rows_a_pass = 250'000;
};

/// Takes the rows that the table holds already out of the batches that say `only_if_absent`; gives their number.
///
/// A point whose tag set is whole is held when the table's latest values of its fields, by tags and time in ns, are its
/// own: InfluxDB merges the fields of what is written twice, so this may be several rows. Any other row is held when
/// one row has its tags, its time and its fields. Numbers are compared as numbers, whatever the type of the column.
/// Rows of `batches` (in order of origin) count for the batches behind them. Rows that delete files delete count as
/// held: they were taken once. Rows whose data file somebody wrote anew without them are gone, and taken again.
///
/// Values that the table has no column for (dropped by somebody, refused) are not compared, else their rows would be
/// new each time. Where that leaves out a tag, or nanoseconds, one row must have all that is left.
///
/// Reads of the files whose times may meet those of the rows, column by column, the columns that it compares. Memory:
/// 50 MB, and 8 bytes a row in question. kUnsupported where such a file is no Parquet, or has no field ids; what
/// PlanSchema says of a table that cannot take rows.
Result<uint64_t> DropHeldPoints(std::vector<point::Batch>& batches, const HeldRows& held);

}  // namespace firn::lake
