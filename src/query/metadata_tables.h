#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/scan/plan_files.h"
#include "query/database.h"
#include "storage/storage.h"

namespace firn::query {

/// What stands behind the `$` of `"cpu$snapshots"`, with the columns that Athena (Trino's Iceberg connector) gives
/// them. docs/sql.md lists the columns.
enum class MetadataTable : uint8_t { kSnapshots, kHistory, kFiles, kManifests, kPartitions, kRefs };

/// By the name behind the `$`; absent for others.
std::optional<MetadataTable> ParseMetadataTable(std::string_view name);

struct MetadataRead {
  MetadataTable table = MetadataTable::kSnapshots;
  iceberg::TableMetadataPtr metadata;
  iceberg::SnapshotPtr snapshot;  ///< of files, manifests, partitions; null = none
  std::string name;               ///< of the temporary table that is made
};

/// Fills the temporary table `read.name` with the rows.
Status MakeMetadataTable(Database& database, storage::Storage& storage, const MetadataRead& read);

}  // namespace firn::query
