#pragma once

#include "iceberg/catalog/catalog.h"
#include "storage/storage.h"

namespace firn::iceberg {

/// Deletes every file that the table's metadata reaches: data and delete files, manifests, lists, statistics, metadata.
/// Refused with `gc.enabled` = false. The table must be out of the catalog already. Manifests that cannot be read are
/// passed over.
Status PurgeTable(storage::Storage& storage, const LoadedTable& table);

}  // namespace firn::iceberg
