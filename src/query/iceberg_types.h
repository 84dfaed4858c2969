#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/spec/type.h"

/// Iceberg's types and values in DuckDB's SQL.

namespace firn::query {

/// The type that holds the Iceberg type exactly: `BIGINT`, `DECIMAL(9,2)`, `STRUCT("a" INTEGER)[]`; of a variant,
/// `JSON`. kUnsupported, naming the type, where DuckDB has none (timestamptz_ns, geometry).
Result<std::string> DuckDbType(const iceberg::Type& type);

/// The value as an SQL expression of just that type. kUnsupported as above.
Result<std::string> SqlLiteral(const iceberg::Type& type, const iceberg::Literal& literal);

/// True where a Parquet column that DuckDB reads as `stored` may be cast to `type` without changing any value.
bool IsExactCast(std::string_view stored, const iceberg::Type& type);

/// `text<bigint>`-like names as Athena prints them: `timestamp(6) with time zone`, `array(row(a integer))`.
std::string AthenaType(const iceberg::Type& type);

}  // namespace firn::query
