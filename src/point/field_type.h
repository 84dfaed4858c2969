#pragma once

#include <cstdint>
#include <string_view>

namespace firn::point {

/// The types of a field's values, as InfluxDB has them.
enum class FieldType : uint8_t { kFloat64 = 0, kInt64 = 1, kUint64 = 2, kBoolean = 3, kString = 4 };

/// InfluxDB's names: "float", "integer", "unsigned", "boolean", "string".
constexpr std::string_view FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kFloat64:
      return "float";
    case FieldType::kInt64:
      return "integer";
    case FieldType::kUint64:
      return "unsigned";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kString:
      return "string";
  }
  return "unknown";
}

}  // namespace firn::point
