#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/scan/plan_files.h"
#include "query/database.h"
#include "storage/storage.h"

namespace firn::query {

/// The deletes of a scan as tables in DuckDB, and the conditions that keep deleted rows out.
///
/// Position deletes and deletion vectors become one table (file, position). Equality deletes become, for each set of
/// columns that they compare, one table of keys and one of which delete file holds for which data file: a delete
/// reaches older files of its own partition only (or all, where its spec has none), and null equals null. Iceberg spec,
/// "Row-level Deletes".
class RowDeletes {
 public:
  /// Reads what applies to `tasks`. Tables are named `<prefix>_…`; their names are added to `temporary_tables`.
  /// Refuses, naming the file, delete files that are not Parquet or Puffin, and equality deletes on nested or
  /// floating-point columns.
  static Result<RowDeletes> Load(Database& database, storage::Storage& storage, const iceberg::TableMetadata& metadata,
                                 const std::vector<iceberg::ScanTask>& tasks, const std::string& prefix,
                                 std::vector<std::string>& temporary_tables);

  /// The columns that equality deletes compare: the scan must read them even where the table's schema has dropped them.
  const std::vector<const iceberg::NestedField*>& equality_fields() const { return equality_fields_; }

  /// Equal for files whose rows are filtered by one and the same condition; "" where nothing is deleted.
  std::string Signature(const iceberg::ScanTask& task) const;

  /// SQL that is true for the rows that are left, over `filename`, `file_row_number` and the columns' expressions; ""
  /// where nothing is deleted.
  std::string Condition(const iceberg::ScanTask& task, const std::map<int32_t, std::string>& expressions) const;

 private:
  using EqualityIds = std::vector<int32_t>;  ///< ascending
  std::string prefix_;
  std::map<EqualityIds, std::string> equality_tables_;  ///< the name without its ending `_keys` or `_reach`
  std::vector<const iceberg::NestedField*> equality_fields_;
};

/// A local path, or the s3:// location, under which DuckDB opens an object.
Result<std::string> DuckDbPath(const storage::Storage& storage, const std::string& location);

}  // namespace firn::query
