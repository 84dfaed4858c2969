#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/lake_options.h"
#include "lake/pending_file.h"
#include "storage/storage.h"

namespace firn::lake {

/// What merging borrows; outlives the merge.
struct MergeContext {
  const iceberg::TableMetadata& metadata;
  const SchemaPlanOptions& plan_options;
  const TableOptions& options;
  storage::Storage& storage;
  Random& random;
};

/// Files that were written anew because they hold equal points.
struct MergedFiles {
  std::vector<size_t> replaced;    ///< indices of the files that the new ones stand for, ascending
  std::vector<PendingFile> files;  ///< sorted, in place of the last replaced one
};

struct MergeResult {
  std::vector<MergedFiles> merges;
  uint64_t merged_rows = 0;
};

/// Makes one row of equal points that were written to several files of one commit (docs/tables.md, "Equal points"):
/// later files win, field by field, as among the rows of one file.
///
/// `files` are those of one commit, in order: later ones win. Files are compared where partition, database and
/// measurement are the same and they may share a point: neither is known to be later than the other in every series, as
/// live data is, and what they cover of series and time meets (point_coverage.h). Then their keys are read side by
/// side, and only files that do hold equal points are read whole and written again. Where one file meets many, they are
/// merged without asking. Memory: a slice of the rows (key_slices.h), whatever the size of the files.
///
/// Files are changed by nobody: the caller puts the new ones in their place and deletes the old. After an error nothing
/// is left behind.
Result<MergeResult> MergeEqualPoints(const MergeContext& context, const std::vector<const PendingFile*>& files);

}  // namespace firn::lake
