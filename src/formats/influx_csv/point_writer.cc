#include "formats/influx_csv/point_writer.h"

#include <utility>

namespace firn::influx_csv {
namespace {

/// The builder keeps tag sets from batch to batch. After so much text it is replaced, which bounds them.
constexpr size_t kBuilderLifetimeBytes = 64 << 20;

template <typename T>
Result<point::FieldValue> ValueOr(std::optional<T> value, const Column& column, std::string_view text,
                                  std::string_view type) {
  if (value) return point::FieldValue(*value);
  return InvalidInput("column '{}' is no {}: {}", column.name, type, text.substr(0, 100));
}

}  // namespace

point::BatchLimits PointWriter::Limits(const DecoderOptions& options) {
  point::BatchLimits limits;
  limits.rows = options.batch_rows;
  return limits;
}

Status PointWriter::BeginTable(const TableSchema& schema) {
  if (waiting_rows_ > 0 && schema.series_intact != series_intact_) FIRN_TRY(HandOver());
  series_intact_ = schema.series_intact;
  schema_ = &schema;
  return OkStatus();
}

Status PointWriter::AddRow(const std::vector<std::string_view>& cells, size_t row_bytes) {
  time_.reset();
  stop_ = measurement_ = field_name_ = value_ = {};
  value_column_ = nullptr;
  tags_.clear();
  fields_.clear();
  for (size_t i = 1; i < cells.size(); ++i) {
    const Column& column = schema_->columns[i];
    if (column.role <= Role::kTableId) continue;
    const std::string_view text = TextOf(column, cells[i]);
    if (text.empty()) continue;
    FIRN_TRY(TakeCell(column, text));
  }
  if (time_ && options_.keep && (*time_ < options_.keep->from || *time_ >= options_.keep->to)) {
    ++counts_.rows_outside_range;
    return OkStatus();
  }
  // The value comes last: where another column has the name that `_field` gives, the builder keeps the later one.
  if (value_column_ != nullptr) {
    FIRN_TRY(AddField(*value_column_, field_name_.empty() ? std::string_view("_value") : field_name_, value_));
  }
  if (fields_.empty()) {
    ++counts_.rows_without_fields;
    return OkStatus();
  }
  if (!options_.measurement.empty()) measurement_ = options_.measurement;
  if (measurement_.empty()) measurement_ = options_.default_measurement;
  if (measurement_.empty()) return InvalidInput("there is no _measurement, and no name was given for such rows");
  FIRN_ASSIGN(const int64_t time, TimeOfRow());

  builder_.Add(measurement_, tags_, fields_, time);
  ++counts_.rows_taken;
  ++waiting_rows_;
  waiting_bytes_ += row_bytes;
  return waiting_rows_ >= options_.batch_rows || waiting_bytes_ >= options_.batch_bytes ? HandOver() : OkStatus();
}

Status PointWriter::TakeCell(const Column& column, std::string_view text) {
  switch (column.role) {
    case Role::kTime:
      return TakeTime(text);
    case Role::kStop:
      stop_ = text;
      break;
    case Role::kMeasurement:
      measurement_ = text;
      break;
    case Role::kFieldName:
      field_name_ = text;
      break;
    case Role::kValue:
      value_column_ = &column, value_ = text;
      break;
    case Role::kTag:
      tags_.push_back({column.name, text});
      break;
    case Role::kField:
      return AddField(column, column.name, text);
    case Role::kIgnored:
    case Role::kTableId:
      break;
  }
  return OkStatus();
}

Status PointWriter::TakeTime(std::string_view text) {
  time_ = times_.Parse(text);
  if (time_) return OkStatus();
  return InvalidInput("column '_time' is no RFC 3339 time within 1677 to 2262: {}", text.substr(0, 100));
}

Result<int64_t> PointWriter::TimeOfRow() const {
  if (time_) return *time_;
  if (!stop_.empty()) {
    if (const auto stop = TimeParser().Parse(stop_)) return *stop;
    return InvalidInput("column '_stop' is no RFC 3339 time within 1677 to 2262: {}", stop_.substr(0, 100));
  }
  if (options_.default_time) return *options_.default_time;
  return InvalidInput(
      "there is neither _time nor _stop; give the rows a time, as duplicate(column: \"_stop\", as: \"_time\")");
}

Status PointWriter::AddField(const Column& column, std::string_view name, std::string_view text) {
  FIRN_ASSIGN(const point::FieldValue value, ParseValue(column, text));
  fields_.push_back({name, value});
  return OkStatus();
}

Result<point::FieldValue> PointWriter::ParseValue(const Column& column, std::string_view text) {
  switch (column.type) {
    case DataType::kDouble:
      return ValueOr(ParseDouble(text), column, text, "double");
    case DataType::kLong:
      return ValueOr(ParseLong(text), column, text, "long");
    case DataType::kUnsignedLong:
      return ValueOr(ParseUnsignedLong(text), column, text, "unsignedLong");
    case DataType::kBoolean:
      return ValueOr(ParseBoolean(text), column, text, "boolean");
    case DataType::kDateTime:
      return ValueOr(times_.Parse(text), column, text, "dateTime");
    case DataType::kUntyped:
      return InferValue(text);
    case DataType::kString:
    case DataType::kBase64Binary:
    case DataType::kDuration:
      break;
  }
  return point::FieldValue(text);
}

point::FieldValue PointWriter::InferValue(std::string_view text) const {
  if (options_.untyped == UntypedCells::kInfer) {
    if (const auto number = ParseDouble(text)) return *number;
    if (const auto boolean = ParseBoolean(text)) return *boolean;
  }
  return text;
}

Status PointWriter::HandOver() {
  if (waiting_rows_ == 0) return OkStatus();
  std::vector<point::Batch> batches = builder_.Take();
  for (point::Batch& batch : batches) {
    batch.database = options_.database;
    batch.series_intact = series_intact_;
  }
  bytes_since_reset_ += waiting_bytes_;
  waiting_rows_ = waiting_bytes_ = 0;
  if (bytes_since_reset_ >= kBuilderLifetimeBytes) {
    builder_ = point::BatchBuilder(Limits(options_));
    bytes_since_reset_ = 0;
  }
  return sink_(std::move(batches));
}

}  // namespace firn::influx_csv
