#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/parquet/parquet_reader.h"
#include "iceberg/spec/data_file.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/lake_options.h"
#include "lake/schema_plan.h"
#include "point/batch.h"
#include "storage/storage.h"

namespace firn::lake {

/// A column of a data file and what it holds. A field's type is the one in which its values are read back.
struct StoredColumn {
  int32_t field_id = 0;
  ColumnKey key;
};

/// What the rows of a data file are, so that they can be read back as batches.
struct StoredContent {
  std::string measurement;  ///< of all rows; "" when they have several
  std::string database;
  bool series_intact = false;
  /// The file tells all that makes a row the same point as one of another file of the same measurement and database:
  /// nothing of its key was left out when it was written.
  bool comparable = false;
  int64_t time_unit_ns = 1'000;  ///< of the time column
  std::vector<StoredColumn> columns;

  std::optional<int32_t> IdOf(ColumnKey::Kind kind) const;
};

/// Adds the column to what is read back, unless it is there, or the table has it no more.
void AddStoredColumn(const iceberg::TableMetadata& metadata, const ColumnKey& key, int32_t field_id,
                     StoredContent& content);

/// What files of these batches, written by `plan`, hold.
StoredContent DescribeContent(const iceberg::TableMetadata& metadata, const SchemaPlan& plan,
                              std::span<const point::Batch* const> batches, const TableOptions& options);

/// Where rows come from, batch after batch: nothing at the end.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  virtual Result<std::optional<point::Batch>> Next() = 0;
};

enum class StoredParts : uint8_t {
  kAll,
  kKeys,  ///< times, tags, and the fields of `deduplicate_key`
};

/// Reads the rows of a data file, in file order. Each batch has a series table of its own, so that memory does not grow
/// with the file. `storage` outlives the source. kNotFound when the file is gone.
Result<std::unique_ptr<BatchSource>> ReadStoredRows(storage::Storage& storage, const iceberg::DataFile& file,
                                                    std::shared_ptr<const StoredContent> content, StoredParts parts,
                                                    const std::vector<std::string>& deduplicate_key);

}  // namespace firn::lake
