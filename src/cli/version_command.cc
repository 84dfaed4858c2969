#include "cli/version_command.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "query/database.h"

namespace firn::cli {

int RunVersion(const VersionOptions& options) {
  const std::string duckdb = query::Database::LibraryVersion();
  if (options.json) {
    fmt::print("{{\"version\": \"{}\", \"duckdb\": \"{}\", \"compiler\": \"{}\"}}\n", FIRN_VERSION, duckdb,
               __VERSION__);
  } else {
    fmt::print("firn {} (DuckDB {})\n", FIRN_VERSION, duckdb);
  }
  return kDone;
}

}  // namespace firn::cli
