#pragma once

#include <string>

#include "base/random.h"
#include "iceberg/catalog/catalog.h"
#include "storage/storage.h"

namespace firn::iceberg {

/// Reads a table by its metadata file, without a catalog: `….metadata.json`, `….gz.metadata.json`,
/// `….metadata.json.gz`. kCorrupt, naming the file, for anything that is not whole and valid metadata.
Result<LoadedTable> LoadTableFromMetadata(storage::Storage& storage, const std::string& metadata_location);

/// Writes `metadata` as the successor of `previous_location` ("" for a new table):
/// `<location>/metadata/NNNNN-<uuid>.metadata.json`, gzip where the table's properties say so. Durable when it returns.
/// Gives the location.
Result<std::string> WriteMetadataFile(storage::Storage& storage, const TableMetadata& metadata,
                                      const std::string& previous_location, Random& random);

/// The counter in a metadata file's name: 7 for `00007-….metadata.json` and `v7.metadata.json`; -1 for other names.
int64_t MetadataVersion(std::string_view metadata_location);

}  // namespace firn::iceberg
