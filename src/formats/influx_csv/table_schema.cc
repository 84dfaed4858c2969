#include "formats/influx_csv/table_schema.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace firn::influx_csv {
namespace {

std::optional<DataType> ParseDataType(std::string_view text) {
  if (text.empty() || text == "string") return DataType::kString;
  if (text == "double") return DataType::kDouble;
  if (text == "long") return DataType::kLong;
  if (text == "unsignedLong") return DataType::kUnsignedLong;
  if (text == "boolean") return DataType::kBoolean;
  if (text == "dateTime:RFC3339" || text == "dateTime:RFC3339Nano" || text == "dateTime") return DataType::kDateTime;
  if (text == "base64Binary") return DataType::kBase64Binary;
  if (text == "duration") return DataType::kDuration;
  return std::nullopt;
}

bool IsText(const Column& column) {
  return column.type == DataType::kString || column.type == DataType::kUntyped;
}

const Column* Find(const TableSchema& schema, Role role) {
  const auto found = std::find_if(schema.columns.begin(), schema.columns.end(),
                                  [role](const Column& column) { return column.role == role; });
  return found == schema.columns.end() ? nullptr : &*found;
}

Role RoleByName(const Column& column) {
  if (column.name == "_time") return Role::kTime;
  if (column.name == "_stop") return Role::kStop;
  if (column.name == "_start") return Role::kIgnored;
  if (column.name == "_measurement" && IsText(column)) return Role::kMeasurement;
  if (column.name == "_field" && IsText(column)) return Role::kFieldName;
  if (column.name == "_value") return Role::kValue;
  return column.in_group_key && IsText(column) ? Role::kTag : Role::kField;
}

Status FillColumn(Column& column, size_t index, const Annotations& annotations) {
  if (!annotations.datatype.empty()) {
    const auto type = ParseDataType(annotations.datatype[index]);
    if (!type) return InvalidInput("unknown datatype of column '{}': {}", column.name, annotations.datatype[index]);
    column.type = *type;
  }
  if (!annotations.group.empty()) column.in_group_key = annotations.group[index] == "true";
  if (!annotations.default_values.empty()) column.default_value = annotations.default_values[index];
  return OkStatus();
}

/// `_field` names the value of `_value`; where one is missing, the other is a column like any.
void PairFieldAndValue(TableSchema& schema) {
  const bool unpivoted = Find(schema, Role::kFieldName) != nullptr && Find(schema, Role::kValue) != nullptr;
  if (unpivoted) return;
  for (Column& column : schema.columns) {
    if (column.role == Role::kFieldName || column.role == Role::kValue) column.role = Role::kField;
  }
}

bool LooksIntact(const TableSchema& schema) {
  const Column* measurement = Find(schema, Role::kMeasurement);
  const Column* field = Find(schema, Role::kFieldName);
  if (measurement != nullptr && !measurement->in_group_key) return false;
  if (field != nullptr && !field->in_group_key) return false;
  return std::all_of(schema.columns.begin(), schema.columns.end(),
                     [&](const Column& column) {
                       return field == nullptr || column.role != Role::kField || !IsText(column);
                     }) &&
         std::any_of(schema.columns.begin(), schema.columns.end(), [](const Column& column) {
           return column.in_group_key && column.name != "_start" && column.name != "_stop";
         });
}

Status CheckLengths(size_t columns, const Annotations& annotations) {
  for (const auto* row : {&annotations.datatype, &annotations.group, &annotations.default_values}) {
    if (!row->empty() && row->size() != columns) {
      return InvalidInput("an annotation row has {} cells, the header has {}", row->size(), columns);
    }
  }
  return OkStatus();
}

}  // namespace

Result<TableSchema> MakeTableSchema(const std::vector<std::string_view>& names, const Annotations& annotations) {
  FIRN_TRY(CheckLengths(names.size(), annotations));
  TableSchema schema;
  schema.columns.resize(names.size());
  // Only the first two columns behind the annotation column are the answer's own; later ones of these names are the
  // user's.
  const bool has_table_id = names.size() > 2 && names[1] == "result" && names[2] == "table";
  std::unordered_set<std::string_view> seen;
  for (size_t i = 1; i < names.size(); ++i) {
    Column& column = schema.columns[i];
    column.name = std::string(names[i]);
    FIRN_TRY(FillColumn(column, i, annotations));
    if (has_table_id && i <= 2) {
      column.role = i == 2 ? Role::kTableId : Role::kIgnored;
      continue;
    }
    if (column.name.empty()) continue;
    if (!seen.insert(names[i]).second) return InvalidInput("two columns are called '{}'", column.name);
    column.role = RoleByName(column);
    if (column.role == Role::kTime || column.role == Role::kStop) {
      const bool is_time = column.type == DataType::kDateTime || IsText(column);
      if (column.role == Role::kStop && !is_time) column.role = Role::kIgnored;
      if (column.role == Role::kTime && !is_time) return InvalidInput("column '_time' is no time");
    }
    schema.has_time |= column.role == Role::kTime;
  }
  PairFieldAndValue(schema);
  schema.series_intact = !annotations.group.empty() && LooksIntact(schema);
  return schema;
}

}  // namespace firn::influx_csv
