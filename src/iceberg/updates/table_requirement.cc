#include "iceberg/updates/table_requirement.h"

namespace firn::iceberg {
namespace {

std::string SnapshotText(const std::optional<int64_t>& snapshot_id) {
  return snapshot_id ? fmt::format("snapshot {}", *snapshot_id) : std::string("no snapshot");
}

/// Compares a number of the metadata with the one that the commit was made from.
Status Expect(const char* what, int64_t expected, int64_t actual) {
  if (expected == actual) return OkStatus();
  return Conflict("{} has changed: expected {}, is {}", what, expected, actual);
}

struct Checker {
  const TableMetadata* metadata;

  Status operator()(const AssertCreate&) const { return OkStatus(); }
  Status operator()(const AssertTableUuid& requirement) const {
    if (metadata->table_uuid == requirement.uuid) return OkStatus();
    return Conflict("another table has taken this name: expected uuid {}, is {}", requirement.uuid,
                    metadata->table_uuid);
  }
  Status operator()(const AssertRefSnapshotId& requirement) const {
    const auto found = metadata->refs.find(requirement.ref);
    std::optional<int64_t> actual;
    if (found != metadata->refs.end()) actual = found->second.snapshot_id;
    if (actual == requirement.snapshot_id) return OkStatus();
    return Conflict("ref {} has moved: expected {}, is {}", requirement.ref, SnapshotText(requirement.snapshot_id),
                    SnapshotText(actual));
  }
  Status operator()(const AssertLastAssignedFieldId& requirement) const {
    return Expect("last assigned field id", requirement.last_assigned_field_id, metadata->last_column_id);
  }
  Status operator()(const AssertCurrentSchemaId& requirement) const {
    return Expect("current schema id", requirement.current_schema_id, metadata->current_schema_id);
  }
  Status operator()(const AssertLastAssignedPartitionId& requirement) const {
    return Expect("last assigned partition id", requirement.last_assigned_partition_id, metadata->last_partition_id);
  }
  Status operator()(const AssertDefaultSpecId& requirement) const {
    return Expect("default partition spec id", requirement.default_spec_id, metadata->default_spec_id);
  }
  Status operator()(const AssertDefaultSortOrderId& requirement) const {
    return Expect("default sort order id", requirement.default_sort_order_id, metadata->default_sort_order_id);
  }
};

}  // namespace

Status Check(const TableRequirement& requirement, const TableMetadata* metadata) {
  const bool must_be_absent = std::holds_alternative<AssertCreate>(requirement);
  if (metadata == nullptr) return must_be_absent ? OkStatus() : Status(Conflict("the table does not exist"));
  if (must_be_absent) return Conflict("the table exists already");
  return std::visit(Checker{metadata}, requirement);
}

Status CheckAll(const std::vector<TableRequirement>& requirements, const TableMetadata* metadata) {
  for (const TableRequirement& requirement : requirements) FIRN_TRY(Check(requirement, metadata));
  return OkStatus();
}

}  // namespace firn::iceberg
