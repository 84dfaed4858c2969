#include "lake/value_conversion.h"

#include <cmath>
#include <limits>

namespace firn::lake {
namespace {

using iceberg::TypeId;
using point::FieldColumn;
using point::FieldType;

constexpr int64_t kExactDouble = int64_t{1} << 53;
constexpr int64_t kExactFloat = int64_t{1} << 24;

bool IsUnsignedDecimal(const iceberg::Type& type) {
  return type.id() == TypeId::kDecimal && type.precision() == 20 && type.scale() == 0;
}

template <typename T, typename Predicate>
bool All(const FieldColumn& column, std::span<const T> values, Predicate predicate) {
  for (size_t row = 0; row < values.size(); ++row) {
    if (column.IsSet(row) && !predicate(values[row])) return false;
  }
  return true;
}

/// True for doubles that are whole numbers within [-2^63, 2^63); -0.0 is not one of them.
bool IsInt64(double value) {
  return value >= -0x1p63 && value < 0x1p63 && std::trunc(value) == value && !(value == 0 && std::signbit(value));
}

bool DoublesFit(const FieldColumn& column, TypeId to) {
  const auto values = column.float64s();
  switch (to) {
    case TypeId::kFloat:
      return All(column, values,
                 [](double v) { return std::isnan(v) || static_cast<double>(static_cast<float>(v)) == v; });
    case TypeId::kLong:
      return All(column, values, IsInt64);
    case TypeId::kInt:
      return All(column, values, [](double v) { return IsInt64(v) && v >= INT32_MIN && v <= INT32_MAX; });
    default:
      return false;
  }
}

bool IntegersFit(const FieldColumn& column, TypeId to) {
  const auto values = column.int64s();
  switch (to) {
    case TypeId::kInt:
      return All(column, values, [](int64_t v) { return v >= INT32_MIN && v <= INT32_MAX; });
    case TypeId::kDouble:
      return All(column, values, [](int64_t v) { return v >= -kExactDouble && v <= kExactDouble; });
    case TypeId::kFloat:
      return All(column, values, [](int64_t v) { return v >= -kExactFloat && v <= kExactFloat; });
    case TypeId::kDecimal:
      return All(column, values, [](int64_t v) { return v >= 0; });
    default:
      return false;
  }
}

bool UnsignedFit(const FieldColumn& column, TypeId to) {
  const auto below = [&](uint64_t limit) {
    return All(column, column.uint64s(), [limit](uint64_t v) { return v <= limit; });
  };
  switch (to) {
    case TypeId::kLong:
      return below(INT64_MAX);
    case TypeId::kInt:
      return below(INT32_MAX);
    case TypeId::kDouble:
      return below(kExactDouble);
    case TypeId::kFloat:
      return below(kExactFloat);
    default:
      return false;
  }
}

}  // namespace

Fit FitOf(FieldType from, const iceberg::Type& to) {
  const TypeId id = to.id();
  const bool whole = id == TypeId::kLong || id == TypeId::kInt;
  const bool floating = id == TypeId::kDouble || id == TypeId::kFloat;
  switch (from) {
    case FieldType::kFloat64:
      if (id == TypeId::kDouble) return Fit::kAlways;
      return whole || id == TypeId::kFloat ? Fit::kChecked : Fit::kNever;
    case FieldType::kInt64:
      if (id == TypeId::kLong) return Fit::kAlways;
      return whole || floating || IsUnsignedDecimal(to) ? Fit::kChecked : Fit::kNever;
    case FieldType::kUint64:
      if (IsUnsignedDecimal(to)) return Fit::kAlways;
      return whole || floating ? Fit::kChecked : Fit::kNever;
    case FieldType::kBoolean:
      return id == TypeId::kBoolean ? Fit::kAlways : Fit::kNever;
    case FieldType::kString:
      return id == TypeId::kString || id == TypeId::kBinary ? Fit::kAlways : Fit::kNever;
  }
  return Fit::kNever;
}

bool AllExact(const FieldColumn& column, const iceberg::Type& to) {
  switch (FitOf(column.type(), to)) {
    case Fit::kAlways:
      return true;
    case Fit::kNever:
      return false;
    case Fit::kChecked:
      break;
  }
  switch (column.type()) {
    case FieldType::kFloat64:
      return DoublesFit(column, to.id());
    case FieldType::kInt64:
      return IntegersFit(column, to.id());
    case FieldType::kUint64:
      return UnsignedFit(column, to.id());
    default:
      return false;
  }
}

iceberg::Type TypeForField(FieldType type) {
  switch (type) {
    case FieldType::kFloat64:
      return iceberg::Type(TypeId::kDouble);
    case FieldType::kInt64:
      return iceberg::Type(TypeId::kLong);
    case FieldType::kUint64:
      return iceberg::Type::Decimal(20, 0);
    case FieldType::kBoolean:
      return iceberg::Type(TypeId::kBoolean);
    case FieldType::kString:
      return iceberg::Type(TypeId::kString);
  }
  return iceberg::Type(TypeId::kString);
}

std::optional<parquet::ColumnType> ParquetTypeFor(const iceberg::Type& type) {
  switch (type.id()) {
    case TypeId::kBoolean:
      return parquet::ColumnType::kBoolean;
    case TypeId::kInt:
      return parquet::ColumnType::kInt;
    case TypeId::kLong:
      return parquet::ColumnType::kLong;
    case TypeId::kFloat:
      return parquet::ColumnType::kFloat;
    case TypeId::kDouble:
      return parquet::ColumnType::kDouble;
    case TypeId::kDecimal:
      if (IsUnsignedDecimal(type)) return parquet::ColumnType::kDecimal20;
      return std::nullopt;
    case TypeId::kTimestamp:
      return parquet::ColumnType::kTimestamp;
    case TypeId::kTimestampTz:
      return parquet::ColumnType::kTimestampTz;
    case TypeId::kTimestampNs:
      return parquet::ColumnType::kTimestampNs;
    case TypeId::kTimestampTzNs:
      return parquet::ColumnType::kTimestampTzNs;
    case TypeId::kString:
      return parquet::ColumnType::kString;
    case TypeId::kBinary:
      return parquet::ColumnType::kBinary;
    default:
      return std::nullopt;
  }
}

}  // namespace firn::lake
