#include "query/projection.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "query/iceberg_types.h"

namespace firn::query {
namespace {

using iceberg::NestedField;
using iceberg::Type;
using iceberg::TypeId;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const ParquetField* FindById(const std::vector<ParquetField>& fields, int32_t id) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const ParquetField& field) { return field.field_id == id; });
  return found == fields.end() ? nullptr : &*found;
}

/// Builds the expression that makes a value of the table's type out of a stored one.
class ValueProjection {
 public:
  Result<std::string> Project(const Type& target, const ParquetField& source, const std::string& value) {
    if (target.id() == TypeId::kVariant) return Unsupported("a variant inside another value cannot be read");
    if (target.is_primitive()) return Primitive(target, source, value);
    switch (target.id()) {
      case TypeId::kStruct:
        return Struct(target, source, value);
      case TypeId::kList:
        return List(target, source, value);
      default:
        return Map(target, source, value);
    }
  }

 private:
  static Error Mismatch(const Type& target, const ParquetField& source) {
    return Unsupported("it is stored as {}, which cannot be read as {}", source.DuckDbType(), ToString(target));
  }

  static Result<std::string> Primitive(const Type& target, const ParquetField& source, const std::string& value) {
    if (source.kind != ParquetField::Kind::kLeaf) return Mismatch(target, source);
    FIRN_ASSIGN(const std::string name, DuckDbType(target));
    if (source.is_int96) {
      if (target.id() == TypeId::kTimestampTz) return value + " AT TIME ZONE 'UTC'";
      if (target.id() == TypeId::kTimestamp) return value;
      return Mismatch(target, source);
    }
    if (source.leaf_type == name) return value;
    if (!IsExactCast(source.leaf_type, target)) return Mismatch(target, source);
    return "CAST(" + value + " AS " + name + ")";
  }

  Result<std::string> Struct(const Type& target, const ParquetField& source, const std::string& value) {
    if (source.kind != ParquetField::Kind::kStruct) return Mismatch(target, source);
    std::string fields;
    for (const NestedField& field : target.fields()) {
      FIRN_ASSIGN(const std::string inner, StructMember(field, source, value));
      if (!fields.empty()) fields += ", ";
      fields += QuoteIdentifier(field.name) + " := " + inner;
    }
    return "CASE WHEN " + value + " IS NULL THEN NULL ELSE struct_pack(" + fields + ") END";
  }

  Result<std::string> StructMember(const NestedField& field, const ParquetField& source, const std::string& value) {
    const ParquetField* stored = FindById(source.children, field.id);
    if (stored != nullptr)
      return Project(field.type, *stored, "struct_extract(" + value + ", " + QuoteText(stored->name) + ")");
    if (field.initial_default) return SqlLiteral(field.type, *field.initial_default);
    if (field.required) return Corrupt("the required field '{}' inside it is not in the file", field.name);
    FIRN_ASSIGN(const std::string type, DuckDbType(field.type));
    return "CAST(NULL AS " + type + ")";
  }

  Result<std::string> List(const Type& target, const ParquetField& source, const std::string& value) {
    if (source.kind != ParquetField::Kind::kList) return Mismatch(target, source);
    const std::string element = NextVariable();
    FIRN_ASSIGN(const std::string inner, Project(target.fields()[0].type, source.children[0], element));
    if (inner == element) return value;
    return "list_transform(" + value + ", lambda " + element + ": " + inner + ")";
  }

  Result<std::string> Map(const Type& target, const ParquetField& source, const std::string& value) {
    if (source.kind != ParquetField::Kind::kMap) return Mismatch(target, source);
    const std::string entry = NextVariable();
    const std::string stored_key = "struct_extract(" + entry + ", 'key')";
    const std::string stored_value = "struct_extract(" + entry + ", 'value')";
    FIRN_ASSIGN(const std::string key, Project(target.fields()[0].type, source.children[0], stored_key));
    FIRN_ASSIGN(const std::string mapped, Project(target.fields()[1].type, source.children[1], stored_value));
    if (key == stored_key && mapped == stored_value) return value;
    return "CASE WHEN " + value + " IS NULL THEN NULL ELSE map_from_entries(list_transform(map_entries(" + value +
           "), lambda " + entry + ": struct_pack(k := " + key + ", v := " + mapped + "))) END";
  }

  std::string NextVariable() { return "x" + std::to_string(++variables_); }

  int variables_ = 0;
};

/// True where names, ids, order and types agree at all levels: the stored value is the table's value.
bool IsStoredAsIs(const Type& target, const ParquetField& source) {
  if (target.is_primitive()) {
    const auto name = DuckDbType(target);
    return name.ok() && !source.is_int96 && source.leaf_type == *name;
  }
  const auto kind = target.id() == TypeId::kStruct ? ParquetField::Kind::kStruct
                    : target.id() == TypeId::kList ? ParquetField::Kind::kList
                                                   : ParquetField::Kind::kMap;
  if (source.kind != kind || source.children.size() != target.fields().size()) return false;
  for (size_t i = 0; i < source.children.size(); ++i) {
    const NestedField& field = target.fields()[i];
    const bool named = kind != ParquetField::Kind::kStruct ||
                       (field.name == source.children[i].name && source.children[i].field_id == field.id);
    if (!named || !IsStoredAsIs(field.type, source.children[i])) return false;
  }
  return true;
}

/// The partition value that stands for a column that the file does not hold; null where there is none.
const iceberg::Literal* IdentityValue(const iceberg::TableMetadata& metadata, const iceberg::DataFile& file,
                                      int32_t field_id) {
  const iceberg::PartitionSpec* spec = metadata.FindSpec(file.spec_id);
  if (spec == nullptr) return nullptr;
  for (size_t i = 0; i < spec->fields.size() && i < file.partition.size(); ++i) {
    const auto& field = spec->fields[i];
    if (field.source_id == field_id && field.transform.kind == iceberg::Transform::Kind::kIdentity)
      return &file.partition[i];
  }
  return nullptr;
}

Result<std::string> ValueOfAbsentColumn(const ProjectionTarget& target, const iceberg::DataFile& file,
                                        const NestedField& field) {
  if (const iceberg::Literal* value = IdentityValue(*target.metadata, file, field.id))
    return SqlLiteral(field.type, *value);
  if (field.initial_default) return SqlLiteral(field.type, *field.initial_default);
  if (field.required) return Corrupt("it is required, but not in the file");
  FIRN_ASSIGN(const std::string type, DuckDbType(field.type));
  return "CAST(NULL AS " + type + ")";
}

struct ColumnPlan {
  std::string read_entry;  ///< of the MAP; "" where nothing is read
  std::string expression;
};

Result<ColumnPlan> PlanColumn(const ProjectionTarget& target, const iceberg::DataFile& file,
                              const ParquetFooter& footer, const NestedField& field) {
  FIRN_ASSIGN(const std::string table_type, DuckDbType(field.type));
  const ParquetField* stored = FindById(footer.columns, field.id);
  if (stored == nullptr || field.type.id() == TypeId::kUnknown) {
    FIRN_ASSIGN(std::string value, ValueOfAbsentColumn(target, file, field));
    return ColumnPlan{"", std::move(value)};
  }
  const std::string key = footer.has_field_ids ? std::to_string(field.id) : QuoteText(stored->name);
  const std::string column = "c" + std::to_string(field.id);
  const auto plan = [&](const std::string& read_type, std::string expression) {
    return ColumnPlan{
        fmt::format("{}: {{name: '{}', type: {}, default_value: NULL}}", key, column, QuoteText(read_type)),
        std::move(expression)};
  };
  if (field.type.id() == TypeId::kVariant) {
    return plan("VARIANT", "CASE WHEN " + column + " IS NULL THEN NULL ELSE CAST(" + column + " AS JSON) END");
  }
  FIRN_ASSIGN(std::string expression, ValueProjection().Project(field.type, *stored, column));
  // read_parquet casts single values by itself; whatever has an inside is read as it is stored and taken apart here.
  if (!field.type.is_nested() && !stored->is_int96) return plan(table_type, column);
  return plan(stored->DuckDbType(), IsStoredAsIs(field.type, *stored) ? column : std::move(expression));
}

/// DuckDB finds columns by name without regard to case; two that differ only in that cannot both be read so.
Status CheckNameTwins(const ParquetFooter& footer) {
  std::set<std::string> seen;
  for (const ParquetField& field : footer.columns) {
    if (!seen.insert(LowerCase(field.name)).second) {
      return Unsupported("it has no field ids, and two columns whose names differ only in case ('{}')", field.name);
    }
  }
  return OkStatus();
}

}  // namespace

std::vector<OutputColumn> OutputColumns(const iceberg::Schema& schema) {
  std::vector<OutputColumn> columns;
  std::set<std::string> originals;
  for (const NestedField& field : schema.fields()) originals.insert(LowerCase(field.name));
  std::set<std::string> taken;
  for (const NestedField& field : schema.fields()) {
    std::string name = field.name;
    for (int i = 1; taken.contains(LowerCase(name)) || (i > 1 && originals.contains(LowerCase(name))); ++i) {
      name = field.name + "_" + std::to_string(i);
    }
    taken.insert(LowerCase(name));
    columns.push_back({&field, std::move(name)});
  }
  return columns;
}

Result<FileProjection> ProjectFile(const ProjectionTarget& target, const iceberg::DataFile& file,
                                   const ParquetFooter& footer) {
  if (!footer.has_field_ids) FIRN_TRY(CheckNameTwins(footer));
  FileProjection projection;
  std::string entries;
  for (const NestedField* field : target.fields) {
    auto plan = PlanColumn(target, file, footer, *field);
    if (!plan.ok()) return plan.error().WithContext("column '" + field->name + "'");
    if (!plan->read_entry.empty()) {
      if (!entries.empty()) entries += ", ";
      entries += plan->read_entry;
    }
    projection.expressions[field->id] = std::move(plan->expression);
  }
  // A file that holds none of the table's columns still has its rows: ask for a column that no file has.
  if (entries.empty()) {
    entries = footer.has_field_ids ? "2147483000: {name: 'none', type: 'INTEGER', default_value: NULL}"
                                   : "'firn no such column': {name: 'none', type: 'INTEGER', default_value: NULL}";
  }
  projection.read_schema = "MAP {" + entries + "}";
  return projection;
}

}  // namespace firn::query
