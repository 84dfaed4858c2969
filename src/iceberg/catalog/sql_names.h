#pragma once

#include <string>

#include "base/result.h"
#include "iceberg/catalog/catalog.h"

/// Namespaces as SQL catalogs keep them: one text, a dot between two levels.
namespace firn::iceberg {

/// kInvalidInput where the text could not tell the levels apart.
Status CheckLevels(const Namespace& levels);

/// A pattern for LIKE … ESCAPE '!' of all namespaces below `ns`, as all implementations of these catalogs have it.
std::string LikeChildren(const std::string& ns);

}  // namespace firn::iceberg
