#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/pending_file.h"
#include "point/batch.h"
#include "storage/storage.h"

namespace firn::lake {

/// Where a table's rows are before `batches` become files: committed, and in files that are not committed yet.
struct HeldRows {
  const iceberg::TableMetadata& metadata;
  const std::vector<PendingFile>& files;  ///< in the order of their rows
  storage::Storage& storage;
};

/// Takes the rows that the table holds already out of the batches that say `only_if_absent`; gives their number.
///
/// A point whose tag set is whole is held when the table's latest values of its fields, by tags and time in ns, are its
/// own: InfluxDB merges the fields of what is written twice, so this may be several rows. Any other row is held when
/// one row has its tags, its time and its fields. Numbers are compared as numbers, whatever the type of the column.
/// Rows of `batches` (in order of origin) count for the batches behind them. What was deleted from the table counts as
/// held: it was taken once.
///
/// Reads of the files whose times may meet those of the rows, column by column, the columns that it compares. Memory:
/// about 200 bytes a row in question. kUnsupported where such a file is no Parquet.
Result<uint64_t> DropHeldPoints(std::vector<point::Batch>& batches, const HeldRows& held);

}  // namespace firn::lake
