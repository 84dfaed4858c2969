#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/spec/data_file.h"
#include "iceberg/updates/commit.h"

namespace firn::iceberg {

/// Takes files out and puts others in, as one snapshot.
struct RewriteRequest {
  enum class Operation {
    kReplace,    ///< the same rows in other files (compaction)
    kOverwrite,  ///< rows change
    kDelete,     ///< only removes
  };
  Operation operation = Operation::kReplace;
  std::vector<std::string>
      removed_paths;  ///< data or delete files; all must be live when the commit is made: kConflict otherwise
  std::vector<DataFile> added_files;
  /// Data sequence number of the added files; absent = the commit's. A compaction gives the highest of its inputs, so
  /// that equality deletes committed meanwhile still apply.
  std::optional<int64_t> data_sequence_number;
  /// The state that the inputs were read from: position deletes or vectors that were added since for a removed file are
  /// a conflict. 0 = not checked.
  int64_t starting_snapshot_id = 0;
  StringMap set_properties;
  StringMap summary;
  std::string branch = kMainBranch;
};

/// Manifests that name removed files are written anew without them (survivors as EXISTING, removed ones as DELETED);
/// all others are kept. A conflict over removed files is final: kInvalidInput names the file.
std::unique_ptr<TableChange> MakeRewriteFiles(RewriteRequest request);

}  // namespace firn::iceberg
