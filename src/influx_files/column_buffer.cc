#include "influx_files/column_buffer.h"

#include <utility>

#include "influx_files/value_runs.h"

namespace firn::influx_files {

ColumnBuffer::ColumnBuffer(std::string name, point::FieldType type, size_t expected_rows) : name_(std::move(name)) {
  values_.type = type;
  switch (type) {
    case point::FieldType::kFloat64:
      values_.float64s.reserve(expected_rows);
      break;
    case point::FieldType::kInt64:
    case point::FieldType::kUint64:
      values_.integers.reserve(expected_rows);
      break;
    case point::FieldType::kBoolean:
      values_.booleans.reserve(expected_rows);
      break;
    case point::FieldType::kString:
      values_.string_ends.reserve(expected_rows);
      break;
  }
}

void ColumnBuffer::PadTo(size_t rows) {
  if (rows == rows_) return;
  if (validity_.empty() && rows_ > 0) {
    validity_.resize((rows_ + 63) / 64);
    Mark(0, rows_);
  }
  validity_.resize((rows + 63) / 64);
  rows_ = rows;
  switch (values_.type) {
    case point::FieldType::kFloat64:
      return values_.float64s.resize(rows);
    case point::FieldType::kInt64:
    case point::FieldType::kUint64:
      return values_.integers.resize(rows);
    case point::FieldType::kBoolean:
      return values_.booleans.resize(rows);
    case point::FieldType::kString:
      return values_.string_ends.resize(rows, static_cast<int32_t>(values_.string_bytes.size()));
  }
}

void ColumnBuffer::Append(const tsm::BlockValues& from, size_t begin, size_t end) {
  AppendValues(from, begin, end, values_);
  const size_t first = rows_;
  rows_ += end - begin;
  if (validity_.empty()) return;
  validity_.resize((rows_ + 63) / 64);
  Mark(first, rows_);
}

void ColumnBuffer::Mark(size_t begin, size_t end) {
  while (begin < end) {
    const size_t bit = begin % 64;
    const size_t count = std::min(end - begin, 64 - bit);
    validity_[begin / 64] |= (count == 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1) << bit;
    begin += count;
  }
}

point::FieldColumn ColumnBuffer::Finish() {
  switch (values_.type) {
    case point::FieldType::kFloat64:
      return point::FieldColumn::FromFloat64s(std::move(name_), std::move(values_.float64s), std::move(validity_));
    case point::FieldType::kInt64:
      return point::FieldColumn::FromInt64s(std::move(name_), {values_.integers.begin(), values_.integers.end()},
                                            std::move(validity_));
    case point::FieldType::kUint64:
      return point::FieldColumn::FromUint64s(std::move(name_), std::move(values_.integers), std::move(validity_));
    case point::FieldType::kBoolean:
      return point::FieldColumn::FromBooleans(std::move(name_), std::move(values_.booleans), std::move(validity_));
    case point::FieldType::kString:
      break;
  }
  values_.string_ends.insert(values_.string_ends.begin(), 0);
  return point::FieldColumn::FromStrings(std::move(name_), std::move(values_.string_ends),
                                         std::move(values_.string_bytes), std::move(validity_));
}

}  // namespace firn::influx_files
