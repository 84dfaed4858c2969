#pragma once

// Internal to formats/parquet: the only place, with parquet_writer.cc, where Arrow's types meet Firn's.

#include <arrow/api.h>
#include <parquet/schema.h>
#include <parquet/statistics.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "formats/parquet/parquet_writer.h"

namespace firn::parquet {

/// The Parquet schema of a data file: flat, each column with its field id and both annotations.
std::shared_ptr<::parquet::schema::GroupNode> MakeParquetSchema(const std::vector<Column>& columns);

/// Makes Arrow arrays over Firn's memory: nothing is copied but booleans (packed to bits) and decimals (made
/// big-endian). Keeps what it had to make until the next call.
class ArrowView {
 public:
  /// kInternal when the values are not of the column's kind or not `rows` long.
  Result<std::shared_ptr<::arrow::Array>> Make(const Column& column, const ColumnValues& values, size_t rows);

 private:
  std::vector<uint8_t> made_;
};

/// Rows without a value.
size_t CountNulls(std::span<const uint64_t> validity, size_t rows);

/// Set NaNs of a floating-point column.
int64_t CountNans(const ColumnValues& values, size_t rows);

/// A lower and an upper bound over row groups, in Iceberg's binary form.
class BoundsMerger {
 public:
  explicit BoundsMerger(const Column& column) : column_(&column) {}
  /// Statistics of one row group's chunk with `set_values` values; null = none were kept.
  void Add(const std::shared_ptr<::parquet::Statistics>& statistics, int64_t set_values);
  void MoveInto(ColumnMetrics& metrics) &&;

 private:
  const Column* column_;
  bool valid_ = true;
  std::shared_ptr<::parquet::Statistics> min_;
  std::shared_ptr<::parquet::Statistics> max_;
};

}  // namespace firn::parquet
