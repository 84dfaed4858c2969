#include "iceberg/spec/partition_spec.h"

#include <algorithm>
#include <set>

namespace firn::iceberg {
namespace {

/// Java's URLEncoder: letters, digits and `.-*_` stay, a space becomes `+`, all other bytes %XX.
std::string FormEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '-' || c == '*' || c == '_';
    if (plain) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return out;
}

Status ValidateField(const PartitionField& field, const Schema& schema) {
  if (field.transform.kind == Transform::Kind::kUnknown) {
    return Unsupported("partition transform that Firn does not know: {}", ToString(field.transform));
  }
  if (!field.more_source_ids.empty()) return Unsupported("partition field of several columns: {}", field.name);
  if (field.name.empty()) return InvalidInput("partition field {} has no name", field.field_id);
  const NestedField* source = schema.FindField(field.source_id);
  if (source == nullptr) {
    if (field.transform.kind == Transform::Kind::kVoid) return OkStatus();
    return InvalidInput("partition field {} has no source column: field id {}", field.name, field.source_id);
  }
  if (!source->type.is_primitive() || schema.IsInsideListOrMap(field.source_id)) {
    return InvalidInput("column cannot be partitioned by: {}", schema.FullName(field.source_id));
  }
  FIRN_TRY(TransformResultType(field.transform, source->type));
  const NestedField* twin = schema.FindField(std::string_view(field.name));
  const bool same_values =
      field.transform.kind == Transform::Kind::kIdentity || field.transform.kind == Transform::Kind::kVoid;
  if (twin != nullptr && !(same_values && twin->id == field.source_id)) {
    return InvalidInput("partition field has the name of a column: {}", field.name);
  }
  return OkStatus();
}

}  // namespace

bool PartitionSpec::is_unpartitioned() const {
  return std::all_of(fields.begin(), fields.end(),
                     [](const PartitionField& field) { return field.transform.kind == Transform::Kind::kVoid; });
}

bool PartitionSpec::SameFields(const PartitionSpec& other) const {
  return std::equal(fields.begin(), fields.end(), other.fields.begin(), other.fields.end(),
                    [](const PartitionField& a, const PartitionField& b) {
                      return a.source_id == b.source_id && a.more_source_ids == b.more_source_ids &&
                             a.transform == b.transform && a.name == b.name;
                    });
}

int32_t PartitionSpec::HighestFieldId() const {
  int32_t highest = kFirstPartitionFieldId - 1;
  for (const PartitionField& field : fields) highest = std::max(highest, field.field_id);
  return highest;
}

Status ValidateForWriting(const PartitionSpec& spec, const Schema& schema) {
  std::set<std::string> names;
  for (const PartitionField& field : spec.fields) {
    FIRN_TRY(ValidateField(field, schema));
    if (!names.insert(field.name).second) return InvalidInput("partition field name is used twice: {}", field.name);
  }
  return OkStatus();
}

std::vector<Type> PartitionTypes(const PartitionSpec& spec, const Schema& schema) {
  std::vector<Type> types;
  for (const PartitionField& field : spec.fields) {
    const NestedField* source = schema.FindField(field.source_id);
    if (source == nullptr) {
      types.emplace_back(TypeId::kUnknown);
      continue;
    }
    const Result<Type> type = TransformResultType(field.transform, source->type);
    types.push_back(type.ok() ? *type : Type(TypeId::kUnknown));
  }
  return types;
}

std::string PartitionPath(const PartitionSpec& spec, const Schema& schema, const PartitionValues& values) {
  std::string path;
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    const PartitionField& field = spec.fields[i];
    const NestedField* source = schema.FindField(field.source_id);
    const Type type = source == nullptr ? Type(TypeId::kUnknown) : source->type;
    if (i > 0) path += '/';
    const Literal value = i < values.size() ? values[i] : Literal();
    path += FormEncode(field.name) + '=' + FormEncode(HumanPartitionValue(field.transform, type, value));
  }
  return path;
}

std::string DefaultPartitionFieldName(const std::string& column, const Transform& transform) {
  switch (transform.kind) {
    case Transform::Kind::kIdentity:
      return column;
    case Transform::Kind::kBucket:
      return fmt::format("{}_bucket_{}", column, transform.width);
    case Transform::Kind::kTruncate:
      return fmt::format("{}_trunc_{}", column, transform.width);
    case Transform::Kind::kVoid:
      return column + "_null";
    default:
      return column + '_' + ToString(transform);
  }
}

}  // namespace firn::iceberg
