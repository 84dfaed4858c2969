#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace firn::query {

/// How a value of a result is stored, as far as writing it down needs to know.
enum class ValueKind : uint8_t {
  kBoolean,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kHugeint,
  kUhugeint,
  kFloat,
  kDouble,
  kDecimal,
  kText,
  kBlob,
  kDate,
  kTime,         ///< µs of the day
  kTimestampS,   ///< without zone
  kTimestampMs,  ///< without zone
  kTimestampUs,  ///< without zone
  kTimestampNs,  ///< without zone
  kTimestampTz,  ///< µs, UTC
  kInterval,
  kUuid,
  kEnum,
  kList,
  kArray,
  kStruct,
  kMap,
  kNull,   ///< SQL's untyped NULL
  kOther,  ///< only as text: asked for by a cast in SQL
};

/// The type of a result column: a tree, since lists, structs and maps hold others.
struct ValueType {
  ValueKind kind = ValueKind::kOther;
  ValueKind storage = ValueKind::kOther;  ///< of decimals and enums: the integer that holds them
  uint8_t scale = 0;                      ///< of decimals
  uint32_t array_size = 0;
  std::vector<std::string> names;   ///< of a struct's fields; an enum's texts
  std::vector<ValueType> children;  ///< list, array: element; map: key, value; struct: fields

  /// True when this or a child can be written only after a cast to text.
  bool NeedsCast() const;
};

struct ResultColumn {
  std::string name;
  ValueType type;
};

}  // namespace firn::query
