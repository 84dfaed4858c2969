#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/snapshot.h"
#include "lake/pending_file.h"
#include "lake/positions.h"

/// A table holds a position for each life of a journal (point::LifeShard), as copies of one journal's folder give the
/// same numbers to different rows. Lives come and go with each start of a process; this keeps what is said of them
/// true, and short (docs/tables.md, "Positions").
namespace firn::lake {

inline constexpr size_t kLivesKept = 64;  ///< of one journal in one table; about 150 bytes each

/// The journal whose life the shard is; empty for other shards.
std::optional<std::string> JournalOfLife(const ShardName& name);

/// What a commit changes beside the positions of its own rows.
struct LifeChanges {
  iceberg::StringMap updates;
  std::vector<std::string> removals;
};

/// Claims the lives that this process goes on with, by its epoch: whoever else lives one of them finds a newer process
/// there, and ends. Forgets the lives with the lowest positions beyond kLivesKept, and notes how far they had come.
LifeChanges PlanLifeChanges(const iceberg::StringMap& properties, const Progress& progress, int64_t epoch);

/// kCancelled where rows belong to a life that the table may have forgotten: nobody can tell whether it holds them.
Status CheckRemembered(const iceberg::StringMap& properties, const PositionRanges& ranges, const ShardNames& names);

}  // namespace firn::lake
