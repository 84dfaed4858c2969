#include "iceberg/updates/refs.h"

#include <algorithm>

namespace firn::iceberg {
namespace {

void RequireUnmoved(MetadataBuilder& builder, const std::string& name) {
  const auto found = builder.current().refs.find(name);
  std::optional<int64_t> snapshot_id;
  if (found != builder.current().refs.end()) snapshot_id = found->second.snapshot_id;
  builder.Require(AssertRefSnapshotId{name, snapshot_id});
}

}  // namespace

Status SetRef(MetadataBuilder& builder, const std::string& name, const SnapshotRef& ref) {
  RequireUnmoved(builder, name);
  return builder.Apply(SetSnapshotRef{name, ref});
}

Status RemoveRef(MetadataBuilder& builder, const std::string& name) {
  if (!builder.current().refs.contains(name)) return NotFound("there is no branch or tag of this name: {}", name);
  if (name == kMainBranch) return InvalidInput("the main branch cannot be removed");
  RequireUnmoved(builder, name);
  return builder.Apply(RemoveSnapshotRef{name});
}

Status SetCurrentSnapshot(MetadataBuilder& builder, int64_t snapshot_id) {
  const TableMetadata& base = builder.current();
  if (base.FindSnapshot(snapshot_id) == nullptr) return NotFound("the table has no snapshot {}", snapshot_id);
  if (base.current_snapshot_id == snapshot_id) return OkStatus();
  const auto main = base.refs.find(kMainBranch);
  SnapshotRef ref = main == base.refs.end() ? SnapshotRef{} : main->second;
  ref.snapshot_id = snapshot_id;
  return SetRef(builder, kMainBranch, ref);
}

Status RollbackTo(MetadataBuilder& builder, int64_t snapshot_id) {
  const TableMetadata& base = builder.current();
  if (!base.current_snapshot_id) return InvalidInput("the table has no snapshot to roll back from");
  const std::vector<SnapshotPtr> line = base.AncestorsOf(*base.current_snapshot_id);
  const bool is_ancestor =
      std::any_of(line.begin(), line.end(), [&](const SnapshotPtr& s) { return s->snapshot_id == snapshot_id; });
  if (!is_ancestor) return InvalidInput("snapshot {} is no ancestor of the current one", snapshot_id);
  return SetCurrentSnapshot(builder, snapshot_id);
}

Status RollbackToTime(MetadataBuilder& builder, int64_t timestamp_ms) {
  const TableMetadata& base = builder.current();
  if (!base.current_snapshot_id) return InvalidInput("the table has no snapshot to roll back from");
  for (const SnapshotPtr& snapshot : base.AncestorsOf(*base.current_snapshot_id)) {
    if (snapshot->timestamp_ms <= timestamp_ms) return SetCurrentSnapshot(builder, snapshot->snapshot_id);
  }
  return NotFound("the table has no snapshot as old as {} ms", timestamp_ms);
}

}  // namespace firn::iceberg
