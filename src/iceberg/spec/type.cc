#include "iceberg/spec/type.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace firn::iceberg {
namespace {

struct TypeName {
  TypeId id;
  std::string_view name;
};

/// Types without parameters, and the names of the others.
constexpr std::array<TypeName, 20> kTypeNames = {{
    {TypeId::kBoolean, "boolean"},
    {TypeId::kInt, "int"},
    {TypeId::kLong, "long"},
    {TypeId::kFloat, "float"},
    {TypeId::kDouble, "double"},
    {TypeId::kDecimal, "decimal"},
    {TypeId::kDate, "date"},
    {TypeId::kTime, "time"},
    {TypeId::kTimestamp, "timestamp"},
    {TypeId::kTimestampTz, "timestamptz"},
    {TypeId::kTimestampNs, "timestamp_ns"},
    {TypeId::kTimestampTzNs, "timestamptz_ns"},
    {TypeId::kString, "string"},
    {TypeId::kUuid, "uuid"},
    {TypeId::kFixed, "fixed"},
    {TypeId::kBinary, "binary"},
    {TypeId::kUnknown, "unknown"},
    {TypeId::kVariant, "variant"},
    {TypeId::kGeometry, "geometry"},
    {TypeId::kGeography, "geography"},
}};

constexpr int32_t kMaximumPrecision = 38;

std::string_view NameOf(TypeId id) {
  for (const TypeName& entry : kTypeNames) {
    if (entry.id == id) return entry.name;
  }
  return id == TypeId::kStruct ? "struct" : id == TypeId::kList ? "list" : "map";
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool ParseNumber(std::string_view text, int32_t* number) {
  text = Trim(text);
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return code == std::errc() && end == text.data() + text.size() && *number >= 0;
}

}  // namespace

struct Type::Children {
  std::vector<NestedField> fields;
  std::string parameters;
};

Type Type::Decimal(int32_t precision, int32_t scale) {
  Type type(TypeId::kDecimal);
  type.first_ = precision;
  type.second_ = scale;
  return type;
}

Type Type::Fixed(int32_t length) {
  Type type(TypeId::kFixed);
  type.first_ = length;
  return type;
}

Type Type::Geo(TypeId id, std::string parameters) {
  Type type(id);
  if (!parameters.empty()) type.children_ = std::make_shared<const Children>(Children{{}, std::move(parameters)});
  return type;
}

Type Type::Struct(std::vector<NestedField> fields) {
  Type type(TypeId::kStruct);
  type.children_ = std::make_shared<const Children>(Children{std::move(fields), {}});
  return type;
}

Type Type::List(int32_t element_id, Type element, bool element_required) {
  Type type(TypeId::kList);
  NestedField field;
  field.id = element_id;
  field.name = "element";
  field.type = std::move(element);
  field.required = element_required;
  type.children_ = std::make_shared<const Children>(Children{{std::move(field)}, {}});
  return type;
}

Type Type::Map(int32_t key_id, Type key, int32_t value_id, Type value, bool value_required) {
  Type type(TypeId::kMap);
  std::vector<NestedField> fields(2);
  fields[0].id = key_id;
  fields[0].name = "key";
  fields[0].type = std::move(key);
  fields[0].required = true;
  fields[1].id = value_id;
  fields[1].name = "value";
  fields[1].type = std::move(value);
  fields[1].required = value_required;
  type.children_ = std::make_shared<const Children>(Children{std::move(fields), {}});
  return type;
}

const std::string& Type::parameters() const {
  static const std::string empty;
  return children_ == nullptr ? empty : children_->parameters;
}

const std::vector<NestedField>& Type::fields() const {
  static const std::vector<NestedField> empty;
  return children_ == nullptr ? empty : children_->fields;
}

bool Type::operator==(const Type& other) const {
  if (id_ != other.id_ || first_ != other.first_ || second_ != other.second_) return false;
  if (children_ == other.children_) return true;
  return fields() == other.fields() && parameters() == other.parameters();
}

std::string ToString(const Type& type) {
  switch (type.id()) {
    case TypeId::kDecimal:
      return fmt::format("decimal({}, {})", type.precision(), type.scale());
    case TypeId::kFixed:
      return fmt::format("fixed[{}]", type.length());
    case TypeId::kGeometry:
    case TypeId::kGeography:
      if (type.parameters().empty()) return std::string(NameOf(type.id()));
      return fmt::format("{}({})", NameOf(type.id()), type.parameters());
    default:
      break;
  }
  std::string text(NameOf(type.id()));
  if (type.is_primitive()) return text;
  text += '<';
  for (const NestedField& field : type.fields()) {
    if (text.back() != '<') text += ", ";
    text += fmt::format("{}: {}: {}{}", field.id, field.name, field.required ? "required " : "", ToString(field.type));
  }
  return text + '>';
}

Result<Type> ParsePrimitiveType(std::string_view text) {
  const std::string_view trimmed = Trim(text);
  std::string lower(trimmed);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const size_t open = lower.find_first_of("([");
  const std::string_view name = Trim(std::string_view(lower).substr(0, open));
  const auto* entry =
      std::find_if(kTypeNames.begin(), kTypeNames.end(), [&](const TypeName& known) { return known.name == name; });
  if (entry == kTypeNames.end()) return InvalidInput("unknown type: {}", text);
  std::string_view inside;
  if (open != std::string::npos) {
    const char close = lower[open] == '(' ? ')' : ']';
    if (lower.back() != close) return InvalidInput("malformed type: {}", text);
    inside = trimmed.substr(open + 1, lower.size() - open - 2);
  }
  const bool has_parameters = open != std::string::npos;
  if (entry->id == TypeId::kDecimal) {
    const size_t comma = inside.find(',');
    int32_t precision = 0;
    int32_t scale = 0;
    if (comma == std::string_view::npos || !ParseNumber(inside.substr(0, comma), &precision) ||
        !ParseNumber(inside.substr(comma + 1), &scale) || precision < 1 || precision > kMaximumPrecision ||
        scale > precision) {
      return InvalidInput("malformed decimal type: {}", text);
    }
    return Type::Decimal(precision, scale);
  }
  if (entry->id == TypeId::kFixed) {
    int32_t length = 0;
    if (!has_parameters || !ParseNumber(inside, &length)) return InvalidInput("malformed fixed type: {}", text);
    return Type::Fixed(length);
  }
  if (entry->id == TypeId::kGeometry || entry->id == TypeId::kGeography)
    return Type::Geo(entry->id, std::string(Trim(inside)));
  if (has_parameters) return InvalidInput("malformed type: {}", text);
  return Type(entry->id);
}

bool CanPromote(const Type& from, const Type& to, int32_t format_version) {
  if (from == to) return true;
  if (from.id() == TypeId::kInt && to.id() == TypeId::kLong) return true;
  if (from.id() == TypeId::kFloat && to.id() == TypeId::kDouble) return true;
  if (from.id() == TypeId::kDecimal && to.id() == TypeId::kDecimal) {
    return from.scale() == to.scale() && from.precision() <= to.precision();
  }
  if (format_version < 3) return false;
  if (from.id() == TypeId::kUnknown) return to.is_primitive();
  return from.id() == TypeId::kDate && (to.id() == TypeId::kTimestamp || to.id() == TypeId::kTimestampNs);
}

int32_t MinimumFormatVersion(const Type& type) {
  switch (type.id()) {
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
    case TypeId::kUnknown:
    case TypeId::kVariant:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return 3;
    default:
      break;
  }
  int32_t version = 1;
  for (const NestedField& field : type.fields()) version = std::max(version, MinimumFormatVersion(field.type));
  return version;
}

}  // namespace firn::iceberg
