#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "iceberg/updates/commit.h"

namespace firn::iceberg {

struct ExpireOptions {
  std::optional<int64_t> older_than_ms;     ///< absolute; default: now − history.expire.max-snapshot-age-ms (5 days)
  std::optional<int32_t> retain_last;       ///< default: history.expire.min-snapshots-to-keep (1)
  std::vector<int64_t> snapshot_ids;        ///< these too; kInvalidInput where a ref needs one
  bool clean_unreferenced_metadata = true;  ///< also schemas and specs that nothing names any more
  bool delete_files = true;                 ///< false: only the metadata shrinks
};

struct ExpireReport {
  std::vector<int64_t> snapshot_ids;
  int64_t deleted_data_files = 0;  ///< delete files included
  int64_t deleted_manifests = 0;
  int64_t deleted_manifest_lists = 0;
  int64_t deleted_statistics = 0;
};

/// Forgets old snapshots, and after that commit deletes the files that only they reached. `report` must outlive the
/// change. Files are deleted by reachability: nothing is deleted when a kept manifest cannot be read. Refused with
/// `gc.enabled` = false.
std::unique_ptr<TableChange> MakeExpireSnapshots(ExpireOptions options, ExpireReport* report);

/// The snapshots that `options` would expire in `metadata` at `now_ms`, and the refs that go with them.
struct ExpirePlan {
  std::vector<int64_t> snapshot_ids;
  std::vector<std::string> refs;
};
Result<ExpirePlan> PlanExpiry(const TableMetadata& metadata, const ExpireOptions& options, int64_t now_ms);

}  // namespace firn::iceberg
