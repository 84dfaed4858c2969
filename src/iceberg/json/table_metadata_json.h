#pragma once

#include <string>
#include <string_view>

#include "iceberg/spec/table_metadata.h"

namespace firn::iceberg {

/// Parses format versions 1, 2 and 3 and checks what must hold (Validate). kCorrupt names the member that is missing or
/// wrong; kUnsupported for other versions. Members that are not known are ignored.
Result<TableMetadata> ParseTableMetadata(std::string_view json);

/// As strictly as the strictest reader wants it (docs/formats/iceberg_metadata.md): no nulls but v3's
/// current-snapshot-id, `main` and current snapshot together, all lists present. Snapshots that carry their text are
/// copied.
std::string SerializeTableMetadata(const TableMetadata& metadata);

/// A snapshot's object, for the given format version.
std::string SerializeSnapshot(const Snapshot& snapshot, int32_t format_version);
Result<Snapshot> ParseSnapshotJson(std::string_view json);

}  // namespace firn::iceberg
