#include "iceberg/json/json_access.h"
#include "iceberg/spec/name_mapping.h"

namespace firn::iceberg {
namespace {

constexpr int kMaximumDepth = 64;

Result<std::vector<MappedField>> ParseFields(const Json& array, int depth) {
  if (depth > kMaximumDepth) return Corrupt("name mapping is nested deeper than {} levels", kMaximumDepth);
  std::vector<MappedField> fields;
  for (const Json& item : array) {
    MappedField field;
    FIRN_ASSIGN(field.field_id, OptionalInt(item, "field-id"));
    FIRN_ASSIGN(const Json* names, RequiredArray(item, "names"));
    for (const Json& name : *names) {
      if (!name.is_string()) return Corrupt("name mapping holds a name that is no text");
      field.names.push_back(name.get<std::string>());
    }
    FIRN_ASSIGN(const Json* nested, OptionalArray(item, "fields"));
    if (nested != nullptr) {
      FIRN_ASSIGN(field.fields, ParseFields(*nested, depth + 1));
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

void AppendFields(std::string& out, const std::vector<MappedField>& fields) {
  out += '[';
  for (const MappedField& field : fields) {
    if (out.back() != '[') out += ',';
    out += '{';
    if (field.field_id) out += fmt::format("\"field-id\":{},", *field.field_id);
    out += "\"names\":[";
    for (const std::string& name : field.names) {
      if (out.back() != '[') out += ',';
      AppendJsonString(out, name);
    }
    out += ']';
    if (!field.fields.empty()) {
      out += ",\"fields\":";
      AppendFields(out, field.fields);
    }
    out += '}';
  }
  out += ']';
}

}  // namespace

Result<NameMapping> ParseNameMapping(std::string_view text) {
  const auto parse = [&]() -> Result<NameMapping> {
    FIRN_ASSIGN(const Json json, ParseJson(text));
    if (!json.is_array()) return Corrupt("no list");
    NameMapping mapping;
    FIRN_ASSIGN(mapping.fields, ParseFields(json, 0));
    return mapping;
  };
  Result<NameMapping> mapping = parse();
  if (!mapping.ok()) return InvalidInput("name mapping cannot be read: {}", mapping.error().message());
  return mapping;
}

std::string SerializeNameMapping(const NameMapping& mapping) {
  std::string out;
  AppendFields(out, mapping.fields);
  return out;
}

}  // namespace firn::iceberg
