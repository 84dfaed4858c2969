#pragma once

#include <cstdint>
#include <string>

#include "iceberg/updates/metadata_builder.h"

/// Branches, tags and rollback. All change refs only; the snapshots stay. Each requires that the ref is still where the
/// base has it.

namespace firn::iceberg {

/// Creates or replaces.
Status SetRef(MetadataBuilder& builder, const std::string& name, const SnapshotRef& ref);
Status RemoveRef(MetadataBuilder& builder, const std::string& name);
/// Moves main to an ancestor of its current snapshot; kInvalidInput for any other.
Status RollbackTo(MetadataBuilder& builder, int64_t snapshot_id);
/// Moves main to the last snapshot of its own line that is not younger than `timestamp_ms`.
Status RollbackToTime(MetadataBuilder& builder, int64_t timestamp_ms);
/// Moves main to any snapshot of the table.
Status SetCurrentSnapshot(MetadataBuilder& builder, int64_t snapshot_id);

}  // namespace firn::iceberg
