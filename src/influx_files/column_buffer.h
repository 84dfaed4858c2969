#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/tsm/block.h"
#include "point/field_column.h"

namespace firn::influx_files {

/// A column of a batch in the making: takes whole runs of values, and fills up with nulls in between.
class ColumnBuffer {
 public:
  /// `expected_rows`: room to make at once.
  ColumnBuffer(std::string name, point::FieldType type, size_t expected_rows);

  size_t rows() const { return rows_; }
  size_t string_bytes() const { return values_.string_bytes.size(); }

  /// Makes the column `rows` long; the rows that are new have no value.
  void PadTo(size_t rows);
  /// Adds values [begin, end) of `from`, which is of the column's type.
  void Append(const tsm::BlockValues& from, size_t begin, size_t end);

  /// The finished column; the buffer is spent.
  point::FieldColumn Finish();

 private:
  void Mark(size_t begin, size_t end);

  std::string name_;
  tsm::BlockValues values_;         // without times
  std::vector<uint64_t> validity_;  // empty while every row has a value
  size_t rows_ = 0;
};

}  // namespace firn::influx_files
