#include "lake/row_columns.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "base/checksum.h"
#include "base/floor_divide.h"
#include "lake/value_conversion.h"

namespace firn::lake {
namespace {

using parquet::ColumnType;
using parquet::ColumnValues;
using point::Batch;
using point::FieldColumn;
using point::FieldType;

constexpr size_t kSampleRows = 2'048;

/// The column of `fields` that is set in the row; null where none is.
const FieldColumn* SetIn(const std::vector<const FieldColumn*>& fields, uint32_t row) {
  for (const FieldColumn* field : fields) {
    if (field->IsSet(row)) return field;
  }
  return nullptr;
}

template <typename T>
T NumberAt(const FieldColumn& field, uint32_t row) {
  switch (field.type()) {
    case FieldType::kFloat64:
      return static_cast<T>(field.float64s()[row]);
    case FieldType::kInt64:
      return static_cast<T>(field.int64s()[row]);
    case FieldType::kUint64:
      return static_cast<T>(field.uint64s()[row]);
    case FieldType::kBoolean:
      return static_cast<T>(field.booleans()[row]);
    case FieldType::kString:
      break;
  }
  return T{};
}

/// The array of a column whose values are T as they are; null otherwise.
template <typename T>
const T* ArrayOf(const FieldColumn& field) {
  if constexpr (std::is_same_v<T, double>) {
    return field.type() == FieldType::kFloat64 ? field.float64s().data() : nullptr;
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return field.type() == FieldType::kInt64 ? field.int64s().data() : nullptr;
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return field.type() == FieldType::kUint64 ? field.uint64s().data() : nullptr;
  } else if constexpr (std::is_same_v<T, uint8_t>) {
    return field.type() == FieldType::kBoolean ? field.booleans().data() : nullptr;
  } else {
    return nullptr;
  }
}

void SetBit(std::vector<uint64_t>& bits, size_t row) {
  bits[row >> 6] |= uint64_t{1} << (row & 63);
}

parquet::MetricsMode ModeFor(const iceberg::TableMetadata& metadata, const iceberg::NestedField& field, bool sorts,
                             size_t position) {
  using Kind = parquet::MetricsMode::Kind;
  const std::string fallback = metadata.Property("write.metadata.metrics.default", "");
  const auto inferred =
      static_cast<size_t>(metadata.IntegerProperty("write.metadata.metrics.max-inferred-column-defaults", 100));
  std::string text = metadata.Property("write.metadata.metrics.column." + field.name, fallback);
  if (text.empty() && position >= inferred && !sorts) text = "none";
  parquet::MetricsMode mode;
  if (text == "full") mode.kind = Kind::kFull;
  if (text == "counts") mode.kind = Kind::kCounts;
  if (text == "none") mode.kind = Kind::kNone;
  if (text.starts_with("truncate(")) mode.length = static_cast<size_t>(std::max(1, std::atoi(text.c_str() + 9)));
  if (sorts && (mode.kind == Kind::kNone || mode.kind == Kind::kCounts)) mode.kind = Kind::kTruncate;
  return mode;
}

}  // namespace

std::vector<FileColumn> MakeFileColumns(const iceberg::TableMetadata& metadata, const SchemaPlan& plan,
                                        std::span<const Batch* const> batches, const SeriesIndex& series) {
  std::vector<FileColumn> columns;
  const auto& fields = metadata.schema().fields();
  for (size_t position = 0; position < fields.size(); ++position) {
    const iceberg::NestedField& field = fields[position];
    FileColumn column;
    bool known = false;
    for (const auto& [key, id] : plan.target) {
      if (id != field.id) continue;
      known = true;
      column.kind = key.kind;
      if (key.kind == ColumnKey::Kind::kTag) column.tag = series.FindTag(key.name);
      if (key.kind != ColumnKey::Kind::kField) continue;
      column.fields.resize(batches.size());
      for (size_t b = 0; b < batches.size(); ++b) {
        const int index = batches[b]->FindField(key.name, key.type);
        if (index >= 0) column.fields[b].push_back(&batches[b]->fields[static_cast<size_t>(index)]);
      }
    }
    const auto type = ParquetTypeFor(field.type);
    if (!known || !type) continue;
    const bool sorts = column.kind != ColumnKey::Kind::kField;
    column.column = {field.name,
                     field.id,
                     *type,
                     field.required,
                     column.kind == ColumnKey::Kind::kTag,
                     ModeFor(metadata, field, sorts, position)};
    columns.push_back(std::move(column));
  }
  return columns;
}

void ChooseDictionaries(std::vector<FileColumn>& columns, const RowOrder& order) {
  // A run of rows next to each other would show one series only, so the sample is spread over all of them; an odd step
  // does not fall in with series of equal length.
  const size_t step = std::max<size_t>(1, order.rows.size() / kSampleRows) | 1;
  std::vector<uint64_t> sample;
  for (FileColumn& column : columns) {
    if (column.kind != ColumnKey::Kind::kField) continue;
    sample.clear();
    for (size_t i = 0; i < order.rows.size(); i += step) {
      const RowAt at = order.rows[i];
      const FieldColumn* field = SetIn(column.fields[at.batch], at.row);
      if (field == nullptr) continue;
      switch (field->type()) {
        case FieldType::kFloat64:
          sample.push_back(std::bit_cast<uint64_t>(field->float64s()[at.row]));
          break;
        case FieldType::kInt64:
          sample.push_back(static_cast<uint64_t>(field->int64s()[at.row]));
          break;
        case FieldType::kUint64:
          sample.push_back(field->uint64s()[at.row]);
          break;
        case FieldType::kBoolean:
          break;
        case FieldType::kString:
          sample.push_back(HashBytes(field->StringAt(at.row)));
          break;
      }
    }
    column.column.dictionary = parquet::DictionaryPays(sample, order.rows.size());
  }
}

void RowColumns::SetRange(size_t begin, size_t end) {
  begin_ = begin;
  end_ = end;
  const auto first = std::partition_point(order_.runs.begin(), order_.runs.end(),
                                          [begin](const SeriesRun& run) { return run.end <= begin; });
  first_run_ = static_cast<size_t>(first - order_.runs.begin());
  patched_rows_.clear();
}

Result<ColumnValues> RowColumns::Values(size_t index) {
  const FileColumn& column = columns_[index];
  switch (column.kind) {
    case ColumnKey::Kind::kTime:
      return Times(column);
    case ColumnKey::Kind::kTimeNanos:
      return TimeNanos();
    case ColumnKey::Kind::kTag:
      return Tags(column);
    case ColumnKey::Kind::kField:
      break;
  }
  switch (column.column.type) {
    case ColumnType::kBoolean:
      return Numbers(column, booleans_);
    case ColumnType::kInt:
      return Numbers(column, int32s_);
    case ColumnType::kLong:
      return Numbers(column, int64s_);
    case ColumnType::kFloat:
      return Numbers(column, floats_);
    case ColumnType::kDouble:
      return Numbers(column, doubles_);
    case ColumnType::kDecimal20:
      return Numbers(column, uint64s_);
    case ColumnType::kString:
    case ColumnType::kBinary:
      return Strings(column);
    default:
      return Internal("column {}: a field does not go to a timestamp column", column.column.name);
  }
}

ColumnValues RowColumns::Times(const FileColumn& column) {
  const std::span<const int64_t> times(order_.times.data() + begin_, end_ - begin_);
  if (column.column.type == ColumnType::kTimestampTzNs || column.column.type == ColumnType::kTimestampNs)
    return {times, {}};
  int64s_.resize(times.size());
  for (size_t i = 0; i < times.size(); ++i) int64s_[i] = FloorDivide(times[i], 1'000);
  return {std::span<const int64_t>(int64s_), {}};
}

ColumnValues RowColumns::TimeNanos() {
  int32s_.resize(end_ - begin_);
  for (size_t i = begin_; i < end_; ++i) {
    int32s_[i - begin_] = static_cast<int32_t>(order_.times[i] - FloorDivide(order_.times[i], 1'000) * 1'000);
  }
  return {std::span<const int32_t>(int32s_), {}};
}

ColumnValues RowColumns::Tags(const FileColumn& column) {
  int32s_.assign(end_ - begin_, 0);
  offsets_.assign(1, 0);
  bytes_.clear();
  const SeriesIndex::TagKey* tag = column.tag < 0 ? nullptr : &series_.tags()[static_cast<size_t>(column.tag)];
  // Rows come in runs of one series, so that values are looked at once a run; they become codes in order of first use.
  const auto for_each_run = [&](const auto& visit) {
    for (size_t r = first_run_; tag != nullptr && r < order_.runs.size() && order_.runs[r].begin < end_; ++r) {
      const SeriesRun& run = order_.runs[r];
      visit(tag->codes.Of(run.series), std::max(run.begin, begin_) - begin_, std::min(run.end, end_) - begin_);
    }
  };
  bool absent = tag == nullptr;
  std::unordered_map<uint32_t, int32_t> code_of;
  uint32_t last_value = 0;
  int32_t code = 0;
  for_each_run([&](uint32_t value, size_t from, size_t to) {
    if (value == 0) {
      absent = true;
      return;
    }
    if (value != last_value) {
      const auto [known, added] = code_of.emplace(value, static_cast<int32_t>(offsets_.size()) - 1);
      if (added) {
        bytes_ += tag->values[value - 1];
        offsets_.push_back(static_cast<int32_t>(bytes_.size()));
      }
      last_value = value;
      code = known->second;
    }
    std::fill(int32s_.begin() + static_cast<std::ptrdiff_t>(from), int32s_.begin() + static_cast<std::ptrdiff_t>(to),
              code);
  });
  if (offsets_.size() == 1) offsets_.push_back(0);
  ColumnValues values;
  values.values = parquet::DictionaryValues{int32s_, {offsets_, bytes_}};
  if (absent) {
    validity_.assign((end_ - begin_ + 63) / 64, 0);
    for_each_run([&](uint32_t value, size_t from, size_t to) {
      for (size_t row = from; value != 0 && row < to; ++row) SetBit(validity_, row);
    });
    values.validity = validity_;
  }
  return values;
}

std::span<const RowAt> RowColumns::RowsFor(const FileColumn& column) {
  const std::span<const RowAt> rows(order_.rows.data() + begin_, end_ - begin_);
  const auto first = std::partition_point(order_.merged.begin(), order_.merged.end(),
                                          [this](const MergedRow& merged) { return merged.output < begin_; });
  if (first == order_.merged.end() || first->output >= end_) return rows;
  if (patched_rows_.empty()) patched_rows_.assign(rows.begin(), rows.end());
  for (auto merged = first; merged != order_.merged.end() && merged->output < end_; ++merged) {
    RowAt chosen = merged->sources.back();
    for (auto source = merged->sources.rbegin(); source != merged->sources.rend(); ++source) {
      if (SetIn(column.fields[source->batch], source->row) == nullptr) continue;
      chosen = *source;
      break;
    }
    patched_rows_[merged->output - begin_] = chosen;
  }
  return patched_rows_;
}

namespace {

/// One batch's values of a column, as arrays; no values = the batch lacks the column.
template <typename T>
struct BatchArray {
  const T* values = nullptr;
  const uint64_t* validity = nullptr;  ///< null = all rows are set
};

/// The arrays of all batches, when each has at most one column for the values and that one holds T; else empty.
template <typename T>
std::vector<BatchArray<T>> ArraysOf(const FileColumn& column) {
  std::vector<BatchArray<T>> arrays(column.fields.size());
  for (size_t b = 0; b < column.fields.size(); ++b) {
    if (column.fields[b].empty()) continue;
    const FieldColumn& field = *column.fields[b][0];
    arrays[b] = {ArrayOf<T>(field), field.validity().empty() ? nullptr : field.validity().data()};
    if (column.fields[b].size() > 1 || arrays[b].values == nullptr) return {};
  }
  return arrays;
}

template <typename T>
bool HasHoles(const std::vector<BatchArray<T>>& arrays) {
  return std::any_of(arrays.begin(), arrays.end(),
                     [](const BatchArray<T>& array) { return array.values == nullptr || array.validity != nullptr; });
}

}  // namespace

template <typename T>
ColumnValues RowColumns::Numbers(const FileColumn& column, std::vector<T>& out) {
  const std::span<const RowAt> rows = RowsFor(column);
  out.resize(rows.size());
  const std::vector<BatchArray<T>> arrays = ArraysOf<T>(column);
  if (!arrays.empty() && !HasHoles(arrays)) {
    for (size_t i = 0; i < rows.size(); ++i) out[i] = arrays[rows[i].batch].values[rows[i].row];
    return {std::span<const T>(out), {}};
  }
  validity_.assign((rows.size() + 63) / 64, 0);
  for (size_t i = 0; !arrays.empty() && i < rows.size(); ++i) {
    const BatchArray<T>& array = arrays[rows[i].batch];
    const uint32_t row = rows[i].row;
    const bool set =
        array.values != nullptr && (array.validity == nullptr || ((array.validity[row >> 6] >> (row & 63)) & 1) != 0);
    out[i] = set ? array.values[row] : T{};
    validity_[i >> 6] |= uint64_t{set} << (i & 63);
  }
  for (size_t i = 0; arrays.empty() && i < rows.size(); ++i) {  // types mix: conversions, value by value
    const FieldColumn* field = SetIn(column.fields[rows[i].batch], rows[i].row);
    out[i] = field == nullptr ? T{} : NumberAt<T>(*field, rows[i].row);
    if (field != nullptr) SetBit(validity_, i);
  }
  return {std::span<const T>(out), validity_};
}

Result<ColumnValues> RowColumns::Strings(const FileColumn& column) {
  const std::span<const RowAt> rows = RowsFor(column);
  offsets_.assign(1, 0);
  offsets_.reserve(rows.size() + 1);
  bytes_.clear();
  validity_.assign((rows.size() + 63) / 64, 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (const FieldColumn* field = SetIn(column.fields[rows[i].batch], rows[i].row)) {
      bytes_ += field->StringAt(rows[i].row);
      SetBit(validity_, i);
    }
    if (bytes_.size() > INT32_MAX)
      return Internal("column {}: more than 2 GiB of text in a row group", column.column.name);
    offsets_.push_back(static_cast<int32_t>(bytes_.size()));
  }
  return ColumnValues{parquet::StringValues{offsets_, bytes_}, validity_};
}

}  // namespace firn::lake
