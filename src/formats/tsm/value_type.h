#pragma once

#include <cstdint>
#include <optional>

#include "point/field_type.h"

namespace firn::tsm {

/// The type byte of a block and of an index record.
enum class BlockType : uint8_t { kFloat = 0, kInteger = 1, kBoolean = 2, kString = 3, kUnsigned = 4 };

/// Type of the values in a block with this type byte; none = there is no such type.
constexpr std::optional<point::FieldType> FieldTypeOf(uint8_t block_type) {
  switch (static_cast<BlockType>(block_type)) {
    case BlockType::kFloat:
      return point::FieldType::kFloat64;
    case BlockType::kInteger:
      return point::FieldType::kInt64;
    case BlockType::kBoolean:
      return point::FieldType::kBoolean;
    case BlockType::kString:
      return point::FieldType::kString;
    case BlockType::kUnsigned:
      return point::FieldType::kUint64;
  }
  return std::nullopt;
}

}  // namespace firn::tsm
