#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/spec/schema.h"
#include "iceberg/spec/snapshot.h"

/// Typed access to members of JSON objects, with errors that name the member. Only for the sources of this folder: the
/// JSON library stays here.

namespace firn::iceberg {

using Json = nlohmann::json;

/// kCorrupt for anything but one whole JSON value of bounded depth.
Result<Json> ParseJson(std::string_view text);

/// A member that may be absent or null: then nothing.
const Json* FindMember(const Json& object, const char* name);

Result<int64_t> RequiredLong(const Json& object, const char* name);
Result<int32_t> RequiredInt(const Json& object, const char* name);
Result<std::string> RequiredString(const Json& object, const char* name);
Result<const Json*> RequiredArray(const Json& object, const char* name);
Result<std::optional<int64_t>> OptionalLong(const Json& object, const char* name);
Result<std::optional<int32_t>> OptionalInt(const Json& object, const char* name);
Result<std::optional<std::string>> OptionalString(const Json& object, const char* name);
/// An object whose values are all strings; absent gives an empty map.
Result<StringMap> OptionalStringMap(const Json& object, const char* name);
/// An array that may be absent: then null.
Result<const Json*> OptionalArray(const Json& object, const char* name);

/// Quotes and escapes `text`; bytes that are no UTF-8 are replaced.
void AppendJsonString(std::string& out, std::string_view text);
void AppendStringMap(std::string& out, const StringMap& map);

Result<Schema> ParseSchemaObject(const Json& json);
Result<Literal> ParseSingleValueObject(const Type& type, const Json& json);

}  // namespace firn::iceberg
