#pragma once

#include <cstddef>
#include <vector>

#include "lake/pending_file.h"
#include "point/batch.h"

namespace firn::lake {

/// Batches that become files of their own, and where those stand among the files that wait: later files win.
struct WriteGroup {
  std::vector<const point::Batch*> batches;
  /// Goes before this file; files.size() = behind all.
  size_t before = 0;
};

/// Cuts batches (sorted by origin) into what is written together.
///
/// While a shard's later positions wait in a file already (they were spilled while these rows were still to come), the
/// rows are cut at them, so that the order of files is the order of positions in every shard. And rows that share a
/// commit with other files are kept apart by database and measurement, so that equal points are found across files
/// (`apart`).
std::vector<WriteGroup> CutIntoGroups(const std::vector<point::Batch>& batches, const std::vector<PendingFile>& files,
                                      bool apart);

}  // namespace firn::lake
