#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::query {

/// A table as of another time, as a statement asked for it.
struct TableVersionRequest {
  enum class Kind : uint8_t { kTimestamp, kVersion };
  Kind kind = Kind::kTimestamp;
  std::vector<std::string> table;  ///< the dotted name
  std::string expression;          ///< SQL of the time, of the snapshot id, or of the ref's name
};

struct RewrittenStatement {
  std::string sql;
  /// Name that stands in the statement now (last part only) → what it stands for.
  std::map<std::string, TableVersionRequest> versions;
};

/// Takes `t FOR TIMESTAMP AS OF …`, `t FOR VERSION AS OF …` (Athena, Trino; also SYSTEM_TIME, SYSTEM_VERSION, and
/// Spark's form without FOR) out of a statement, which DuckDB does not know: the table becomes `"t@1" AS t`, to be
/// defined as a view. Names in backticks become names in double quotes. Everything else stays byte for byte.
Result<RewrittenStatement> RewriteTimeTravel(std::string_view statement);

}  // namespace firn::query
