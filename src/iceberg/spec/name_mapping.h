#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::iceberg {

/// Property that holds a table's name mapping as JSON.
inline constexpr char kNameMappingProperty[] = "schema.name-mapping.default";

/// Names of one column in files without field ids. Names with dots are single names. A list's element is named
/// `element`, a map's parts `key` and `value`.
struct MappedField {
  std::optional<int32_t> field_id;
  std::vector<std::string> names;
  std::vector<MappedField> fields;

  bool operator==(const MappedField&) const = default;
};

/// Used only for files whose schema has no field ids at all (Iceberg spec, "Name Mapping Serialization").
struct NameMapping {
  std::vector<MappedField> fields;

  /// The column that has `name` at the top; null where there is none.
  const MappedField* Find(std::string_view name) const;
  bool operator==(const NameMapping&) const = default;
};

/// kInvalidInput for anything but the JSON of a name mapping.
Result<NameMapping> ParseNameMapping(std::string_view json);
std::string SerializeNameMapping(const NameMapping& mapping);

}  // namespace firn::iceberg
