#include "formats/parquet/arrow_columns.h"

#include <arrow/buffer.h>
#include <parquet/types.h>

#include <bit>
#include <cmath>

#include "base/bytes.h"

namespace firn::parquet {
namespace {

namespace pq = ::parquet;

constexpr int kDecimal20Bytes = 9;

struct ParquetType {
  pq::Type::type physical;
  std::shared_ptr<const pq::LogicalType> logical;
};

ParquetType ParquetTypeOf(ColumnType type) {
  using Unit = pq::LogicalType::TimeUnit;
  using Logical = pq::LogicalType;
  switch (type) {
    case ColumnType::kBoolean:
      return {pq::Type::BOOLEAN, Logical::None()};
    case ColumnType::kInt:
      return {pq::Type::INT32, Logical::None()};
    case ColumnType::kLong:
      return {pq::Type::INT64, Logical::None()};
    case ColumnType::kFloat:
      return {pq::Type::FLOAT, Logical::None()};
    case ColumnType::kDouble:
      return {pq::Type::DOUBLE, Logical::None()};
    case ColumnType::kDecimal20:
      return {pq::Type::FIXED_LEN_BYTE_ARRAY, Logical::Decimal(20, 0)};
    case ColumnType::kDate:
      return {pq::Type::INT32, Logical::Date()};
    case ColumnType::kTimestamp:
      return {pq::Type::INT64, Logical::Timestamp(false, Unit::MICROS, false, /*force_set_converted_type=*/true)};
    case ColumnType::kTimestampTz:
      return {pq::Type::INT64, Logical::Timestamp(true, Unit::MICROS)};
    case ColumnType::kTimestampNs:
      return {pq::Type::INT64, Logical::Timestamp(false, Unit::NANOS)};
    case ColumnType::kTimestampTzNs:
      return {pq::Type::INT64, Logical::Timestamp(true, Unit::NANOS)};
    case ColumnType::kString:
      return {pq::Type::BYTE_ARRAY, Logical::String()};
    case ColumnType::kBinary:
      return {pq::Type::BYTE_ARRAY, Logical::None()};
  }
  return {pq::Type::BYTE_ARRAY, Logical::None()};
}

/// A buffer over memory that somebody else keeps.
std::shared_ptr<arrow::Buffer> Over(const void* data, size_t bytes) {
  static constexpr uint8_t kNothing[8] = {};
  return std::make_shared<arrow::Buffer>(bytes == 0 ? kNothing : static_cast<const uint8_t*>(data),
                                         static_cast<int64_t>(bytes));
}

std::shared_ptr<arrow::Buffer> ValidityBuffer(const ColumnValues& values) {
  if (values.validity.empty()) return nullptr;
  return Over(values.validity.data(), values.validity.size_bytes());
}

std::shared_ptr<arrow::DataType> StringType(ColumnType type) {
  return type == ColumnType::kString ? arrow::utf8() : arrow::binary();
}

std::shared_ptr<arrow::ArrayData> StringData(ColumnType type, const StringValues& strings, size_t rows,
                                             std::shared_ptr<arrow::Buffer> validity, int64_t nulls) {
  return arrow::ArrayData::Make(StringType(type), static_cast<int64_t>(rows),
                                {std::move(validity), Over(strings.offsets.data(), strings.offsets.size_bytes()),
                                 Over(strings.bytes.data(), strings.bytes.size())},
                                nulls);
}

template <typename T>
const std::span<const T>* Fitting(const ColumnValues& values, size_t rows) {
  const auto* found = std::get_if<std::span<const T>>(&values.values);
  return found != nullptr && found->size() == rows ? found : nullptr;
}

void PackBooleans(std::span<const uint8_t> booleans, std::vector<uint8_t>& bits) {
  bits.assign((booleans.size() + 7) / 8, 0);
  for (size_t row = 0; row < booleans.size(); ++row)
    bits[row >> 3] |= static_cast<uint8_t>((booleans[row] & 1) << (row & 7));
}

void WriteDecimals(std::span<const uint64_t> numbers, std::vector<uint8_t>& bytes) {
  bytes.assign(numbers.size() * kDecimal20Bytes, 0);
  uint8_t* out = bytes.data();
  for (const uint64_t number : numbers) {
    const uint64_t big_endian = __builtin_bswap64(number);
    std::memcpy(out + 1, &big_endian, sizeof(big_endian));
    out += kDecimal20Bytes;
  }
}

template <typename T>
int64_t CountNansIn(std::span<const T> numbers, std::span<const uint64_t> validity) {
  // Null rows hold zero, which is no NaN, so validity need not be looked at; values are compared without a branch.
  int64_t count = 0;
  for (const T number : numbers) count += number != number;
  if (count == 0 || validity.empty()) return count;
  count = 0;
  for (size_t row = 0; row < numbers.size(); ++row) {
    count += std::isnan(numbers[row]) && ((validity[row >> 6] >> (row & 63)) & 1) != 0;
  }
  return count;
}

}  // namespace

std::shared_ptr<pq::schema::GroupNode> MakeParquetSchema(const std::vector<Column>& columns) {
  pq::schema::NodeVector nodes;
  for (const Column& column : columns) {
    const ParquetType type = ParquetTypeOf(column.type);
    const auto repetition = column.required ? pq::Repetition::REQUIRED : pq::Repetition::OPTIONAL;
    const int length = type.physical == pq::Type::FIXED_LEN_BYTE_ARRAY ? kDecimal20Bytes : -1;
    nodes.push_back(
        pq::schema::PrimitiveNode::Make(column.name, repetition, type.logical, type.physical, length, column.field_id));
  }
  return std::static_pointer_cast<pq::schema::GroupNode>(
      pq::schema::GroupNode::Make("table", pq::Repetition::REQUIRED, nodes));
}

size_t CountNulls(std::span<const uint64_t> validity, size_t rows) {
  if (validity.empty()) return 0;
  size_t set = 0;
  for (size_t word = 0; word < rows / 64; ++word) set += static_cast<size_t>(std::popcount(validity[word]));
  if (rows % 64 != 0)
    set += static_cast<size_t>(std::popcount(validity[rows / 64] & ((uint64_t{1} << (rows % 64)) - 1)));
  return rows - set;
}

int64_t CountNans(const ColumnValues& values, size_t rows) {
  if (const auto* doubles = Fitting<double>(values, rows)) return CountNansIn(*doubles, values.validity);
  if (const auto* floats = Fitting<float>(values, rows)) return CountNansIn(*floats, values.validity);
  return 0;
}

Result<std::shared_ptr<arrow::Array>> ArrowView::Make(const Column& column, const ColumnValues& values, size_t rows) {
  const auto nulls = static_cast<int64_t>(CountNulls(values.validity, rows));
  const auto length = static_cast<int64_t>(rows);
  const auto validity = nulls == 0 ? nullptr : ValidityBuffer(values);
  const auto flat = [&](std::shared_ptr<arrow::DataType> type, const void* data, size_t bytes) {
    return arrow::MakeArray(arrow::ArrayData::Make(std::move(type), length, {validity, Over(data, bytes)}, nulls));
  };
  // Times and dates go in as the integers that they are: the annotation is the schema's.
  switch (column.type) {
    case ColumnType::kBoolean:
      if (const auto* in = Fitting<uint8_t>(values, rows)) {
        PackBooleans(*in, made_);
        return flat(arrow::boolean(), made_.data(), made_.size());
      }
      break;
    case ColumnType::kInt:
    case ColumnType::kDate:
      if (const auto* in = Fitting<int32_t>(values, rows)) return flat(arrow::int32(), in->data(), in->size_bytes());
      break;
    case ColumnType::kFloat:
      if (const auto* in = Fitting<float>(values, rows)) return flat(arrow::float32(), in->data(), in->size_bytes());
      break;
    case ColumnType::kDouble:
      if (const auto* in = Fitting<double>(values, rows)) return flat(arrow::float64(), in->data(), in->size_bytes());
      break;
    case ColumnType::kDecimal20:
      if (const auto* in = Fitting<uint64_t>(values, rows)) {
        WriteDecimals(*in, made_);
        return flat(arrow::fixed_size_binary(kDecimal20Bytes), made_.data(), made_.size());
      }
      break;
    case ColumnType::kLong:
    case ColumnType::kTimestamp:
    case ColumnType::kTimestampTz:
    case ColumnType::kTimestampNs:
    case ColumnType::kTimestampTzNs:
      if (const auto* in = Fitting<int64_t>(values, rows)) return flat(arrow::int64(), in->data(), in->size_bytes());
      break;
    case ColumnType::kString:
    case ColumnType::kBinary:
      if (const auto* strings = std::get_if<StringValues>(&values.values);
          strings && strings->offsets.size() == rows + 1) {
        return arrow::MakeArray(StringData(column.type, *strings, rows, validity, nulls));
      }
      if (const auto* coded = std::get_if<DictionaryValues>(&values.values); coded && coded->codes.size() == rows) {
        auto data = arrow::ArrayData::Make(arrow::dictionary(arrow::int32(), StringType(column.type)), length,
                                           {validity, Over(coded->codes.data(), coded->codes.size_bytes())}, nulls);
        data->dictionary = StringData(column.type, coded->dictionary, coded->dictionary.offsets.size() - 1, nullptr, 0);
        return arrow::MakeArray(data);
      }
      break;
  }
  return Internal("column {}: values of another kind than the column's, or not {} rows", column.name, rows);
}

namespace {

template <typename DType>
const pq::TypedStatistics<DType>& Typed(const pq::Statistics& statistics) {
  return static_cast<const pq::TypedStatistics<DType>&>(statistics);
}

template <typename T>
std::string LittleEndianBytes(T value) {
  std::string bytes;
  AppendLittleEndian(bytes, value);
  return bytes;
}

std::string_view View(const pq::ByteArray& array) {
  return {reinterpret_cast<const char*>(array.ptr), array.len};
}

std::string DecimalFromFixed(const pq::FixedLenByteArray& bytes) {
  uint64_t number;
  std::memcpy(&number, bytes.ptr + 1, sizeof(number));
  return DecimalBound(__builtin_bswap64(number));
}

/// The minimum (or maximum) of `statistics` in Iceberg's binary form, not truncated.
std::string BoundBytes(ColumnType type, const pq::Statistics& statistics, bool lower) {
  const auto pick = [lower](const auto& typed) { return lower ? typed.min() : typed.max(); };
  switch (type) {
    case ColumnType::kBoolean:
      return std::string(1, pick(Typed<pq::BooleanType>(statistics)) ? '\1' : '\0');
    case ColumnType::kInt:
    case ColumnType::kDate:
      return LittleEndianBytes(pick(Typed<pq::Int32Type>(statistics)));
    case ColumnType::kLong:
    case ColumnType::kTimestamp:
    case ColumnType::kTimestampTz:
    case ColumnType::kTimestampNs:
    case ColumnType::kTimestampTzNs:
      return LittleEndianBytes(pick(Typed<pq::Int64Type>(statistics)));
    case ColumnType::kFloat:
      return LittleEndianBytes(pick(Typed<pq::FloatType>(statistics)));
    case ColumnType::kDouble:
      return LittleEndianBytes(pick(Typed<pq::DoubleType>(statistics)));
    case ColumnType::kDecimal20:
      return DecimalFromFixed(pick(Typed<pq::FLBAType>(statistics)));
    case ColumnType::kString:
    case ColumnType::kBinary:
      return std::string(View(pick(Typed<pq::ByteArrayType>(statistics))));
  }
  return {};
}

}  // namespace

void BoundsMerger::Add(const std::shared_ptr<pq::Statistics>& statistics, int64_t set_values) {
  if (set_values == 0) return;
  if (statistics == nullptr || !statistics->HasMinMax()) {
    valid_ = false;
    return;
  }
  if (min_ == nullptr) {
    min_ = max_ = statistics;
    return;
  }
  // Statistics order themselves by the column's rule (unsigned bytes, signed numbers, -0 before +0).
  const auto better = [&](auto type_tag) {
    using DType = decltype(type_tag);
    const auto comparator =
        std::static_pointer_cast<pq::TypedComparator<DType>>(pq::Comparator::Make(statistics->descr()));
    if (comparator->Compare(Typed<DType>(*statistics).min(), Typed<DType>(*min_).min())) min_ = statistics;
    if (comparator->Compare(Typed<DType>(*max_).max(), Typed<DType>(*statistics).max())) max_ = statistics;
  };
  switch (statistics->physical_type()) {
    case pq::Type::BOOLEAN:
      return better(pq::BooleanType{});
    case pq::Type::INT32:
      return better(pq::Int32Type{});
    case pq::Type::INT64:
      return better(pq::Int64Type{});
    case pq::Type::FLOAT:
      return better(pq::FloatType{});
    case pq::Type::DOUBLE:
      return better(pq::DoubleType{});
    case pq::Type::BYTE_ARRAY:
      return better(pq::ByteArrayType{});
    case pq::Type::FIXED_LEN_BYTE_ARRAY:
      return better(pq::FLBAType{});
    default:
      valid_ = false;
  }
}

void BoundsMerger::MoveInto(ColumnMetrics& metrics) && {
  const MetricsMode& mode = column_->metrics;
  if (!valid_ || min_ == nullptr || mode.kind == MetricsMode::Kind::kNone || mode.kind == MetricsMode::Kind::kCounts)
    return;
  std::string lower = BoundBytes(column_->type, *min_, true);
  std::string upper = BoundBytes(column_->type, *max_, false);
  if (mode.kind == MetricsMode::Kind::kTruncate && column_->type == ColumnType::kString) {
    metrics.lower_bound = std::string(TruncateStringLower(lower, mode.length));
    metrics.upper_bound = TruncateStringUpper(upper, mode.length);
  } else if (mode.kind == MetricsMode::Kind::kTruncate && column_->type == ColumnType::kBinary) {
    metrics.lower_bound = lower.substr(0, mode.length);
    metrics.upper_bound = TruncateBinaryUpper(upper, mode.length);
  } else {
    metrics.lower_bound = std::move(lower);
    metrics.upper_bound = std::move(upper);
  }
}

}  // namespace firn::parquet
