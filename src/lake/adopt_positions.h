#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "iceberg/catalog/catalog.h"

namespace firn::lake {

/// What taking over positions has changed.
struct AdoptReport {
  uint64_t tables = 0;
  uint64_t positions = 0;
};

/// Gives the positions of source `old_source` to `new_source`, in the namespace's low-water marks and in each of its
/// tables, with their epochs: for a source that got another alias or address. A table is changed by one commit, or not
/// at all; called again after a failure it goes on. kAlreadyExists when a table holds positions of both for one shard;
/// kNotFound when nothing belongs to `old_source`.
Result<AdoptReport> AdoptPositions(iceberg::Catalog& catalog, const iceberg::Namespace& levels,
                                   const std::string& old_source, const std::string& new_source);

}  // namespace firn::lake
