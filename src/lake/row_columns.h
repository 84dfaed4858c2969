#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "formats/parquet/parquet_writer.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/row_order.h"
#include "lake/schema_plan.h"

namespace firn::lake {

/// One column of a data file and where its values are.
struct FileColumn {
  ColumnKey::Kind kind = ColumnKey::Kind::kField;
  parquet::Column column;
  int tag = -1;  ///< position in SeriesIndex::tags(); -1 = no series has it
  /// By batch: the columns that hold its values (one, or several where types mix; a row is set in at most one).
  std::vector<std::vector<const point::FieldColumn*>> fields;
};

/// The columns of the files that `batches` become: those that hold a value, in the order of the table's schema.
std::vector<FileColumn> MakeFileColumns(const iceberg::TableMetadata& metadata, const SchemaPlan& plan,
                                        std::span<const point::Batch* const> batches, const SeriesIndex& series);

/// Decides by a sample of the rows which columns are written with a dictionary.
void ChooseDictionaries(std::vector<FileColumn>& columns, const RowOrder& order);

/// Gathers the columns of a range of output rows out of the batches, one column at a time, into memory that the next
/// one uses again. Everything passed in outlives it.
class RowColumns final : public parquet::ColumnSource {
 public:
  RowColumns(const std::vector<FileColumn>& columns, const RowOrder& order, const SeriesIndex& series)
      : columns_(columns), order_(order), series_(series) {}

  /// The range of the next row group; `runs` are the order's runs that it touches.
  void SetRange(size_t begin, size_t end);

  Result<parquet::ColumnValues> Values(size_t index) override;

 private:
  parquet::ColumnValues Times(const FileColumn& column);
  parquet::ColumnValues TimeNanos();
  parquet::ColumnValues Tags(const FileColumn& column);
  Result<parquet::ColumnValues> Strings(const FileColumn& column);
  template <typename T>
  parquet::ColumnValues Numbers(const FileColumn& column, std::vector<T>& out);
  /// The rows to read for a column: the order's own, with merged points replaced by the last source that has the field.
  std::span<const RowAt> RowsFor(const FileColumn& column);

  const std::vector<FileColumn>& columns_;
  const RowOrder& order_;
  const SeriesIndex& series_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t first_run_ = 0;
  std::vector<RowAt> patched_rows_;
  std::vector<uint64_t> validity_;
  std::vector<int64_t> int64s_;
  std::vector<int32_t> int32s_;
  std::vector<uint64_t> uint64s_;
  std::vector<double> doubles_;
  std::vector<float> floats_;
  std::vector<uint8_t> booleans_;
  std::vector<int32_t> offsets_;
  std::string bytes_;
};

}  // namespace firn::lake
