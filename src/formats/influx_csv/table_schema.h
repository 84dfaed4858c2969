#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::influx_csv {

/// The `#datatype` of a column; kUntyped where the answer has no such row.
enum class DataType : uint8_t {
  kUntyped,
  kBoolean,
  kLong,
  kUnsignedLong,
  kDouble,
  kString,
  kDateTime,
  kBase64Binary,
  kDuration,
};

/// What a column means to a point.
enum class Role : uint8_t { kIgnored, kTableId, kTime, kStop, kMeasurement, kFieldName, kValue, kTag, kField };

struct Column {
  std::string name;
  DataType type = DataType::kUntyped;
  bool in_group_key = false;
  std::string default_value;
  Role role = Role::kIgnored;
};

/// The annotation rows of a block, as far as they were there. Cell 0 (the annotation's name) is included.
struct Annotations {
  std::vector<std::string> datatype;
  std::vector<std::string> group;
  std::vector<std::string> default_values;
  bool any() const { return !datatype.empty() || !group.empty() || !default_values.empty(); }
};

/// The columns of a table, one a cell of its rows.
struct TableSchema {
  std::vector<Column> columns;
  bool has_time = false;  ///< there is a column `_time`
  /// The group key looks as InfluxDB's storage gave it, so (name, tags, time) identifies a point: there is a group key,
  /// it holds `_measurement` and `_field` where these exist, and an unpivoted table has no string column outside it.
  bool series_intact = false;
};

/// `names` are the header's cells, cell 0 included. Fails on unknown types, rows of other lengths, a `_time` that is no
/// time and columns of the same name.
Result<TableSchema> MakeTableSchema(const std::vector<std::string_view>& names, const Annotations& annotations);

}  // namespace firn::influx_csv
