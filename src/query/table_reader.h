#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/scan/plan_files.h"
#include "query/database.h"
#include "storage/storage.h"

namespace firn::query {

/// One state of a table, as a statement reads it.
struct TableRead {
  iceberg::TableMetadataPtr metadata;
  iceberg::SnapshotPtr snapshot;            ///< null: a table without rows
  const iceberg::Schema* schema = nullptr;  ///< the columns to show; owned by the metadata
  iceberg::ExpressionPtr filter;            ///< files that hold no such row are not read; null = all
  std::string prefix;                       ///< of the temporary tables that the read needs
};

struct TableSelect {
  std::string sql;                            ///< a SELECT that gives the table's rows
  std::vector<std::string> temporary_tables;  ///< to be dropped when it is no longer used
  std::vector<std::string> notes;             ///< what a reader of the answer should know
  int64_t files_read = 0;
  int64_t files_total = 0;
};

/// Plans a table and writes the SELECT by which DuckDB reads it.
///
/// Before that, every file's footer is looked at: it must hold as many rows as its manifest says (kCorrupt otherwise:
/// no answer is better than one with rows missing), and have field ids or a name mapping. Files in other formats than
/// Parquet are refused by name. Nothing is cached: the next statement plans anew.
Result<TableSelect> BuildTableSelect(Database& database, storage::Storage& storage, const TableRead& read);

}  // namespace firn::query
