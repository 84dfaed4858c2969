#include "point/row.h"

#include <fmt/format.h>

namespace firn::point {

FieldType TypeOf(const FieldValue& value) {
  return static_cast<FieldType>(value.index());
}

FieldValue ValueAt(const FieldColumn& column, size_t row) {
  switch (column.type()) {
    case FieldType::kFloat64:
      return column.float64s()[row];
    case FieldType::kInt64:
      return column.int64s()[row];
    case FieldType::kUint64:
      return column.uint64s()[row];
    case FieldType::kBoolean:
      return column.booleans()[row] != 0;
    case FieldType::kString:
      return column.StringAt(row);
  }
  return false;
}

std::vector<Field> RowRef::fields() const {
  std::vector<Field> fields;
  for (const FieldColumn& column : batch_->fields) {
    if (column.IsSet(row_)) fields.push_back({column.name(), ValueAt(column, row_)});
  }
  return fields;
}

std::string ToText(const Batch& batch) {
  std::string out;
  for (size_t row = 0; row < batch.rows(); ++row) {
    const RowRef ref(batch, row);
    out += batch.measurement;
    out += '{';
    bool first = true;
    for (const Tag& tag : ref.tags()) {
      out += fmt::format("{}{}={}", first ? "" : ",", tag.key, tag.value);
      first = false;
    }
    out += '}';
    for (const Field& field : ref.fields()) {
      out += fmt::format(" {}=", field.name);
      switch (TypeOf(field.value)) {
        case FieldType::kFloat64:
          out += fmt::format("{}f", std::get<double>(field.value));
          break;
        case FieldType::kInt64:
          out += fmt::format("{}i", std::get<int64_t>(field.value));
          break;
        case FieldType::kUint64:
          out += fmt::format("{}u", std::get<uint64_t>(field.value));
          break;
        case FieldType::kBoolean:
          out += std::get<bool>(field.value) ? "true" : "false";
          break;
        case FieldType::kString:
          out += fmt::format("\"{}\"", std::get<std::string_view>(field.value));
          break;
      }
    }
    out += fmt::format(" @{}\n", ref.time());
  }
  return out;
}

}  // namespace firn::point
