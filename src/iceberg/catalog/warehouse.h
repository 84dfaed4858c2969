#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "iceberg/catalog/catalog.h"
#include "storage/storage.h"

namespace firn::iceberg {

/// A table found by looking at files.
struct FoundTable {
  std::string metadata_location;  ///< the newest of the table: highest counter, then last-updated-ms
  std::string table_uuid;
  std::string location;
  TableIdentifier suggested;  ///< from the folders between the warehouse and the table
};

struct RebuildReport {
  std::vector<FoundTable> registered;
  std::vector<std::pair<std::string, std::string>> skipped;  ///< metadata location, why
};

/// Finds the tables under `warehouse`, one a uuid.
Result<RebuildReport> FindTables(storage::Storage& storage, const std::string& warehouse);

/// Puts every table under `warehouse` that `catalog` lacks (by name and by uuid) back into it, namespaces included.
Result<RebuildReport> RebuildCatalog(storage::Storage& storage, Catalog& catalog, const std::string& warehouse);

/// Rewrites the absolute locations that begin with `from_prefix` (storage/location_prefix.h) in a table's metadata,
/// manifest lists and manifests to `to_prefix`, as new files under the new prefix; data files must be there already.
/// Gives the new metadata's location, to be registered. The old files stay as they are. Position delete files name data
/// files inside themselves: tables that have such deletes are refused with kUnsupported.
Result<std::string> RelocateTable(storage::Storage& storage, const std::string& metadata_location,
                                  const std::string& from_prefix, const std::string& to_prefix, Random& random);

}  // namespace firn::iceberg
