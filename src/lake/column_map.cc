#include "lake/column_map.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace firn::lake {
namespace {

using Json = nlohmann::json;

std::optional<point::FieldType> TypeByName(std::string_view name) {
  using point::FieldType;
  for (const FieldType type :
       {FieldType::kFloat64, FieldType::kInt64, FieldType::kUint64, FieldType::kBoolean, FieldType::kString}) {
    if (point::FieldTypeName(type) == name) return type;
  }
  return std::nullopt;
}

std::optional<int32_t> IdOf(const Json& json) {
  if (!json.is_number_integer() || json < 1 || json > INT32_MAX) return std::nullopt;
  return json.get<int32_t>();
}

Error Malformed() {
  return Corrupt("property {} is not what Firn writes there", ColumnMap::kProperty);
}

const Json& Member(const Json& object, const char* name) {
  static const Json kNothing = Json::object();
  const auto found = object.find(name);
  return found == object.end() ? kNothing : *found;
}

}  // namespace

Result<ColumnMap> ColumnMap::Parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Malformed();
  ColumnMap map;
  const auto put = [&map](ColumnKey key, const Json& value) {
    const auto id = IdOf(value);
    if (id) map.Set(std::move(key), *id);
    return id.has_value();
  };
  if (json.contains("time") && !put(ColumnKey::Time(), json["time"])) return Malformed();
  if (json.contains("time_nanos") && !put(ColumnKey::TimeNanos(), json["time_nanos"])) return Malformed();
  const Json& tags = Member(json, "tags");
  const Json& fields = Member(json, "fields");
  if (!tags.is_object() || !fields.is_object()) return Malformed();
  for (const auto& [name, id] : tags.items()) {
    if (!put(ColumnKey::Tag(name), id)) return Malformed();
  }
  for (const auto& [name, types] : fields.items()) {
    if (!types.is_object()) return Malformed();
    for (const auto& [type_name, id] : types.items()) {
      const auto type = TypeByName(type_name);
      if (!type || !put(ColumnKey::Field(name, *type), id)) return Malformed();
    }
  }
  return map;
}

std::string ColumnMap::ToJson() const {
  Json json = Json::object();
  for (const auto& [key, id] : ids_) {
    switch (key.kind) {
      case ColumnKey::Kind::kTime:
        json["time"] = id;
        break;
      case ColumnKey::Kind::kTimeNanos:
        json["time_nanos"] = id;
        break;
      case ColumnKey::Kind::kTag:
        json["tags"][key.name] = id;
        break;
      case ColumnKey::Kind::kField:
        json["fields"][key.name][point::FieldTypeName(key.type)] = id;
        break;
    }
  }
  // Names that are no UTF-8 cannot be written in JSON; such columns never come this far (SchemaPlan rejects them).
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<int32_t> ColumnMap::Find(const ColumnKey& key) const {
  const auto found = ids_.find(key);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

bool ColumnMap::HasId(int32_t field_id) const {
  return std::any_of(ids_.begin(), ids_.end(), [field_id](const auto& entry) { return entry.second == field_id; });
}

}  // namespace firn::lake
