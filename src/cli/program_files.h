#pragma once

#include <string>

namespace firn::cli {

/// Where DuckDB's extensions are: `../lib/duckdb_extensions` from the program's own folder, wherever that has been
/// moved (a build tree has a link there). "" where they are not.
std::string ExtensionDirectory();

}  // namespace firn::cli
