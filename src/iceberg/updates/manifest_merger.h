#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/manifests/manifest_reader.h"

namespace firn::iceberg {

/// Puts many small manifests of one spec together, so that planning reads few files. Keeps what it merged, by the
/// manifests that went in, for the next attempt of the same commit. One thread.
class ManifestMerger {
 public:
  using WriteFunction = std::function<Result<ManifestFile>(int32_t spec_id, const std::vector<ManifestEntry>& entries)>;

  /// `manifests`, newest first, with groups of data manifests replaced by merged ones as Java's merge append does:
  /// packed from the oldest to `commit.manifest.target-size-bytes`; the pack that holds the newest waits for
  /// `…min-count-to-merge`.
  Result<std::vector<ManifestFile>> Merge(const std::vector<ManifestFile>& manifests, const TableMetadata& metadata,
                                          int64_t snapshot_id, storage::Storage& storage, const WriteFunction& write);

 private:
  /// Nothing where no entry is left.
  Result<std::optional<ManifestFile>> MergePack(const std::vector<ManifestFile>& pack, const TableMetadata& metadata,
                                                int64_t snapshot_id, storage::Storage& storage,
                                                const WriteFunction& write);

  std::map<std::vector<std::string>, std::optional<ManifestFile>> merged_;
};

}  // namespace firn::iceberg
