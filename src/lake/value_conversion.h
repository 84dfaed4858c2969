#pragma once

#include <optional>

#include "formats/parquet/parquet_writer.h"
#include "iceberg/spec/type.h"
#include "point/field_column.h"

namespace firn::lake {

/// How a column of some Iceberg type takes values of some InfluxDB type.
enum class Fit : uint8_t {
  kNever,
  kChecked,  ///< where AllExact says so
  kAlways,
};
Fit FitOf(point::FieldType from, const iceberg::Type& to);

/// True when each set value of `column` survives the conversion unchanged (integers to double below 2^53, …).
bool AllExact(const point::FieldColumn& column, const iceberg::Type& to);

/// The column that Firn makes for a field: float → double, integer → long, unsigned → decimal(20, 0), boolean, string.
iceberg::Type TypeForField(point::FieldType type);

/// How a column of this type is written to Parquet; empty for types that Firn puts no values into.
std::optional<parquet::ColumnType> ParquetTypeFor(const iceberg::Type& type);

}  // namespace firn::lake
