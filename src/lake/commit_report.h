#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace firn::lake {

/// One table's part of a commit.
struct TableCommit {
  std::string table;  ///< namespace.name
  uint64_t rows = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  int64_t snapshot_id = 0;
};

/// A table that could not be committed now.
struct TableFailure {
  std::string table;
  Error error;
};

/// All rows of `shard` up to `position` are durable in every table that they belong to.
struct DurablePosition {
  uint32_t shard = 0;
  int64_t position = 0;
};

/// A position as a table (or, with an empty table, the namespace's low-water mark) carries it.
struct StoredPosition {
  std::string table;
  std::string source;
  std::string shard_name;
  int64_t position = 0;
  int64_t epoch = 0;
};

struct CommitReport {
  std::vector<TableCommit> tables;
  std::vector<TableFailure> failures;
  /// One for each shard of the progress that was given. Behind it where a table failed; absent where nothing of the
  /// shard is known to be durable.
  std::vector<DurablePosition> durable;
  uint64_t merged_rows = 0;    ///< rows that became part of an equal point
  uint64_t rejected_rows = 0;  ///< rows and values sent to the reject table since the last report
  uint64_t held_rows = 0;      ///< rows dropped because their table holds their position already
};

}  // namespace firn::lake
