#pragma once

#include <cstdint>
#include <string>

namespace firn::point {

/// How far a shard has been handed over: every row with a position up to `complete_up_to` was given to whoever takes
/// rows, and nothing of those positions is still to come. Rows beyond it may have been given too; they belong to the
/// next flush.
struct ShardProgress {
  uint32_t shard = 0;  ///< the handle in Batch::origin
  std::string source;  ///< stable names, for what is stored
  std::string shard_name;
  int64_t complete_up_to = 0;
};

}  // namespace firn::point
