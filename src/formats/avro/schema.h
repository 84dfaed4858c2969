#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::avro {

enum class Kind : uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kFixed,
  kEnum,
  kRecord,
  kArray,
  kMap,
  kUnion
};

struct Node;
/// Schemas are trees: a named type that is used again is the same node.
using NodePtr = std::shared_ptr<const Node>;

struct Field {
  std::string name;
  NodePtr type;
  int32_t field_id = -1;  ///< attribute `field-id`, -1 = none
};

/// A parsed Avro schema with the attributes that Iceberg puts into it.
struct Node {
  Kind kind = Kind::kNull;
  std::string name;                  ///< record, enum, fixed
  std::string logical_type;          ///< attribute `logicalType`
  std::vector<Field> fields;         ///< record
  std::vector<NodePtr> children;     ///< array: items; map: values; union: branches
  std::vector<std::string> symbols;  ///< enum
  int64_t fixed_size = 0;            ///< fixed
  int32_t element_id = -1;           ///< attribute `element-id` of an array, -1 = none
  int32_t precision = 0;             ///< decimal
  int32_t scale = 0;                 ///< decimal

  /// Nodes of the whole value when named types are written out at each use: what one value can cost without a byte of
  /// input.
  int64_t weight = 1;

  /// An array whose items are {key, value} records: a map with keys that are no strings.
  bool is_keyed_array() const { return kind == Kind::kArray && logical_type == "map"; }
};

/// kCorrupt for anything but an Avro schema; nesting and size are bounded. Recursive named types are refused with
/// kUnsupported.
Result<NodePtr> ParseSchema(std::string_view json);

}  // namespace firn::avro
