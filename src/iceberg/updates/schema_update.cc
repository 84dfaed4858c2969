#include "iceberg/updates/schema_update.h"

#include <algorithm>
#include <set>

#include "iceberg/spec/name_mapping.h"

namespace firn::iceberg {
namespace {

constexpr int kMaximumDepth = 64;

Type WithFields(const Type& type, std::vector<NestedField> fields) {
  switch (type.id()) {
    case TypeId::kStruct:
      return Type::Struct(std::move(fields));
    case TypeId::kList:
      return Type::List(fields[0].id, fields[0].type, fields[0].required);
    case TypeId::kMap:
      return Type::Map(fields[0].id, fields[0].type, fields[1].id, fields[1].type, fields[1].required);
    default:
      return type;
  }
}

using EditFunction = std::function<Status(std::vector<NestedField>&, size_t)>;

/// Finds the field at any depth and edits the list that holds it; the types around it are built anew. False when it is
/// not there.
Result<bool> EditField(std::vector<NestedField>& fields, int32_t field_id, const EditFunction& edit, int depth) {
  if (depth > kMaximumDepth) return InvalidInput("schema is nested deeper than {} levels", kMaximumDepth);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].id == field_id) {
      FIRN_TRY(edit(fields, i));
      return true;
    }
    if (fields[i].type.is_primitive()) continue;
    std::vector<NestedField> children = fields[i].type.fields();
    FIRN_ASSIGN(const bool found, EditField(children, field_id, edit, depth + 1));
    if (!found) continue;
    fields[i].type = WithFields(fields[i].type, std::move(children));
    return true;
  }
  return false;
}

/// The struct that children of `field` go into: itself, or its element's or value's struct.
const NestedField* StructOf(const NestedField& field) {
  if (field.type.id() == TypeId::kStruct) return &field;
  if (field.type.is_nested()) return StructOf(field.type.fields().back());
  return nullptr;
}

/// Adds names that columns have got since to the mapping, so that imported files are still found under their old ones.
void FollowRenames(std::vector<MappedField>& mapped, const std::vector<NestedField>& fields) {
  for (const NestedField& field : fields) {
    auto known = std::find_if(mapped.begin(), mapped.end(),
                              [&](const MappedField& entry) { return entry.field_id == field.id; });
    // A name belongs to one column only: the newest.
    for (MappedField& other : mapped) {
      if (other.field_id != field.id) std::erase(other.names, field.name);
    }
    if (known == mapped.end()) {
      mapped.push_back({field.id, {field.name}, {}});
      known = std::prev(mapped.end());
    } else if (std::find(known->names.begin(), known->names.end(), field.name) == known->names.end()) {
      known->names.push_back(field.name);
    }
    FollowRenames(known->fields, field.type.fields());
  }
}

}  // namespace

SchemaUpdate::SchemaUpdate(const TableMetadata& base)
    : base_(base),
      fields_(base.schema().fields()),
      identifier_field_ids_(base.schema().identifier_field_ids()),
      last_column_id_(base.last_column_id) {}

Schema SchemaUpdate::schema() const {
  int32_t id = 0;
  for (const auto& known : base_.schemas) id = std::max(id, known->schema_id() + 1);
  return Schema(id, fields_, identifier_field_ids_);
}

Result<int32_t> SchemaUpdate::Find(const std::string& column) const {
  const NestedField* field = base_.schema().FindField(std::string_view(column));
  const Schema now = schema();
  if (field == nullptr) field = now.FindField(std::string_view(column));
  if (field == nullptr || now.FindField(field->id) == nullptr) return InvalidInput("column does not exist: {}", column);
  return field->id;
}

Status SchemaUpdate::Edit(int32_t field_id, const EditFunction& edit) {
  FIRN_ASSIGN(const bool found, EditField(fields_, field_id, edit, 0));
  if (!found) return InvalidInput("column does not exist: field id {}", field_id);
  changed_ = true;
  return OkStatus();
}

Result<int32_t> SchemaUpdate::AddColumn(const std::string& parent, const std::string& name, const Type& type,
                                        const ColumnOptions& options) {
  if (options.required && (base_.format_version < 3 || !options.initial_default)) {
    return InvalidInput("a new column must be optional, or have an initial default in format version 3: {}", name);
  }
  if ((options.initial_default || options.write_default) && base_.format_version < 3) {
    return InvalidInput("default values need format version 3: {}", name);
  }
  NestedField field;
  field.id = ++last_column_id_;
  field.name = name;
  field.type = AssignFreshIds(type, &last_column_id_);
  field.required = options.required;
  field.doc = options.doc;
  field.initial_default = options.initial_default;
  field.write_default = options.write_default ? options.write_default : options.initial_default;
  const int32_t id = field.id;
  const auto append = [&](std::vector<NestedField>& siblings) -> Status {
    const bool taken =
        std::any_of(siblings.begin(), siblings.end(), [&](const NestedField& other) { return other.name == name; });
    if (taken) return InvalidInput("column exists already: {}", name);
    siblings.push_back(std::move(field));
    return OkStatus();
  };
  if (parent.empty()) {
    FIRN_TRY(append(fields_));
    changed_ = true;
    return id;
  }
  FIRN_ASSIGN(const int32_t parent_id, Find(parent));
  const Schema now = schema();
  const NestedField* holder = StructOf(*now.FindField(parent_id));
  if (holder == nullptr) return InvalidInput("column is no struct: {}", parent);
  const Status added = Edit(holder->id, [&](std::vector<NestedField>& siblings, size_t at) -> Status {
    std::vector<NestedField> children = siblings[at].type.fields();
    FIRN_TRY(append(children));
    siblings[at].type = Type::Struct(std::move(children));
    return OkStatus();
  });
  if (!added.ok()) return added.error();
  return id;
}

Status SchemaUpdate::RenameColumn(const std::string& column, const std::string& new_name) {
  FIRN_ASSIGN(const int32_t id, Find(column));
  if (new_name.empty()) return InvalidInput("a column needs a name: {}", column);
  return Edit(id, [&](std::vector<NestedField>& siblings, size_t at) -> Status {
    for (const NestedField& other : siblings) {
      if (other.id != id && other.name == new_name) return InvalidInput("column exists already: {}", new_name);
    }
    siblings[at].name = new_name;
    return OkStatus();
  });
}

Status SchemaUpdate::WidenColumn(const std::string& column, const Type& type) {
  FIRN_ASSIGN(const int32_t id, Find(column));
  return Edit(id, [&](std::vector<NestedField>& siblings, size_t at) -> Status {
    const Type& from = siblings[at].type;
    if (!CanPromote(from, type, base_.format_version)) {
      return InvalidInput("column {} cannot change from {} to {}", column, ToString(from), ToString(type));
    }
    const bool values_change = from.id() == TypeId::kDate && type.id() != TypeId::kDate;
    for (const PartitionSpec& spec : base_.partition_specs) {
      for (const PartitionField& field : spec.fields) {
        if (values_change && field.source_id == id)
          return InvalidInput("column {} is the source of partition field {}", column, field.name);
      }
    }
    siblings[at].type = type;
    return OkStatus();
  });
}

Status SchemaUpdate::MakeOptional(const std::string& column) {
  FIRN_ASSIGN(const int32_t id, Find(column));
  if (std::find(identifier_field_ids_.begin(), identifier_field_ids_.end(), id) != identifier_field_ids_.end()) {
    return InvalidInput("an identifier field must be required: {}", column);
  }
  return Edit(id, [](std::vector<NestedField>& siblings, size_t at) {
    siblings[at].required = false;
    return OkStatus();
  });
}

Status SchemaUpdate::SetDoc(const std::string& column, const std::string& doc) {
  FIRN_ASSIGN(const int32_t id, Find(column));
  return Edit(id, [&](std::vector<NestedField>& siblings, size_t at) {
    siblings[at].doc = doc;
    return OkStatus();
  });
}

Status SchemaUpdate::DeleteColumn(const std::string& column) {
  FIRN_ASSIGN(const int32_t id, Find(column));
  const Schema now = schema();
  const auto is_inside = [&](int32_t field_id) {
    for (int32_t at = field_id; at != 0; at = now.ParentId(at)) {
      if (at == id) return true;
    }
    return false;
  };
  for (const PartitionField& field : base_.spec().fields) {
    if (field.transform.kind != Transform::Kind::kVoid && is_inside(field.source_id)) {
      return InvalidInput("column {} is the source of partition field {}", column, field.name);
    }
  }
  for (const SortField& field : base_.sort_order().fields) {
    if (is_inside(field.source_id)) return InvalidInput("the table is sorted by column {}", column);
  }
  for (const int32_t identifier : identifier_field_ids_) {
    if (is_inside(identifier)) return InvalidInput("column is an identifier field: {}", column);
  }
  if (now.ParentId(id) != 0 && now.FindField(now.ParentId(id))->type.id() != TypeId::kStruct) {
    return InvalidInput("a part of a list or map cannot be deleted: {}", column);
  }
  return Edit(id, [](std::vector<NestedField>& siblings, size_t at) {
    siblings.erase(siblings.begin() + static_cast<std::ptrdiff_t>(at));
    return OkStatus();
  });
}

Status SchemaUpdate::MoveColumn(const std::string& column, Position position, const std::string& reference) {
  FIRN_ASSIGN(const int32_t id, Find(column));
  int32_t reference_id = 0;
  if (position != Position::kFirst) {
    FIRN_ASSIGN(reference_id, Find(reference));
  }
  return Edit(id, [&](std::vector<NestedField>& siblings, size_t at) -> Status {
    NestedField moved = siblings[at];
    siblings.erase(siblings.begin() + static_cast<std::ptrdiff_t>(at));
    auto target = siblings.begin();
    if (position != Position::kFirst) {
      target = std::find_if(siblings.begin(), siblings.end(),
                            [&](const NestedField& other) { return other.id == reference_id; });
      if (target == siblings.end()) return InvalidInput("columns lie in different structs: {}, {}", column, reference);
      if (position == Position::kAfter) ++target;
    }
    siblings.insert(target, std::move(moved));
    return OkStatus();
  });
}

Status SchemaUpdate::SetIdentifierFields(const std::vector<std::string>& columns) {
  std::vector<int32_t> ids;
  for (const std::string& column : columns) {
    FIRN_ASSIGN(const int32_t id, Find(column));
    ids.push_back(id);
  }
  changed_ = changed_ || ids != identifier_field_ids_;
  identifier_field_ids_ = std::move(ids);
  return OkStatus();
}

Status SchemaUpdate::ApplyTo(MetadataBuilder& builder) const {
  if (!changed_) return OkStatus();
  const Schema updated = schema();
  FIRN_TRY(updated.Validate(base_.format_version));
  builder.Require(AssertLastAssignedFieldId{base_.last_column_id});
  builder.Require(AssertCurrentSchemaId{base_.current_schema_id});
  FIRN_TRY(builder.Apply(AddSchema{std::make_shared<const Schema>(updated)}));
  FIRN_TRY(builder.Apply(SetCurrentSchema{kLastAdded}));
  const std::string mapping_json = base_.Property(kNameMappingProperty, "");
  if (mapping_json.empty()) return OkStatus();
  Result<NameMapping> mapping = ParseNameMapping(mapping_json);
  // A mapping that nobody can read is left alone.
  if (!mapping.ok()) return OkStatus();
  FollowRenames(mapping->fields, updated.fields());
  return builder.Apply(SetProperties{{{kNameMappingProperty, SerializeNameMapping(*mapping)}}});
}

}  // namespace firn::iceberg
