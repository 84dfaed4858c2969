#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/data_file.h"
#include "iceberg/spec/table_metadata.h"
#include "query/parquet_layout.h"

/// How the columns of one data file become the columns of a table (Iceberg spec, "Column Projection"). Files with equal
/// projections are read by one statement.

namespace firn::query {

/// A column of the table as it is called in SQL.
struct OutputColumn {
  const iceberg::NestedField* field;
  std::string name;  ///< differs from the field's where two columns differ only in case
};

/// The columns under names that DuckDB, which knows no case, can tell apart: a later one of two gets `_1`, `_2`, …
std::vector<OutputColumn> OutputColumns(const iceberg::Schema& schema);

/// One file's way into the table, as SQL.
struct FileProjection {
  std::string read_schema;                     ///< `MAP {…}` for read_parquet
  std::map<int32_t, std::string> expressions;  ///< field id → expression over what read_parquet gives
};

/// What a projection needs to know of a table; the pointers must outlive the calls.
struct ProjectionTarget {
  const iceberg::TableMetadata* metadata = nullptr;
  std::vector<const iceberg::NestedField*>
      fields;  ///< top-level columns to read: the schema's, and those of equality deletes
};

/// In this order of precedence: the column with the field's id; the file's partition value, where the field is the
/// source of an identity partition; the field's initial default; null. kUnsupported or kCorrupt, naming the column,
/// where the stored type cannot become the table's without changing values, or a required column is absent.
Result<FileProjection> ProjectFile(const ProjectionTarget& target, const iceberg::DataFile& file,
                                   const ParquetFooter& footer);

}  // namespace firn::query
