#pragma once

#include "iceberg/json/json_access.h"
#include "iceberg/spec/snapshot.h"

namespace firn::iceberg {

/// One element of metadata's `snapshots`; its text is kept in the snapshot. Only for the sources of this folder.
Result<Snapshot> ParseSnapshotObject(const Json& json, int32_t format_version);

}  // namespace firn::iceberg
