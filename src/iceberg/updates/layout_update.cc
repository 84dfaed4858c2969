#include "iceberg/updates/layout_update.h"

#include <algorithm>

namespace firn::iceberg {
namespace {

/// A field of any spec with the same source and transform: its id must be used again.
const PartitionField* FindTwin(const TableMetadata& metadata, int32_t source_id, const Transform& transform) {
  for (const PartitionSpec& spec : metadata.partition_specs) {
    for (const PartitionField& field : spec.fields) {
      if (field.source_id == source_id && field.transform == transform && field.more_source_ids.empty()) return &field;
    }
  }
  return nullptr;
}

/// Version 1 never takes a field away: it becomes `void` at its place, and new fields follow.
PartitionSpec KeepVersion1Fields(const PartitionSpec& current, PartitionSpec wanted) {
  PartitionSpec spec;
  for (PartitionField field : current.fields) {
    const auto kept = std::find_if(wanted.fields.begin(), wanted.fields.end(), [&](const PartitionField& candidate) {
      return candidate.field_id == field.field_id;
    });
    if (kept == wanted.fields.end()) {
      field.transform = Transform::Void();
      spec.fields.push_back(std::move(field));
    } else {
      spec.fields.push_back(*kept);
      wanted.fields.erase(kept);
    }
  }
  spec.fields.insert(spec.fields.end(), wanted.fields.begin(), wanted.fields.end());
  return spec;
}

}  // namespace

Status SetPartitionSpec(MetadataBuilder& builder, const std::vector<PartitionFieldRequest>& fields) {
  const TableMetadata& base = builder.current();
  PartitionSpec spec;
  int32_t last_id = base.last_partition_id;
  for (const PartitionFieldRequest& request : fields) {
    const NestedField* source = base.schema().FindField(std::string_view(request.column));
    if (source == nullptr) return InvalidInput("column does not exist: {}", request.column);
    const PartitionField* twin = FindTwin(base, source->id, request.transform);
    PartitionField field;
    field.source_id = source->id;
    field.transform = request.transform;
    field.field_id = twin != nullptr ? twin->field_id : ++last_id;
    field.name = request.name;
    if (field.name.empty())
      field.name = twin != nullptr ? twin->name : DefaultPartitionFieldName(request.column, request.transform);
    spec.fields.push_back(std::move(field));
  }
  if (base.format_version == 1) spec = KeepVersion1Fields(base.spec(), std::move(spec));
  if (spec.SameFields(base.spec())) return OkStatus();
  builder.Require(AssertLastAssignedPartitionId{base.last_partition_id});
  builder.Require(AssertDefaultSpecId{base.default_spec_id});
  FIRN_TRY(builder.Apply(AddPartitionSpec{std::move(spec)}));
  return builder.Apply(SetDefaultSpec{kLastAdded});
}

Status SetSortOrder(MetadataBuilder& builder, const std::vector<SortField>& fields) {
  const TableMetadata& base = builder.current();
  if (base.sort_order().fields == fields) return OkStatus();
  builder.Require(AssertDefaultSortOrderId{base.default_sort_order_id});
  FIRN_TRY(builder.Apply(AddSortOrder{SortOrder{0, fields}}));
  return builder.Apply(SetDefaultSortOrder{kLastAdded});
}

}  // namespace firn::iceberg
