#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/spec/data_file.h"
#include "iceberg/updates/commit.h"

namespace firn::iceberg {

/// Adds data files: operation `append`.
struct AppendRequest {
  std::vector<DataFile>
      files;                 ///< `spec_id` and `partition` set; may be empty (a snapshot that only carries a summary)
  StringMap set_properties;  ///< in the same commit
  std::vector<std::string> remove_properties;
  StringMap summary;  ///< extra keys of the snapshot summary
  std::optional<int32_t>
      assert_schema_id;  ///< the schema that the files were written under: kConflict from the catalog otherwise
  std::string branch = kMainBranch;  ///< a branch that does not exist begins at main's snapshot
  /// Merges small manifests as `commit.manifest-merge.enabled`, `commit.manifest.min-count-to-merge` (100) and
  /// `commit.manifest.target-size-bytes` (8 MiB) say; otherwise each commit only adds its own.
  bool merge_manifests = true;
};

/// kInvalidInput where a path is there twice. The new manifests are written once and used again on retry; manifest
/// lists are written anew.
std::unique_ptr<TableChange> MakeAppend(AppendRequest request);

}  // namespace firn::iceberg
