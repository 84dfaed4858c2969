#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "iceberg/spec/type.h"

namespace firn::iceberg {

/// Ids from here on belong to metadata columns (Iceberg spec, "Reserved field IDs").
inline constexpr int32_t kFirstReservedFieldId = 2147483447;
inline constexpr int32_t kRowIdFieldId = 2147483540;
inline constexpr int32_t kLastUpdatedSequenceNumberFieldId = 2147483539;
inline constexpr int32_t kDeleteFilePathFieldId = 2147483546;
inline constexpr int32_t kDeletePosFieldId = 2147483545;

/// A table's columns at one time: a struct with an id. Immutable; thread-safe.
class Schema {
 public:
  Schema() : Schema(0, {}, {}) {}
  /// Does not check: Validate does.
  Schema(int32_t schema_id, std::vector<NestedField> fields, std::vector<int32_t> identifier_field_ids = {});

  int32_t schema_id() const { return schema_id_; }
  const std::vector<NestedField>& fields() const { return root_.fields(); }
  const std::vector<int32_t>& identifier_field_ids() const { return identifier_field_ids_; }

  /// Any field at any depth, elements, keys and values included; null where there is none. Lives as long as the schema.
  const NestedField* FindField(int32_t field_id) const;
  /// By full name: `a`, `a.b`, `list.element`, `map.key`. Exact case.
  const NestedField* FindField(std::string_view full_name) const;
  /// `a.b.c`; "" for an unknown id.
  const std::string& FullName(int32_t field_id) const;
  /// Id of the enclosing field; 0 at the top.
  int32_t ParentId(int32_t field_id) const;
  /// True where a list or map lies between the field and the top.
  bool IsInsideListOrMap(int32_t field_id) const;
  int32_t HighestFieldId() const { return highest_field_id_; }
  /// Every field id with its field, in no order.
  size_t field_count() const { return by_id_.size(); }

  /// Ids and full names unique and positive, identifier fields legal, types known to `format_version`, nesting ≤ 64.
  Status Validate(int32_t format_version) const;

  /// Same columns and identifier fields, whatever the schema ids.
  bool SameColumns(const Schema& other) const;
  bool operator==(const Schema& other) const { return schema_id_ == other.schema_id_ && SameColumns(other); }

 private:
  struct Entry {
    const NestedField* field;
    std::string full_name;
    int32_t parent_id;
    bool inside_list_or_map;
  };
  void Index(const std::vector<NestedField>& fields, const Entry* parent, int32_t parent_id, bool inside_list_or_map,
             int depth);

  int32_t schema_id_;
  Type root_;  ///< owns the fields, so that copies of a schema share them and pointers into it stay valid
  std::vector<int32_t> identifier_field_ids_;
  std::unordered_map<int32_t, Entry> by_id_;
  std::unordered_map<std::string, int32_t> by_name_;
  int32_t highest_field_id_ = 0;
  std::string problem_;
};

/// Numbers a requested schema from 1 in the order that Java assigns: all fields of a struct, then their types in order.
/// `last_column_id` gets the highest id. Identifier fields are carried over.
Schema AssignFreshIds(const Schema& requested, int32_t schema_id, int32_t* last_column_id);

/// The type with fresh ids for everything inside it, counting on from `*last_column_id`.
Type AssignFreshIds(const Type& type, int32_t* last_column_id);

}  // namespace firn::iceberg
