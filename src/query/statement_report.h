#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace firn::query {

/// What a statement was answered with, beside its rows.
struct StatementReport {
  std::vector<std::string> notes;  ///< for the user, one a line
  int64_t files_read = 0;          ///< data files of Iceberg tables that the answer may come from
  int64_t files_total = 0;         ///< what they would have been without pruning
};

}  // namespace firn::query
