#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/influx_csv/annotated_csv_decoder.h"
#include "formats/influx_csv/cell_values.h"
#include "formats/influx_csv/table_schema.h"
#include "point/batch_builder.h"

namespace firn::influx_csv {

/// Turns rows of tables into batches and hands these over when enough has come together. Not thread-safe.
class PointWriter {
 public:
  /// `counts` outlives the writer.
  PointWriter(const DecoderOptions& options, BatchSink sink, DecoderCounts& counts)
      : options_(options), sink_(std::move(sink)), counts_(counts), builder_(Limits(options)) {}

  /// Begins a table; `schema` stays alive until the next call.
  Status BeginTable(const TableSchema& schema);
  /// `cells` has one entry a column. Errors of this row are kInvalidInput without its number; others come from the
  /// sink.
  Status AddRow(const std::vector<std::string_view>& cells, size_t row_bytes);
  /// Hands over what has come together.
  Status HandOver();

 private:
  static point::BatchLimits Limits(const DecoderOptions& options);
  /// The cell, or the column's default where it is empty.
  static std::string_view TextOf(const Column& column, std::string_view cell) {
    return cell.empty() ? std::string_view(column.default_value) : cell;
  }
  Status TakeCell(const Column& column, std::string_view text);
  Status AddField(const Column& column, std::string_view name, std::string_view text);
  Result<point::FieldValue> ParseValue(const Column& column, std::string_view text);
  point::FieldValue InferValue(std::string_view text) const;
  Result<int64_t> TimeOfRow() const;
  Status TakeTime(std::string_view text);

  DecoderOptions options_;
  BatchSink sink_;
  DecoderCounts& counts_;
  point::BatchBuilder builder_;
  const TableSchema* schema_ = nullptr;
  bool series_intact_ = true;  // of the rows in builder_
  size_t waiting_rows_ = 0;
  size_t waiting_bytes_ = 0;
  size_t bytes_since_reset_ = 0;
  TimeParser times_;

  // Of the row at hand.
  std::optional<int64_t> time_;
  std::string_view stop_;
  std::string_view measurement_;
  std::string_view field_name_;
  const Column* value_column_ = nullptr;
  std::string_view value_;
  std::vector<point::Tag> tags_;
  std::vector<point::Field> fields_;
};

}  // namespace firn::influx_csv
