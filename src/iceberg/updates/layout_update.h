#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "iceberg/updates/metadata_builder.h"

/// Changes of how rows are laid out: partition spec and sort order. Old files keep the spec and order that they were
/// written under.

namespace firn::iceberg {

struct PartitionFieldRequest {
  std::string column;  ///< full name
  Transform transform;
  std::string name;  ///< "" = DefaultPartitionFieldName
};

/// Makes `fields` the default spec. A field with the same source and transform as one in any spec of the table gets
/// that one's id (and, unless given, name); a spec with equal fields is used again. In v1 tables dropped fields stay,
/// with transform `void`. Requires last-assigned-partition-id and default-spec-id of the base.
Status SetPartitionSpec(MetadataBuilder& builder, const std::vector<PartitionFieldRequest>& fields);

/// Makes `fields` the default sort order (empty = unsorted, order 0); an equal order is used again.
Status SetSortOrder(MetadataBuilder& builder, const std::vector<SortField>& fields);

}  // namespace firn::iceberg
