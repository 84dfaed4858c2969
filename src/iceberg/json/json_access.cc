#include "iceberg/json/json_access.h"

#include "iceberg/json/text.h"

namespace firn::iceberg {
namespace {

constexpr int kMaximumDepth = 200;

/// Brackets that are open at once, outside of strings: what the parser's and our own recursion will see.
bool IsTooDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kMaximumDepth) return true;
  }
  return false;
}

Result<int64_t> ToLong(const Json& value, const char* name) {
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
    return Corrupt("field is too large for a long: {}", name);
  }
  if (!value.is_number_integer()) return Corrupt("field is no integer: {}", name);
  return value.get<int64_t>();
}

Result<int32_t> ToInt(const Json& value, const char* name) {
  FIRN_ASSIGN(const int64_t wide, ToLong(value, name));
  if (wide < INT32_MIN || wide > INT32_MAX) return Corrupt("field is too large for an int: {}", name);
  return static_cast<int32_t>(wide);
}

Error Missing(const char* name) {
  return Corrupt("field is missing: {}", name);
}

}  // namespace

Result<Json> ParseJson(std::string_view text) {
  if (IsTooDeep(text)) return Corrupt("JSON is nested deeper than {} levels", kMaximumDepth);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Corrupt("not complete JSON");
  return json;
}

const Json* FindMember(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

Result<int64_t> RequiredLong(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  return value == nullptr ? Result<int64_t>(Missing(name)) : ToLong(*value, name);
}

Result<int32_t> RequiredInt(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  return value == nullptr ? Result<int32_t>(Missing(name)) : ToInt(*value, name);
}

Result<std::string> RequiredString(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value == nullptr) return Missing(name);
  if (!value->is_string()) return Corrupt("field is no text: {}", name);
  return value->get<std::string>();
}

Result<const Json*> RequiredArray(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value == nullptr) return Missing(name);
  if (!value->is_array()) return Corrupt("field is no list: {}", name);
  return value;
}

Result<std::optional<int64_t>> OptionalLong(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value == nullptr) return std::optional<int64_t>();
  FIRN_ASSIGN(const int64_t number, ToLong(*value, name));
  return std::optional<int64_t>(number);
}

Result<std::optional<int32_t>> OptionalInt(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value == nullptr) return std::optional<int32_t>();
  FIRN_ASSIGN(const int32_t number, ToInt(*value, name));
  return std::optional<int32_t>(number);
}

Result<std::optional<std::string>> OptionalString(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return Corrupt("field is no text: {}", name);
  return std::optional<std::string>(value->get<std::string>());
}

Result<StringMap> OptionalStringMap(const Json& object, const char* name) {
  StringMap map;
  const Json* value = FindMember(object, name);
  if (value == nullptr) return map;
  if (!value->is_object()) return Corrupt("field is no object: {}", name);
  for (const auto& [key, member] : value->items()) {
    if (!member.is_string()) return Corrupt("value is no text: {}.{}", name, key);
    map.emplace_hint(map.end(), key, member.get_ref<const std::string&>());
  }
  return map;
}

Result<const Json*> OptionalArray(const Json& object, const char* name) {
  const Json* value = FindMember(object, name);
  if (value != nullptr && !value->is_array()) return Corrupt("field is no list: {}", name);
  return value;
}

void AppendJsonString(std::string& out, std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; });
  if (plain) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string JsonText(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

void AppendStringMap(std::string& out, const StringMap& map) {
  out += '{';
  for (const auto& [key, value] : map) {
    if (out.back() != '{') out += ',';
    AppendJsonString(out, key);
    out += ':';
    AppendJsonString(out, value);
  }
  out += '}';
}

}  // namespace firn::iceberg
