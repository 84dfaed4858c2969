#include "iceberg/json/schema_json.h"

#include "iceberg/json/json_access.h"
#include "iceberg/json/single_value_json.h"

namespace firn::iceberg {
namespace {

constexpr int kMaximumDepth = 64;

Result<Type> ParseType(const Json& json, int depth);

Result<bool> RequiredBool(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value == nullptr || !value->is_boolean()) return Corrupt("field is missing or no boolean: {}", name);
  return value->get<bool>();
}

Result<std::optional<Literal>> ParseDefault(const Json& json, const char* name, const Type& type) {
  const Json* value = FindMember(json, name);
  if (value == nullptr || type.is_nested()) return std::optional<Literal>();
  FIRN_ASSIGN(Literal literal, ParseSingleValueObject(type, *value).WithContext(name));
  return std::optional<Literal>(std::move(literal));
}

Result<NestedField> ParseField(const Json& json, int depth) {
  NestedField field;
  FIRN_ASSIGN(field.id, RequiredInt(json, "id"));
  FIRN_ASSIGN(field.name, RequiredString(json, "name"));
  FIRN_ASSIGN(field.required, RequiredBool(json, "required"));
  FIRN_ASSIGN(const std::optional<std::string> doc, OptionalString(json, "doc"));
  field.doc = doc.value_or("");
  const Json* type = FindMember(json, "type");
  if (type == nullptr) return Corrupt("column without a type: {}", field.name);
  FIRN_ASSIGN(field.type, ParseType(*type, depth + 1));
  FIRN_ASSIGN(field.initial_default, ParseDefault(json, "initial-default", field.type));
  FIRN_ASSIGN(field.write_default, ParseDefault(json, "write-default", field.type));
  return field;
}

Result<std::vector<NestedField>> ParseFields(const Json& json, int depth) {
  FIRN_ASSIGN(const Json* array, RequiredArray(json, "fields"));
  std::vector<NestedField> fields;
  fields.reserve(array->size());
  for (const Json& item : *array) {
    FIRN_ASSIGN(NestedField field, ParseField(item, depth));
    fields.push_back(std::move(field));
  }
  return fields;
}

Result<Type> ParsePart(const Json& json, const char* name, int depth) {
  const Json* type = FindMember(json, name);
  if (type == nullptr) return Corrupt("field is missing: {}", name);
  return ParseType(*type, depth + 1);
}

Result<Type> ParseNestedType(const Json& json, int depth) {
  FIRN_ASSIGN(const std::string kind, RequiredString(json, "type"));
  if (kind == "struct") {
    FIRN_ASSIGN(std::vector<NestedField> fields, ParseFields(json, depth));
    return Type::Struct(std::move(fields));
  }
  if (kind == "list") {
    FIRN_ASSIGN(const int32_t id, RequiredInt(json, "element-id"));
    FIRN_ASSIGN(const bool required, RequiredBool(json, "element-required"));
    FIRN_ASSIGN(Type element, ParsePart(json, "element", depth));
    return Type::List(id, std::move(element), required);
  }
  if (kind == "map") {
    FIRN_ASSIGN(const int32_t key_id, RequiredInt(json, "key-id"));
    FIRN_ASSIGN(const int32_t value_id, RequiredInt(json, "value-id"));
    FIRN_ASSIGN(const bool required, RequiredBool(json, "value-required"));
    FIRN_ASSIGN(Type key, ParsePart(json, "key", depth));
    FIRN_ASSIGN(Type value, ParsePart(json, "value", depth));
    return Type::Map(key_id, std::move(key), value_id, std::move(value), required);
  }
  return Corrupt("unknown type: {}", kind);
}

Result<Type> ParseType(const Json& json, int depth) {
  if (depth > kMaximumDepth) return Corrupt("schema is nested deeper than {} levels", kMaximumDepth);
  if (json.is_object()) return ParseNestedType(json, depth);
  if (!json.is_string()) return Corrupt("a type is neither text nor object");
  Result<Type> type = ParsePrimitiveType(json.get_ref<const std::string&>());
  if (!type.ok()) return Corrupt("{}", type.error().message());
  return type;
}

void AppendType(std::string& out, const Type& type);

void AppendField(std::string& out, const NestedField& field) {
  out += fmt::format("{{\"id\":{},\"name\":", field.id);
  AppendJsonString(out, field.name);
  out += fmt::format(",\"required\":{},\"type\":", field.required);
  AppendType(out, field.type);
  if (!field.doc.empty()) {
    out += ",\"doc\":";
    AppendJsonString(out, field.doc);
  }
  if (field.initial_default) out += ",\"initial-default\":" + SerializeSingleValue(field.type, *field.initial_default);
  if (field.write_default) out += ",\"write-default\":" + SerializeSingleValue(field.type, *field.write_default);
  out += '}';
}

void AppendFields(std::string& out, const std::vector<NestedField>& fields) {
  out += "\"fields\":[";
  for (const NestedField& field : fields) {
    if (out.back() != '[') out += ',';
    AppendField(out, field);
  }
  out += ']';
}

void AppendType(std::string& out, const Type& type) {
  if (type.is_primitive()) {
    AppendJsonString(out, ToString(type));
  } else if (type.id() == TypeId::kStruct) {
    out += "{\"type\":\"struct\",";
    AppendFields(out, type.fields());
    out += '}';
  } else if (type.id() == TypeId::kList) {
    const NestedField& element = type.fields()[0];
    out += fmt::format("{{\"type\":\"list\",\"element-id\":{},\"element-required\":{},\"element\":", element.id,
                       element.required);
    AppendType(out, element.type);
    out += '}';
  } else {
    const NestedField& key = type.fields()[0];
    const NestedField& value = type.fields()[1];
    out += fmt::format("{{\"type\":\"map\",\"key-id\":{},\"key\":", key.id);
    AppendType(out, key.type);
    out += fmt::format(",\"value-id\":{},\"value-required\":{},\"value\":", value.id, value.required);
    AppendType(out, value.type);
    out += '}';
  }
}

Result<PartitionField> ParsePartitionField(const Json& json) {
  PartitionField field;
  FIRN_ASSIGN(field.name, RequiredString(json, "name"));
  FIRN_ASSIGN(const std::string transform, RequiredString(json, "transform"));
  field.transform = ParseTransform(transform);
  FIRN_ASSIGN(const Json* sources, OptionalArray(json, "source-ids"));
  if (sources != nullptr) {
    for (const Json& source : *sources) {
      if (!source.is_number_integer()) return Corrupt("source-ids of {} holds no integer", field.name);
      field.more_source_ids.push_back(source.get<int32_t>());
    }
    if (field.more_source_ids.empty()) return Corrupt("source-ids of {} is empty", field.name);
    field.source_id = field.more_source_ids.front();
    field.more_source_ids.erase(field.more_source_ids.begin());
    // A transform of several columns is one that this version does not know, whatever its name.
    if (!field.more_source_ids.empty()) field.transform = {Transform::Kind::kUnknown, 0, transform};
  } else {
    FIRN_ASSIGN(field.source_id, RequiredInt(json, "source-id"));
  }
  FIRN_ASSIGN(const std::optional<int32_t> id, OptionalInt(json, "field-id"));
  field.field_id = id.value_or(0);
  return field;
}

Result<PartitionSpec> ParsePartitionFields(const Json& array, int32_t spec_id) {
  PartitionSpec spec;
  spec.spec_id = spec_id;
  size_t without_id = 0;
  for (const Json& item : array) {
    FIRN_ASSIGN(PartitionField field, ParsePartitionField(item));
    if (field.field_id == 0) ++without_id;
    spec.fields.push_back(std::move(field));
  }
  if (without_id != 0 && without_id != spec.fields.size()) return Corrupt("some partition fields have no field-id");
  if (without_id != 0) {
    for (size_t i = 0; i < spec.fields.size(); ++i)
      spec.fields[i].field_id = kFirstPartitionFieldId + static_cast<int32_t>(i);
  }
  return spec;
}

}  // namespace

Result<Schema> ParseSchemaObject(const Json& json) {
  FIRN_ASSIGN(const std::optional<int32_t> id, OptionalInt(json, "schema-id"));
  FIRN_ASSIGN(std::vector<NestedField> fields, ParseFields(json, 0));
  std::vector<int32_t> identifiers;
  FIRN_ASSIGN(const Json* array, OptionalArray(json, "identifier-field-ids"));
  if (array != nullptr) {
    for (const Json& item : *array) {
      if (!item.is_number_integer()) return Corrupt("identifier-field-ids holds no integer");
      identifiers.push_back(item.get<int32_t>());
    }
  }
  return Schema(id.value_or(0), std::move(fields), std::move(identifiers));
}

Result<Schema> ParseSchemaJson(std::string_view text) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  return ParseSchemaObject(json);
}

std::string SerializeSchema(const Schema& schema) {
  std::string out = fmt::format("{{\"type\":\"struct\",\"schema-id\":{},", schema.schema_id());
  if (!schema.identifier_field_ids().empty()) {
    out += fmt::format("\"identifier-field-ids\":[{}],", fmt::join(schema.identifier_field_ids(), ","));
  }
  AppendFields(out, schema.fields());
  return out + '}';
}

Result<PartitionSpec> ParsePartitionSpecJson(std::string_view text) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  FIRN_ASSIGN(const int32_t spec_id, RequiredInt(json, "spec-id"));
  FIRN_ASSIGN(const Json* fields, RequiredArray(json, "fields"));
  return ParsePartitionFields(*fields, spec_id);
}

Result<PartitionSpec> ParsePartitionFieldsJson(std::string_view text, int32_t spec_id) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  if (!json.is_array()) return Corrupt("partition fields are no list");
  return ParsePartitionFields(json, spec_id);
}

std::string SerializePartitionFields(const PartitionSpec& spec) {
  std::string out = "[";
  for (const PartitionField& field : spec.fields) {
    if (out.back() != '[') out += ',';
    out += "{\"name\":";
    AppendJsonString(out, field.name);
    out += ",\"transform\":";
    AppendJsonString(out, ToString(field.transform));
    if (field.more_source_ids.empty()) {
      out += fmt::format(",\"source-id\":{}", field.source_id);
    } else {
      out += fmt::format(",\"source-ids\":[{},{}]", field.source_id, fmt::join(field.more_source_ids, ","));
    }
    out += fmt::format(",\"field-id\":{}}}", field.field_id);
  }
  return out + ']';
}

std::string SerializePartitionSpec(const PartitionSpec& spec) {
  return fmt::format("{{\"spec-id\":{},\"fields\":{}}}", spec.spec_id, SerializePartitionFields(spec));
}

Result<SortOrder> ParseSortOrderJson(std::string_view text) {
  FIRN_ASSIGN(const Json json, ParseJson(text));
  SortOrder order;
  FIRN_ASSIGN(order.order_id, RequiredInt(json, "order-id"));
  FIRN_ASSIGN(const Json* fields, RequiredArray(json, "fields"));
  for (const Json& item : *fields) {
    SortField field;
    FIRN_ASSIGN(const std::string transform, RequiredString(item, "transform"));
    FIRN_ASSIGN(const std::string direction, RequiredString(item, "direction"));
    FIRN_ASSIGN(const std::string nulls, RequiredString(item, "null-order"));
    field.transform = ParseTransform(transform);
    if (direction != "asc" && direction != "desc") return Corrupt("unknown sort direction: {}", direction);
    if (nulls != "nulls-first" && nulls != "nulls-last") return Corrupt("unknown null order: {}", nulls);
    field.direction = direction == "asc" ? SortField::Direction::kAscending : SortField::Direction::kDescending;
    field.null_order = nulls == "nulls-first" ? SortField::NullOrder::kNullsFirst : SortField::NullOrder::kNullsLast;
    FIRN_ASSIGN(field.source_id, RequiredInt(item, "source-id"));
    order.fields.push_back(std::move(field));
  }
  return order;
}

std::string SerializeSortOrder(const SortOrder& order) {
  std::string out = fmt::format("{{\"order-id\":{},\"fields\":[", order.order_id);
  for (const SortField& field : order.fields) {
    if (out.back() != '[') out += ',';
    out += "{\"transform\":";
    AppendJsonString(out, ToString(field.transform));
    out += fmt::format(",\"source-id\":{},\"direction\":\"{}\",\"null-order\":\"{}\"}}", field.source_id,
                       field.direction == SortField::Direction::kAscending ? "asc" : "desc",
                       field.null_order == SortField::NullOrder::kNullsFirst ? "nulls-first" : "nulls-last");
  }
  return out + "]}";
}

}  // namespace firn::iceberg
