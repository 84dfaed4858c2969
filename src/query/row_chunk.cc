// Writes values down from DuckDB's column vectors. DuckDB's own text conversion is not used: it has no form for times
// with a zone, rounds nothing but quotes differently from version to version, and knows no JSON.

#include <duckdb.h>
#include <fmt/format.h>

#include <cstring>
#include <iterator>

#include "query/database.h"
#include "query/value_text.h"

namespace firn::query {
namespace {

enum class Form { kText, kJson };

/// A value inside a vector: lists and structs lead to others of its kind.
struct Cell {
  duckdb_vector vector;
  idx_t row;

  template <typename T>
  const T& As() const {
    return static_cast<const T*>(duckdb_vector_get_data(vector))[row];
  }
  bool IsNull() const {
    uint64_t* validity = duckdb_vector_get_validity(vector);
    return validity != nullptr && !duckdb_validity_row_is_valid(validity, row);
  }
  std::string_view Text() const {
    auto* string = static_cast<duckdb_string_t*>(duckdb_vector_get_data(vector)) + row;
    return {duckdb_string_t_data(string), duckdb_string_t_length(*string)};
  }
};

void AppendCell(const ValueType& type, const Cell& cell, Form form, std::string& out);

template <typename T>
void AppendInteger(T value, std::string& out) {
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void AppendQuoted(std::string_view text, Form form, std::string& out) {
  if (form == Form::kJson) {
    AppendJsonString(text, out);
  } else {
    out += text;
  }
}

void AppendHex(std::string_view bytes, Form form, std::string& out) {
  if (form == Form::kJson) out += '"';
  for (const char byte : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(byte));
  if (form == Form::kJson) out += '"';
}

void AppendDecimal(const ValueType& type, const Cell& cell, std::string& out) {
  int64_t narrow = 0;
  switch (type.storage) {
    case ValueKind::kInt16:
      narrow = cell.As<int16_t>();
      break;
    case ValueKind::kInt32:
      narrow = cell.As<int32_t>();
      break;
    case ValueKind::kInt64:
      narrow = cell.As<int64_t>();
      break;
    default: {
      const auto& wide = cell.As<duckdb_hugeint>();
      AppendInt128(wide.lower, wide.upper, type.scale, out);
      return;
    }
  }
  AppendInt128(static_cast<uint64_t>(narrow), narrow < 0 ? -1 : 0, type.scale, out);
}

/// DuckDB keeps a UUID as an ordered 128-bit integer, its top bit flipped.
std::string UuidText(const duckdb_hugeint& value) {
  const uint64_t upper = static_cast<uint64_t>(value.upper) ^ (uint64_t{1} << 63);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", upper >> 32, (upper >> 16) & 0xffff, upper & 0xffff,
                     value.lower >> 48, value.lower & 0xffff'ffff'ffff);
}

std::string_view EnumText(const ValueType& type, const Cell& cell) {
  size_t index = 0;
  switch (type.storage) {
    case ValueKind::kUint8:
      index = cell.As<uint8_t>();
      break;
    case ValueKind::kUint16:
      index = cell.As<uint16_t>();
      break;
    default:
      index = cell.As<uint32_t>();
      break;
  }
  return index < type.names.size() ? std::string_view(type.names[index]) : std::string_view();
}

/// Texts that JSON writes as strings and plain text as they are.
void AppendTextLike(const ValueType& type, const Cell& cell, Form form, std::string& out) {
  std::string text;
  switch (type.kind) {
    case ValueKind::kDate:
      AppendDate(cell.As<int32_t>(), text);
      break;
    case ValueKind::kTime:
      AppendTimeOfDay(cell.As<int64_t>(), text);
      break;
    case ValueKind::kTimestampS:
      AppendTimestamp(cell.As<int64_t>(), 0, false, text);
      break;
    case ValueKind::kTimestampMs:
      AppendTimestamp(cell.As<int64_t>(), 3, false, text);
      break;
    case ValueKind::kTimestampUs:
      AppendTimestamp(cell.As<int64_t>(), 6, false, text);
      break;
    case ValueKind::kTimestampNs:
      AppendTimestamp(cell.As<int64_t>(), 9, false, text);
      break;
    case ValueKind::kTimestampTz:
      AppendTimestamp(cell.As<int64_t>(), 6, true, text);
      break;
    case ValueKind::kInterval: {
      const auto& interval = cell.As<duckdb_interval>();
      AppendInterval(interval.months, interval.days, interval.micros, text);
      break;
    }
    case ValueKind::kUuid:
      text = UuidText(cell.As<duckdb_hugeint>());
      break;
    case ValueKind::kEnum:
      text = EnumText(type, cell);
      break;
    default:
      break;
  }
  AppendQuoted(text, form, out);
}

template <typename Number>
void AppendReal(Number value, Form form, std::string& out) {
  std::string text;
  if constexpr (sizeof(Number) == sizeof(float)) {
    AppendFloat(value, text);
  } else {
    AppendDouble(value, text);
  }
  // NaN and the infinities are no JSON numbers.
  const bool quote = form == Form::kJson && (text.back() == 'N' || text.back() == 'y');
  if (quote) out += '"';
  out += text;
  if (quote) out += '"';
}

void AppendElements(const ValueType& type, duckdb_vector child, idx_t offset, idx_t length, std::string& out) {
  out += '[';
  for (idx_t i = 0; i < length; ++i) {
    if (i > 0) out += ',';
    AppendCell(type, {child, offset + i}, Form::kJson, out);
  }
  out += ']';
}

/// A map of texts is an object; of other keys a list of pairs, since JSON has no such keys.
void AppendMap(const ValueType& type, const Cell& cell, std::string& out) {
  const auto& entry = cell.As<duckdb_list_entry>();
  duckdb_vector pairs = duckdb_list_vector_get_child(cell.vector);
  duckdb_vector keys = duckdb_struct_vector_get_child(pairs, 0);
  duckdb_vector values = duckdb_struct_vector_get_child(pairs, 1);
  const bool object = type.children[0].kind == ValueKind::kText;
  out += object ? '{' : '[';
  for (idx_t i = 0; i < entry.length; ++i) {
    if (i > 0) out += ',';
    if (!object) out += '[';
    AppendCell(type.children[0], {keys, entry.offset + i}, Form::kJson, out);
    out += object ? ':' : ',';
    AppendCell(type.children[1], {values, entry.offset + i}, Form::kJson, out);
    if (!object) out += ']';
  }
  out += object ? '}' : ']';
}

void AppendStruct(const ValueType& type, const Cell& cell, std::string& out) {
  out += '{';
  for (size_t i = 0; i < type.children.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(type.names[i], out);
    out += ':';
    AppendCell(type.children[i], {duckdb_struct_vector_get_child(cell.vector, i), cell.row}, Form::kJson, out);
  }
  out += '}';
}

void AppendNested(const ValueType& type, const Cell& cell, std::string& out) {
  switch (type.kind) {
    case ValueKind::kList: {
      const auto& entry = cell.As<duckdb_list_entry>();
      AppendElements(type.children[0], duckdb_list_vector_get_child(cell.vector), entry.offset, entry.length, out);
      return;
    }
    case ValueKind::kArray:
      AppendElements(type.children[0], duckdb_array_vector_get_child(cell.vector), cell.row * type.array_size,
                     type.array_size, out);
      return;
    case ValueKind::kMap:
      AppendMap(type, cell, out);
      return;
    default:
      AppendStruct(type, cell, out);
      return;
  }
}

void AppendCell(const ValueType& type, const Cell& cell, Form form, std::string& out) {
  if (type.kind == ValueKind::kNull || cell.IsNull()) {
    if (form == Form::kJson) out += "null";
    return;
  }
  switch (type.kind) {
    case ValueKind::kBoolean:
      out += cell.As<bool>() ? "true" : "false";
      return;
    case ValueKind::kInt8:
      AppendInteger(cell.As<int8_t>(), out);
      return;
    case ValueKind::kInt16:
      AppendInteger(cell.As<int16_t>(), out);
      return;
    case ValueKind::kInt32:
      AppendInteger(cell.As<int32_t>(), out);
      return;
    case ValueKind::kInt64:
      AppendInteger(cell.As<int64_t>(), out);
      return;
    case ValueKind::kUint8:
      AppendInteger(cell.As<uint8_t>(), out);
      return;
    case ValueKind::kUint16:
      AppendInteger(cell.As<uint16_t>(), out);
      return;
    case ValueKind::kUint32:
      AppendInteger(cell.As<uint32_t>(), out);
      return;
    case ValueKind::kUint64:
      AppendInteger(cell.As<uint64_t>(), out);
      return;
    case ValueKind::kHugeint:
      AppendInt128(cell.As<duckdb_hugeint>().lower, cell.As<duckdb_hugeint>().upper, 0, out);
      return;
    case ValueKind::kUhugeint:
      AppendUint128(cell.As<duckdb_uhugeint>().lower, cell.As<duckdb_uhugeint>().upper, out);
      return;
    case ValueKind::kFloat:
      AppendReal(cell.As<float>(), form, out);
      return;
    case ValueKind::kDouble:
      AppendReal(cell.As<double>(), form, out);
      return;
    case ValueKind::kDecimal:
      AppendDecimal(type, cell, out);
      return;
    case ValueKind::kText:
      AppendQuoted(cell.Text(), form, out);
      return;
    case ValueKind::kBlob:
      AppendHex(cell.Text(), form, out);
      return;
    case ValueKind::kList:
    case ValueKind::kArray:
    case ValueKind::kMap:
    case ValueKind::kStruct:
      AppendNested(type, cell, out);
      return;
    default:
      AppendTextLike(type, cell, form, out);
      return;
  }
}

}  // namespace

RowChunk::RowChunk(void* chunk, const std::vector<ResultColumn>& columns)
    : columns_(columns), row_count_(duckdb_data_chunk_get_size(static_cast<duckdb_data_chunk>(chunk))) {
  vectors_.reserve(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) {
    vectors_.push_back(duckdb_data_chunk_get_vector(static_cast<duckdb_data_chunk>(chunk), i));
  }
}

bool RowChunk::IsNull(size_t column, size_t row) const {
  return columns_[column].type.kind == ValueKind::kNull ||
         Cell{static_cast<duckdb_vector>(vectors_[column]), row}.IsNull();
}

void RowChunk::AppendText(size_t column, size_t row, std::string& out) const {
  AppendCell(columns_[column].type, {static_cast<duckdb_vector>(vectors_[column]), row}, Form::kText, out);
}

void RowChunk::AppendJson(size_t column, size_t row, std::string& out) const {
  AppendCell(columns_[column].type, {static_cast<duckdb_vector>(vectors_[column]), row}, Form::kJson, out);
}

int64_t RowChunk::Int64(size_t column, size_t row) const {
  return Cell{static_cast<duckdb_vector>(vectors_[column]), row}.As<int64_t>();
}

std::string RowChunk::Text(size_t column, size_t row) const {
  return std::string(Cell{static_cast<duckdb_vector>(vectors_[column]), row}.Text());
}

}  // namespace firn::query
