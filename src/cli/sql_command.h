#pragma once

#include <string>
#include <vector>

#include "cli/warehouse_access.h"

namespace firn::cli {

/// `firn sql`
struct SqlOptions {
  WarehouseOptions warehouse;
  std::vector<std::string> metadata_files;  ///< --metadata: tables without a catalog
  std::string format = "box";               ///< box, csv, json, parquet
  std::string output;                       ///< -o; "" = standard output
  std::string script;                       ///< -f; "-" = standard input
  std::string statement;                    ///< "" and no script: interactive, or a script from a pipe
  std::string default_namespace;
  std::string memory_limit;  ///< as DuckDB takes it: "2GB"
  int threads = 0;
  size_t max_rows = 200;
  bool verbose = false;
};

/// Runs statements one after another and stops at the first that fails. Gives the exit code.
int RunSql(const SqlOptions& options);

}  // namespace firn::cli
