#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "iceberg/spec/table_metadata.h"

/// What must hold at the moment of the swap, one struct a kind, under the names of the REST protocol
/// ("TableRequirement").

namespace firn::iceberg {

struct AssertCreate {};
struct AssertTableUuid {
  std::string uuid;
};
/// No id: the ref must not exist.
struct AssertRefSnapshotId {
  std::string ref = kMainBranch;
  std::optional<int64_t> snapshot_id;
};
struct AssertLastAssignedFieldId {
  int32_t last_assigned_field_id = 0;
};
struct AssertCurrentSchemaId {
  int32_t current_schema_id = 0;
};
struct AssertLastAssignedPartitionId {
  int32_t last_assigned_partition_id = 0;
};
struct AssertDefaultSpecId {
  int32_t default_spec_id = 0;
};
struct AssertDefaultSortOrderId {
  int32_t default_sort_order_id = 0;
};

using TableRequirement =
    std::variant<AssertCreate, AssertTableUuid, AssertRefSnapshotId, AssertLastAssignedFieldId, AssertCurrentSchemaId,
                 AssertLastAssignedPartitionId, AssertDefaultSpecId, AssertDefaultSortOrderId>;

/// kConflict where `requirement` does not hold; `metadata` null = the table does not exist.
Status Check(const TableRequirement& requirement, const TableMetadata* metadata);
Status CheckAll(const std::vector<TableRequirement>& requirements, const TableMetadata* metadata);

}  // namespace firn::iceberg
