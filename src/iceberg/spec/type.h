#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/literal.h"

namespace firn::iceberg {

enum class TypeId : uint8_t {
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kTimestampTz,
  kTimestampNs,
  kTimestampTzNs,
  kString,
  kUuid,
  kFixed,
  kBinary,
  kUnknown,
  kVariant,
  kGeometry,
  kGeography,
  kStruct,
  kList,
  kMap,
};

struct NestedField;

/// An Iceberg type: a small value, cheap to copy; nested types share their immutable children.
class Type {
 public:
  /// A type without parameters; use the functions below for the others.
  explicit Type(TypeId id = TypeId::kUnknown) : id_(id) {}
  static Type Decimal(int32_t precision, int32_t scale);
  static Type Fixed(int32_t length);
  /// `parameters` is the text between the parentheses, "" for the defaults.
  static Type Geo(TypeId id, std::string parameters);
  static Type Struct(std::vector<NestedField> fields);
  static Type List(int32_t element_id, Type element, bool element_required);
  static Type Map(int32_t key_id, Type key, int32_t value_id, Type value, bool value_required);

  TypeId id() const { return id_; }
  bool is_primitive() const { return id_ < TypeId::kStruct; }
  bool is_nested() const { return !is_primitive(); }
  int32_t precision() const { return first_; }  ///< decimal
  int32_t scale() const { return second_; }     ///< decimal
  int32_t length() const { return first_; }     ///< fixed
  const std::string& parameters() const;        ///< geometry, geography

  /// Struct: its fields. List: one field `element`. Map: `key` (required) and `value`. Primitive: empty.
  const std::vector<NestedField>& fields() const;

  /// Structural equality, ids, names, docs and defaults included.
  bool operator==(const Type& other) const;

 private:
  struct Children;
  TypeId id_;
  int32_t first_ = 0;
  int32_t second_ = 0;
  std::shared_ptr<const Children> children_;
};

struct NestedField {
  int32_t id = 0;
  std::string name;
  Type type;
  bool required = false;
  std::string doc;
  std::optional<Literal>
      initial_default;  ///< v3: the value of rows in files written before the column existed; primitive types only
  std::optional<Literal> write_default;  ///< v3: the value when a writer omits the column

  bool operator==(const NestedField&) const = default;
};

/// The text of metadata: `long`, `decimal(9, 2)`, `fixed[16]`; nested types as `struct<1: a: int>` (for messages only).
std::string ToString(const Type& type);
/// Parses the text of a primitive type as leniently as Java does (case, spaces). kInvalidInput otherwise.
Result<Type> ParsePrimitiveType(std::string_view text);

/// True where a column may change from `from` to `to` (int → long, float → double, wider decimal; v3: unknown → any
/// primitive, date → timestamp, date → timestamp_ns). Equal types are allowed.
bool CanPromote(const Type& from, const Type& to, int32_t format_version);

/// First format version that knows the type.
int32_t MinimumFormatVersion(const Type& type);

}  // namespace firn::iceberg
