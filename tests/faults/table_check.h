#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/catalog/catalog.h"
#include "ledger.h"
#include "storage/storage.h"

namespace firn::faults {

/// What a look at all tables of a namespace has found.
struct TableFindings {
  std::vector<StoredRow> rows;
  std::vector<std::string> problems;  ///< broken invariants
  std::set<std::string> referenced;   ///< every file that a table's metadata reaches
};

/// Reads the tables of `levels` as a scan does, every row of them, and checks of each: all files of all snapshots are
/// there; no path twice; sequence numbers and times of snapshots never go back; summaries, manifests and files agree on
/// counts; the files of the metadata log are there.
Result<TableFindings> CheckTables(storage::Storage& storage, iceberg::Catalog& catalog,
                                  const iceberg::Namespace& levels);

/// Files below `warehouse` that nothing references, temporary ones included.
Result<std::vector<std::string>> FindOrphans(storage::Storage& storage, const std::string& warehouse,
                                             const std::set<std::string>& referenced);

}  // namespace firn::faults
