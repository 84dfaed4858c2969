#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/scan/expression.h"
#include "query/database.h"
#include "query/projection.h"

namespace firn::query {

/// Finds out which rows of a table a statement can need at all, so that files without any are not read.
///
/// Works on DuckDB's own syntax tree (json_serialize_sql) and takes only what is certain: comparisons, BETWEEN, IN and
/// IS NULL of a plain column with a constant, joined by AND and OR, in the WHERE of a SELECT whose FROM reads the
/// table. Constants are computed by DuckDB, in the transaction of the statement, so that `current_timestamp - interval
/// '1' day` is one. Anything else counts as "all rows".
class FilterFinder {
 public:
  /// `statement` need not be a SELECT: then no filter is found.
  FilterFinder(Database& database, std::string_view statement);
  ~FilterFinder();
  FilterFinder(const FilterFinder&) = delete;
  FilterFinder& operator=(const FilterFinder&) = delete;

  /// A condition that holds for every row of the table that the statement can need. `schema_name` and `table_name` as
  /// they stand in the statement; null where all rows are needed.
  iceberg::ExpressionPtr FilterFor(const std::string& schema_name, const std::string& table_name,
                                   const std::vector<OutputColumn>& columns);

 private:
  struct Tree;
  Database& database_;
  std::unique_ptr<Tree> tree_;
};

}  // namespace firn::query
