#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "point/field_type.h"

namespace firn::lake {

/// What a column holds, in InfluxDB's words.
struct ColumnKey {
  enum class Kind : uint8_t { kTime, kTimeNanos, kTag, kField };
  Kind kind = Kind::kField;
  std::string name;                                    ///< of the tag or field; "" for times
  point::FieldType type = point::FieldType::kFloat64;  ///< of the field; kFloat64 for all others

  static ColumnKey Time() { return {Kind::kTime, {}, {}}; }
  static ColumnKey TimeNanos() { return {Kind::kTimeNanos, {}, {}}; }
  static ColumnKey Tag(std::string name) { return {Kind::kTag, std::move(name), {}}; }
  static ColumnKey Field(std::string name, point::FieldType type) { return {Kind::kField, std::move(name), type}; }
  friend auto operator<=>(const ColumnKey&, const ColumnKey&) = default;
};

/// Which field id holds what: the table property `firn.columns`, the only authority once it is there. A column may be
/// renamed or dropped by others and is still known by its id. Several keys may name one column (integers in a column of
/// floats).
class ColumnMap {
 public:
  static constexpr char kProperty[] = "firn.columns";

  /// `{"time":1,"time_nanos":9,"tags":{"host":2},"fields":{"usage":{"float":3,"integer":8}}}`. Unknown members are kept
  /// out; kCorrupt for anything that is no such text.
  static Result<ColumnMap> Parse(std::string_view json);
  std::string ToJson() const;

  std::optional<int32_t> Find(const ColumnKey& key) const;
  void Set(ColumnKey key, int32_t field_id) { ids_[std::move(key)] = field_id; }
  bool HasId(int32_t field_id) const;
  /// In order of kind, name, type.
  const std::map<ColumnKey, int32_t>& ids() const { return ids_; }

 private:
  std::map<ColumnKey, int32_t> ids_;
};

}  // namespace firn::lake
