#include "iceberg/spec/schema.h"

#include <algorithm>

namespace firn::iceberg {
namespace {

constexpr int kMaximumDepth = 64;

Type AssignInside(const Type& type, int32_t* last_column_id);

std::vector<NestedField> AssignFields(const std::vector<NestedField>& fields, int32_t* last_column_id) {
  std::vector<NestedField> assigned = fields;
  for (NestedField& field : assigned) field.id = ++*last_column_id;
  for (NestedField& field : assigned) field.type = AssignInside(field.type, last_column_id);
  return assigned;
}

Type AssignInside(const Type& type, int32_t* last_column_id) {
  switch (type.id()) {
    case TypeId::kStruct:
      return Type::Struct(AssignFields(type.fields(), last_column_id));
    case TypeId::kList: {
      const NestedField& element = type.fields()[0];
      const int32_t element_id = ++*last_column_id;
      return Type::List(element_id, AssignInside(element.type, last_column_id), element.required);
    }
    case TypeId::kMap: {
      const NestedField& key = type.fields()[0];
      const NestedField& value = type.fields()[1];
      const int32_t key_id = ++*last_column_id;
      const int32_t value_id = ++*last_column_id;
      Type key_type = AssignInside(key.type, last_column_id);
      return Type::Map(key_id, std::move(key_type), value_id, AssignInside(value.type, last_column_id), value.required);
    }
    default:
      return type;
  }
}

}  // namespace

Schema::Schema(int32_t schema_id, std::vector<NestedField> fields, std::vector<int32_t> identifier_field_ids)
    : schema_id_(schema_id),
      root_(Type::Struct(std::move(fields))),
      identifier_field_ids_(std::move(identifier_field_ids)) {
  Index(root_.fields(), nullptr, 0, false, 0);
}

void Schema::Index(const std::vector<NestedField>& fields, const Entry* parent, int32_t parent_id, bool inside,
                   int depth) {
  if (depth > kMaximumDepth) {
    problem_ = fmt::format("schema is nested deeper than {} levels", kMaximumDepth);
    return;
  }
  for (const NestedField& field : fields) {
    Entry entry{&field, parent == nullptr ? field.name : parent->full_name + '.' + field.name, parent_id, inside};
    highest_field_id_ = std::max(highest_field_id_, field.id);
    const auto [place, inserted] = by_id_.emplace(field.id, std::move(entry));
    if (!inserted) {
      problem_ = fmt::format("field id {} is used twice", field.id);
      return;
    }
    const Entry& kept = place->second;
    if (!by_name_.emplace(kept.full_name, field.id).second)
      problem_ = fmt::format("column name is used twice: {}", kept.full_name);
    const bool nested_inside = inside || field.type.id() == TypeId::kList || field.type.id() == TypeId::kMap;
    // References into an unordered_map stay valid while it grows.
    Index(field.type.fields(), &kept, field.id, nested_inside, depth + 1);
  }
}

const NestedField* Schema::FindField(int32_t field_id) const {
  const auto found = by_id_.find(field_id);
  return found == by_id_.end() ? nullptr : found->second.field;
}

const NestedField* Schema::FindField(std::string_view full_name) const {
  const auto found = by_name_.find(std::string(full_name));
  return found == by_name_.end() ? nullptr : FindField(found->second);
}

const std::string& Schema::FullName(int32_t field_id) const {
  static const std::string empty;
  const auto found = by_id_.find(field_id);
  return found == by_id_.end() ? empty : found->second.full_name;
}

int32_t Schema::ParentId(int32_t field_id) const {
  const auto found = by_id_.find(field_id);
  return found == by_id_.end() ? 0 : found->second.parent_id;
}

bool Schema::IsInsideListOrMap(int32_t field_id) const {
  const auto found = by_id_.find(field_id);
  return found != by_id_.end() && found->second.inside_list_or_map;
}

Status Schema::Validate(int32_t format_version) const {
  if (!problem_.empty()) return InvalidInput("{}", problem_);
  for (const auto& [id, entry] : by_id_) {
    if (id <= 0 || id >= kFirstReservedFieldId)
      return InvalidInput("field id {} is not allowed: {}", id, entry.full_name);
    if (entry.field->name.empty()) return InvalidInput("column without a name: field id {}", id);
    const Type& type = entry.field->type;
    if (type.is_primitive() && MinimumFormatVersion(type) > format_version) {
      return InvalidInput("type {} needs format version {}: column {}", ToString(type), MinimumFormatVersion(type),
                          entry.full_name);
    }
    if (type.id() == TypeId::kUnknown && entry.field->required) {
      return InvalidInput("a column of type unknown must be optional: {}", entry.full_name);
    }
  }
  for (const int32_t id : identifier_field_ids_) {
    const NestedField* field = FindField(id);
    if (field == nullptr) return InvalidInput("identifier field {} does not exist", id);
    const TypeId type = field->type.id();
    if (!field->type.is_primitive() || !field->required || type == TypeId::kFloat || type == TypeId::kDouble ||
        IsInsideListOrMap(id)) {
      return InvalidInput("column cannot be an identifier field (required, primitive, no float, in no list or map): {}",
                          FullName(id));
    }
    for (int32_t parent = ParentId(id); parent != 0; parent = ParentId(parent)) {
      if (!FindField(parent)->required)
        return InvalidInput("identifier field lies in an optional struct: {}", FullName(id));
    }
  }
  return OkStatus();
}

bool Schema::SameColumns(const Schema& other) const {
  return root_ == other.root_ && identifier_field_ids_ == other.identifier_field_ids_;
}

Type AssignFreshIds(const Type& type, int32_t* last_column_id) {
  return AssignInside(type, last_column_id);
}

Schema AssignFreshIds(const Schema& requested, int32_t schema_id, int32_t* last_column_id) {
  *last_column_id = 0;
  std::vector<NestedField> fields = AssignFields(requested.fields(), last_column_id);
  const Schema plain(schema_id, fields);
  std::vector<int32_t> identifiers;
  for (const int32_t id : requested.identifier_field_ids()) {
    if (const NestedField* field = plain.FindField(requested.FullName(id))) identifiers.push_back(field->id);
  }
  return Schema(schema_id, std::move(fields), std::move(identifiers));
}

}  // namespace firn::iceberg
