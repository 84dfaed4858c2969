#include "query/parquet_layout.h"

#include <set>
#include <utility>

namespace firn::query {
namespace {

using TextRow = std::vector<std::optional<std::string>>;
constexpr int kMaximumDepth = 200;
constexpr size_t kFilesAtOnce = 500;

enum FooterColumn : size_t {
  kFileName,
  kName,
  kPhysicalType,
  kRepetition,
  kChildCount,
  kConvertedType,
  kFieldId,
  kLogicalType,
  kLeafType
};

int64_t Integer(const std::optional<std::string>& text) {
  return text ? std::strtoll(text->c_str(), nullptr, 10) : 0;
}

/// Walks the footer's flat list of schema elements, which is the tree in pre-order.
class SchemaReader {
 public:
  SchemaReader(const std::vector<TextRow>& rows, size_t begin, size_t end) : rows_(rows), next_(begin), end_(end) {}

  Result<std::vector<ParquetField>> Root() {
    if (next_ == end_) return Corrupt("the footer has no schema");
    const int64_t count = Integer(rows_[next_++][kChildCount]);
    return Children(count, 0);
  }

 private:
  Result<std::vector<ParquetField>> Children(int64_t count, int depth) {
    std::vector<ParquetField> fields;
    for (int64_t i = 0; i < count; ++i) {
      FIRN_ASSIGN(ParquetField field, Field(depth));
      fields.push_back(std::move(field));
    }
    return fields;
  }

  Result<ParquetField> Field(int depth) {
    if (next_ == end_) return Corrupt("the footer's schema is cut short");
    if (depth > kMaximumDepth) return Unsupported("the file's schema has more than {} levels", kMaximumDepth);
    const TextRow& row = rows_[next_++];
    ParquetField field;
    field.name = row[kName].value_or("");
    if (row[kFieldId]) field.field_id = static_cast<int32_t>(Integer(row[kFieldId]));
    const int64_t child_count = Integer(row[kChildCount]);
    if (!row[kChildCount] || child_count == 0) {
      field.leaf_type = row[kLeafType].value_or("");
      field.is_int96 = row[kPhysicalType].value_or("") == "INT96";
      if (field.is_int96) field.leaf_type = "TIMESTAMP";
      return field;
    }
    FIRN_ASSIGN(field.children, Children(child_count, depth + 1));
    Shape(row, field);
    return field;
  }

  /// Takes out the levels that only Parquet has. `field.children` holds them as stored.
  static void Shape(const TextRow& row, ParquetField& field) {
    const std::string converted = row[kConvertedType].value_or("");
    const std::string logical = row[kLogicalType].value_or("");
    field.kind = ParquetField::Kind::kStruct;
    if (field.children.size() != 1) return;
    const bool is_list = converted == "LIST" || logical.starts_with("ListType");
    const bool is_map = converted == "MAP" || converted == "MAP_KEY_VALUE" || logical.starts_with("MapType");
    ParquetField repeated = std::move(field.children[0]);
    if (is_map && repeated.children.size() == 2) {
      field.kind = ParquetField::Kind::kMap;
      field.children = std::move(repeated.children);
      return;
    }
    if (is_list) {
      field.kind = ParquetField::Kind::kList;
      const bool wrapped = repeated.kind == ParquetField::Kind::kStruct && repeated.children.size() == 1 &&
                           repeated.name != "array" && !repeated.name.ends_with("_tuple");
      ParquetField element = wrapped ? std::move(repeated.children[0]) : std::move(repeated);
      field.children.clear();
      field.children.push_back(std::move(element));
      return;
    }
    field.children[0] = std::move(repeated);
  }

  const std::vector<TextRow>& rows_;
  size_t next_;
  size_t end_;
};

bool HasFieldIds(const std::vector<ParquetField>& fields) {
  for (const ParquetField& field : fields) {
    if (field.field_id || HasFieldIds(field.children)) return true;
  }
  return false;
}

Status MapNames(const std::vector<iceberg::MappedField>& mapped, std::vector<ParquetField>& fields,
                bool named_by_role) {
  static constexpr const char* kListRoles[] = {"element"};
  static constexpr const char* kMapRoles[] = {"key", "value"};
  std::set<int32_t> taken;
  for (size_t i = 0; i < fields.size(); ++i) {
    ParquetField& field = fields[i];
    const std::string name = !named_by_role ? field.name : fields.size() == 1 ? kListRoles[0] : kMapRoles[i];
    for (const iceberg::MappedField& candidate : mapped) {
      bool found = false;
      for (const std::string& known : candidate.names) found = found || known == name;
      if (!found) continue;
      if (candidate.field_id && !taken.insert(*candidate.field_id).second) {
        return Unsupported("two columns of the file stand for field {} of the name mapping (one is '{}')",
                           *candidate.field_id, name);
      }
      field.field_id = candidate.field_id;
      FIRN_TRY(MapNames(candidate.fields, field.children,
                        field.kind == ParquetField::Kind::kList || field.kind == ParquetField::Kind::kMap));
      break;
    }
  }
  return OkStatus();
}

Status ReadSome(Database& database, const std::vector<std::string>& paths,
                std::map<std::string, ParquetFooter>& footers) {
  const std::string files = FileList(paths);
  FIRN_ASSIGN(const auto counts, database.Rows("SELECT file_name, num_rows FROM parquet_file_metadata(" + files + ")"));
  FIRN_ASSIGN(const auto rows,
              database.Rows("SELECT file_name, name, type, repetition_type, num_children, converted_type, field_id, "
                            "logical_type, duckdb_type FROM parquet_schema(" +
                            files + ") ORDER BY file_name, column_id"));
  for (const TextRow& row : counts) footers[row[0].value_or("")].row_count = Integer(row[1]);
  for (size_t begin = 0; begin < rows.size();) {
    size_t end = begin;
    while (end < rows.size() && rows[end][kFileName] == rows[begin][kFileName]) ++end;
    const std::string file = rows[begin][kFileName].value_or("");
    auto columns = SchemaReader(rows, begin, end).Root();
    if (!columns.ok()) return columns.error().WithContext(file);
    ParquetFooter& footer = footers[file];
    footer.columns = std::move(columns).value();
    footer.has_field_ids = HasFieldIds(footer.columns);
    begin = end;
  }
  return OkStatus();
}

}  // namespace

std::string ParquetField::DuckDbType() const {
  switch (kind) {
    case Kind::kLeaf:
      return leaf_type;
    case Kind::kList:
      return children[0].DuckDbType() + "[]";
    case Kind::kMap:
      return "MAP(" + children[0].DuckDbType() + ", " + children[1].DuckDbType() + ")";
    case Kind::kStruct:
      break;
  }
  std::string text = "STRUCT(";
  for (const ParquetField& child : children) {
    if (text.size() > 7) text += ", ";
    text += QuoteIdentifier(child.name) + " " + child.DuckDbType();
  }
  return text + ")";
}

std::string ParquetField::Signature() const {
  std::string text = QuoteIdentifier(name) + "#" + (field_id ? std::to_string(*field_id) : "") + ":" + leaf_type;
  if (is_int96) text += "!";
  if (children.empty()) return text;
  text += static_cast<char>('0' + static_cast<int>(kind));
  text += '(';
  for (const ParquetField& child : children) text += child.Signature() + ",";
  return text + ")";
}

Result<std::map<std::string, ParquetFooter>> ReadFooters(Database& database, const std::vector<std::string>& paths) {
  std::map<std::string, ParquetFooter> footers;
  const std::set<std::string> distinct(paths.begin(), paths.end());
  const std::vector<std::string> all(distinct.begin(), distinct.end());
  for (size_t begin = 0; begin < all.size(); begin += kFilesAtOnce) {
    const std::vector<std::string> some(
        all.begin() + static_cast<std::ptrdiff_t>(begin),
        all.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kFilesAtOnce, all.size())));
    const Status status = ReadSome(database, some, footers);
    if (!status.ok()) {
      // What follows in DuckDB's message is its own statement, which the user did not write.
      const std::string& message = status.error().message();
      return Corrupt("a data file cannot be read: {}", message.substr(0, message.find('\n')));
    }
  }
  for (const std::string& path : all) {
    if (!footers.contains(path)) return NotFound("data file not found: {}", path);
  }
  if (footers.size() != all.size()) return Internal("{} files asked for, {} footers read", all.size(), footers.size());
  return footers;
}

Status ApplyNameMapping(const iceberg::NameMapping& mapping, ParquetFooter& footer) {
  return MapNames(mapping.fields, footer.columns, false);
}

std::string EscapeGlob(const std::string& path) {
  std::string escaped;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[') {
      escaped += '[';
      escaped += c;
      escaped += ']';
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string FileList(const std::vector<std::string>& paths) {
  std::string text = "[";
  for (const std::string& path : paths) {
    if (text.size() > 1) text += ", ";
    text += QuoteText(EscapeGlob(path));
  }
  return text + "]";
}

}  // namespace firn::query
