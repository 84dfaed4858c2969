#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "iceberg/catalog/catalog.h"
#include "storage/storage.h"

namespace firn::iceberg {

struct SqliteCatalogOptions {
  std::string path;                   ///< the database file; created with its folder when absent
  std::string catalog_name = "firn";  ///< part of the key: another name is another, empty catalog
  std::string warehouse;              ///< location under which new tables go, e.g. `file:///lake`
  int busy_timeout_ms = 10'000;
  bool read_only = false;  ///< never creates or changes anything; the file must exist
};

/// The catalog of PyIceberg's SqlCatalog and Iceberg Java's JdbcCatalog in one SQLite file, in both of its layouts (V0
/// has no iceberg_type column). A commit is one `UPDATE … WHERE metadata_location = <old>` in an immediate transaction,
/// durable (rollback journal, synchronous=EXTRA, folder synced after creation) before it is reported. Parsed metadata
/// of the last tables is kept, so that a process that commits alone never reads its own metadata back. Thread-safe, and
/// safe beside other processes.
///
/// `storage`, `clock` and `random` must outlive the catalog.
Result<std::unique_ptr<Catalog>> OpenSqliteCatalog(const SqliteCatalogOptions& options,
                                                   std::shared_ptr<storage::Storage> storage, const Clock& clock,
                                                   Random& random);

}  // namespace firn::iceberg
