#include "query/iceberg_types.h"

#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "query/database.h"
#include "query/value_text.h"

namespace firn::query {
namespace {

using iceberg::NestedField;
using iceberg::Type;
using iceberg::TypeId;

std::string_view PlainName(TypeId id) {
  switch (id) {
    case TypeId::kBoolean:
      return "BOOLEAN";
    case TypeId::kInt:
      return "INTEGER";
    case TypeId::kLong:
      return "BIGINT";
    case TypeId::kFloat:
      return "FLOAT";
    case TypeId::kDouble:
      return "DOUBLE";
    case TypeId::kDate:
      return "DATE";
    case TypeId::kTime:
      return "TIME";
    case TypeId::kTimestamp:
      return "TIMESTAMP";
    case TypeId::kTimestampTz:
      return "TIMESTAMP WITH TIME ZONE";
    case TypeId::kTimestampNs:
      return "TIMESTAMP_NS";
    case TypeId::kString:
      return "VARCHAR";
    case TypeId::kUuid:
      return "UUID";
    case TypeId::kFixed:
    case TypeId::kBinary:
      return "BLOB";
    case TypeId::kVariant:
      return "JSON";
    case TypeId::kUnknown:
      return "VARCHAR";
    default:
      return "";
  }
}

Result<std::string> StructType(const Type& type) {
  std::string text = "STRUCT(";
  for (const NestedField& field : type.fields()) {
    FIRN_ASSIGN(const std::string inner, DuckDbType(field.type));
    if (text.size() > 7) text += ", ";
    text += QuoteIdentifier(field.name) + " " + inner;
  }
  return text + ")";
}

std::string BlobLiteral(std::string_view bytes) {
  std::string text = "'";
  for (const char byte : bytes) text += fmt::format("\\x{:02X}", static_cast<unsigned char>(byte));
  return text + "'::BLOB";
}

std::string UuidText(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(bytes[i]));
  }
  return text;
}

/// The text between the quotes of a typed literal; absent where the value is not of the type's kind.
std::optional<std::string> LiteralText(const Type& type, const iceberg::Literal& literal) {
  std::string text;
  switch (type.id()) {
    case TypeId::kBoolean:
      if (const bool* value = literal.As<bool>()) return *value ? "true" : "false";
      return std::nullopt;
    case TypeId::kFloat:
      if (const float* value = literal.As<float>()) {
        AppendFloat(*value, text);
        return text;
      }
      return std::nullopt;
    case TypeId::kDouble:
      if (const double* value = literal.As<double>()) {
        AppendDouble(*value, text);
        return text;
      }
      return std::nullopt;
    case TypeId::kDecimal:
      if (const auto* value = literal.As<iceberg::Decimal>())
        return iceberg::DecimalText(value->unscaled, type.scale());
      return std::nullopt;
    case TypeId::kString:
      if (const auto* value = literal.As<std::string>()) return *value;
      return std::nullopt;
    case TypeId::kUuid:
      if (const auto* value = literal.As<std::string>(); value != nullptr && value->size() == 16)
        return UuidText(*value);
      return std::nullopt;
    default:
      break;
  }
  const auto integer = literal.AsInteger();
  if (!integer) return std::nullopt;
  return std::to_string(*integer);
}

}  // namespace

Result<std::string> DuckDbType(const Type& type) {
  if (type.id() == TypeId::kDecimal) return fmt::format("DECIMAL({},{})", type.precision(), type.scale());
  if (type.id() == TypeId::kStruct) return StructType(type);
  if (type.id() == TypeId::kList) {
    FIRN_ASSIGN(const std::string element, DuckDbType(type.fields()[0].type));
    return element + "[]";
  }
  if (type.id() == TypeId::kMap) {
    FIRN_ASSIGN(const std::string key, DuckDbType(type.fields()[0].type));
    FIRN_ASSIGN(const std::string value, DuckDbType(type.fields()[1].type));
    return fmt::format("MAP({}, {})", key, value);
  }
  const std::string_view name = PlainName(type.id());
  if (name.empty())
    return Unsupported("the type {} cannot be read with SQL without losing digits or meaning", ToString(type));
  return std::string(name);
}

Result<std::string> SqlLiteral(const Type& type, const iceberg::Literal& literal) {
  FIRN_ASSIGN(const std::string name, DuckDbType(type));
  if (literal.is_null()) return fmt::format("CAST(NULL AS {})", name);
  if (type.id() == TypeId::kBinary || type.id() == TypeId::kFixed) {
    if (const auto* bytes = literal.As<std::string>()) return BlobLiteral(*bytes);
  }
  const auto text = LiteralText(type, literal);
  if (!text) return Internal("{} is no value of type {}", ToString(literal), ToString(type));
  switch (type.id()) {
    case TypeId::kDate:
      return fmt::format("(DATE '1970-01-01' + CAST({} AS INTEGER))", *text);
    case TypeId::kTime:
      return fmt::format("(TIME '00:00:00' + to_microseconds({}))", *text);
    case TypeId::kTimestamp:
      return fmt::format("make_timestamp(CAST({} AS BIGINT))", *text);
    case TypeId::kTimestampTz:
      return fmt::format("(make_timestamp(CAST({} AS BIGINT)) AT TIME ZONE 'UTC')", *text);
    case TypeId::kTimestampNs:
      return fmt::format("make_timestamp_ns(CAST({} AS BIGINT))", *text);
    default:
      return fmt::format("CAST({} AS {})", QuoteText(*text), name);
  }
}

bool IsExactCast(std::string_view stored, const Type& type) {
  static constexpr std::array<std::string_view, 5> kIntoInt = {"INTEGER", "SMALLINT", "TINYINT", "USMALLINT",
                                                               "UTINYINT"};
  const auto is_small_integer = [&] {
    for (const auto& name : kIntoInt) {
      if (stored == name) return true;
    }
    return false;
  };
  switch (type.id()) {
    case TypeId::kInt:
      return is_small_integer();
    case TypeId::kLong:
      return stored == "BIGINT" || stored == "UINTEGER" || is_small_integer();
    case TypeId::kDouble:
      return stored == "DOUBLE" || stored == "FLOAT";
    case TypeId::kTimestamp:
      return stored == "TIMESTAMP" || stored == "TIMESTAMP_MS" || stored == "TIMESTAMP_S" || stored == "DATE";
    case TypeId::kTimestampNs:
      return stored == "TIMESTAMP_NS" || stored == "TIMESTAMP" || stored == "DATE";
    case TypeId::kDecimal: {
      if (!stored.starts_with("DECIMAL(") || !stored.ends_with(")")) return false;
      const size_t comma = stored.find(',');
      if (comma == std::string_view::npos) return false;
      const int precision = std::atoi(std::string(stored.substr(8, comma - 8)).c_str());
      const int scale = std::atoi(std::string(stored.substr(comma + 1)).c_str());
      return scale == type.scale() && precision <= type.precision();
    }
    default:
      return !type.is_nested() && stored == PlainName(type.id());
  }
}

std::string AthenaType(const Type& type) {
  switch (type.id()) {
    case TypeId::kInt:
      return "integer";
    case TypeId::kLong:
      return "bigint";
    case TypeId::kFloat:
      return "real";
    case TypeId::kDecimal:
      return fmt::format("decimal({},{})", type.precision(), type.scale());
    case TypeId::kTime:
      return "time(6)";
    case TypeId::kTimestamp:
      return "timestamp(6)";
    case TypeId::kTimestampTz:
      return "timestamp(6) with time zone";
    case TypeId::kTimestampNs:
      return "timestamp(9)";
    case TypeId::kTimestampTzNs:
      return "timestamp(9) with time zone";
    case TypeId::kString:
      return "varchar";
    case TypeId::kFixed:
    case TypeId::kBinary:
      return "varbinary";
    case TypeId::kList:
      return fmt::format("array({})", AthenaType(type.fields()[0].type));
    case TypeId::kMap:
      return fmt::format("map({}, {})", AthenaType(type.fields()[0].type), AthenaType(type.fields()[1].type));
    case TypeId::kStruct: {
      std::string text = "row(";
      for (const NestedField& field : type.fields()) {
        if (text.size() > 4) text += ", ";
        text += field.name + " " + AthenaType(field.type);
      }
      return text + ")";
    }
    default:
      return ToString(type);
  }
}

}  // namespace firn::query
