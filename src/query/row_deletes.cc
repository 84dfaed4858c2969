#include "query/row_deletes.h"

#include <algorithm>
#include <utility>

#include "query/deletion_vector.h"
#include "query/iceberg_types.h"
#include "query/parquet_layout.h"
#include "storage/location.h"

namespace firn::query {
namespace {

using iceberg::DataFile;
using iceberg::DeleteFile;
using iceberg::FileContent;
using iceberg::NestedField;
using iceberg::ScanTask;
using iceberg::TableMetadata;

constexpr size_t kRowsAnInsert = 1'000;

std::vector<int32_t> SortedIds(const DataFile& file) {
  std::vector<int32_t> ids = file.equality_ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

/// The column in the current schema, else in the newest schema that had it.
const NestedField* FindInAnySchema(const TableMetadata& metadata, int32_t field_id, bool* top_level) {
  const auto look = [&](const iceberg::Schema& schema) -> const NestedField* {
    const NestedField* field = schema.FindField(field_id);
    if (field != nullptr) *top_level = schema.ParentId(field_id) == 0;
    return field;
  };
  if (const NestedField* field = look(metadata.schema())) return field;
  for (auto schema = metadata.schemas.rbegin(); schema != metadata.schemas.rend(); ++schema) {
    if (const NestedField* field = look(**schema)) return field;
  }
  return nullptr;
}

/// Loads delete files into tables; its members are the steps.
class Loader {
 public:
  Loader(Database& database, storage::Storage& storage, std::string prefix, std::vector<std::string>& tables)
      : database_(database), storage_(storage), prefix_(std::move(prefix)), tables_(tables) {}

  Status CreateTable(const std::string& name, const std::string& columns) {
    FIRN_TRY(database_.Execute("CREATE OR REPLACE TEMP TABLE " + QuoteIdentifier(name) + " (" + columns + ")"));
    tables_.push_back(name);
    return OkStatus();
  }

  Status InsertTexts(const std::string& table, const std::vector<std::vector<std::string>>& rows) {
    for (size_t begin = 0; begin < rows.size(); begin += kRowsAnInsert) {
      std::string sql = "INSERT INTO " + QuoteIdentifier(table) + " VALUES ";
      for (size_t i = begin; i < std::min(begin + kRowsAnInsert, rows.size()); ++i) {
        sql += i > begin ? ", (" : "(";
        for (size_t column = 0; column < rows[i].size(); ++column)
          sql += (column > 0 ? ", " : "") + QuoteText(rows[i][column]);
        sql += ")";
      }
      FIRN_TRY(database_.Execute(sql));
    }
    return OkStatus();
  }

  /// The delete files must hold as many rows as the manifests say: one that is cut would bring deleted rows back.
  Result<std::map<std::string, ParquetFooter>> CheckedFooters(const std::map<std::string, const DeleteFile*>& files) {
    std::vector<std::string> paths;
    for (const auto& [path, file] : files) {
      if (file->file.file_format != "PARQUET") {
        return Unsupported("delete file {} is in {} format; firn sql reads Parquet and Puffin", file->file.file_path,
                           file->file.file_format);
      }
      paths.push_back(path);
    }
    FIRN_ASSIGN(auto footers, ReadFooters(database_, paths));
    for (const auto& [path, file] : files) {
      if (footers[path].row_count != file->file.record_count) {
        return Corrupt("delete file {} holds {} rows, its manifest says {}", file->file.file_path,
                       footers[path].row_count, file->file.record_count);
      }
    }
    return footers;
  }

  Status LoadVector(const std::string& table, const DeleteFile& vector, const std::string& data_path) {
    const DataFile& file = vector.file;
    if (!file.content_size_bytes) return Corrupt("deletion vector in {} has no size", file.file_path);
    FIRN_ASSIGN(const std::string blob, storage_.ReadRange(file.file_path, static_cast<uint64_t>(*file.content_offset),
                                                           static_cast<uint64_t>(*file.content_size_bytes)));
    auto positions = DecodeDeletionVector(blob, static_cast<uint64_t>(file.record_count));
    if (!positions.ok()) return positions.error().WithContext(file.file_path);
    return database_.AppendPositions(table, data_path, *positions);
  }

  Status LoadPositionFiles(const std::string& table, const std::map<std::string, const DeleteFile*>& files,
                           const std::vector<std::vector<std::string>>& reach) {
    if (files.empty()) return OkStatus();
    FIRN_TRY(CheckedFooters(files).status());
    FIRN_TRY(CreateTable(prefix_ + "_position_reach", "delete_file VARCHAR, location VARCHAR, data_file VARCHAR"));
    FIRN_TRY(InsertTexts(prefix_ + "_position_reach", reach));
    std::vector<std::string> paths;
    for (const auto& entry : files) paths.push_back(entry.first);
    return database_.Execute(
        fmt::format("INSERT INTO {} SELECT r.data_file, d.pos FROM read_parquet({}, schema = MAP {{{}: {{name: "
                    "'file_path', type: 'VARCHAR', "
                    "default_value: NULL}}, {}: {{name: 'pos', type: 'BIGINT', default_value: NULL}}}}, filename = "
                    "true, hive_partitioning = false) d "
                    "JOIN {} r ON r.delete_file = d.filename AND r.location = d.file_path",
                    QuoteIdentifier(table), FileList(paths), iceberg::kDeleteFilePathFieldId,
                    iceberg::kDeletePosFieldId, QuoteIdentifier(prefix_ + "_position_reach")));
  }

  Status LoadEqualityFiles(const std::string& name, const std::vector<const NestedField*>& fields,
                           const std::map<std::string, const DeleteFile*>& files,
                           const std::vector<std::vector<std::string>>& reach) {
    FIRN_ASSIGN(const auto footers, CheckedFooters(files));
    std::string columns = "delete_file VARCHAR";
    std::string selected = "filename";
    std::string schema;
    std::vector<std::string> paths;
    for (const NestedField* field : fields) {
      FIRN_ASSIGN(const std::string type, DuckDbType(field->type));
      columns += fmt::format(", k{} {}", field->id, type);
      selected += fmt::format(", k{}", field->id);
      schema += fmt::format("{}{}: {{name: 'k{}', type: {}, default_value: NULL}}", schema.empty() ? "" : ", ",
                            field->id, field->id, QuoteText(type));
    }
    for (const auto& [path, file] : files) {
      paths.push_back(path);
      FIRN_TRY(CheckKeyColumns(footers.at(path), *file, fields));
    }
    FIRN_TRY(CreateTable(name + "_keys", columns));
    FIRN_TRY(CreateTable(name + "_reach", "delete_file VARCHAR, data_file VARCHAR"));
    FIRN_TRY(InsertTexts(name + "_reach", reach));
    return database_.Execute(
        fmt::format("INSERT INTO {} SELECT {} FROM read_parquet({}, schema = MAP {{{}}}, filename = true, "
                    "hive_partitioning = false)",
                    QuoteIdentifier(name + "_keys"), selected, FileList(paths), schema));
  }

 private:
  static Status CheckKeyColumns(const ParquetFooter& footer, const DeleteFile& file,
                                const std::vector<const NestedField*>& fields) {
    for (const NestedField* field : fields) {
      const auto stored = std::find_if(footer.columns.begin(), footer.columns.end(),
                                       [&](const ParquetField& column) { return column.field_id == field->id; });
      if (stored == footer.columns.end())
        return Corrupt("delete file {} lacks its column '{}' (field {})", file.file.file_path, field->name, field->id);
      if (!IsExactCast(stored->leaf_type, field->type)) {
        return Unsupported("delete file {} stores column '{}' as {}, which cannot be compared with {}",
                           file.file.file_path, field->name, stored->DuckDbType(), ToString(field->type));
      }
    }
    return OkStatus();
  }

  Database& database_;
  storage::Storage& storage_;
  std::string prefix_;
  std::vector<std::string>& tables_;
};

/// All delete files of a scan, sorted by how they are applied.
struct Sorted {
  std::map<std::string, const DeleteFile*> position_files;  ///< by path
  std::vector<std::vector<std::string>> position_reach;     ///< delete file, data location, data file
  std::vector<std::pair<const DeleteFile*, std::string>> vectors;
  struct Equality {
    std::map<std::string, const DeleteFile*> files;
    std::vector<std::vector<std::string>> reach;  ///< delete file, data file
  };
  std::map<std::vector<int32_t>, Equality> equality;
};

Result<Sorted> Sort(const storage::Storage& storage, const std::vector<ScanTask>& tasks) {
  Sorted sorted;
  for (const ScanTask& task : tasks) {
    if (task.deletes.empty()) continue;
    FIRN_ASSIGN(const std::string data_path, DuckDbPath(storage, task.file.file_path));
    for (const auto& deletes : task.deletes) {
      const DataFile& file = deletes->file;
      if (file.is_deletion_vector() || file.file_format == "PUFFIN") {
        if (!file.is_deletion_vector())
          return Corrupt("delete file {} is a Puffin file without an offset", file.file_path);
        sorted.vectors.emplace_back(deletes.get(), data_path);
        continue;
      }
      FIRN_ASSIGN(const std::string path, DuckDbPath(storage, file.file_path));
      if (file.content == FileContent::kPositionDeletes) {
        sorted.position_files[path] = deletes.get();
        sorted.position_reach.push_back({path, task.file.file_path, data_path});
      } else {
        auto& equality = sorted.equality[SortedIds(file)];
        equality.files[path] = deletes.get();
        equality.reach.push_back({path, data_path});
      }
    }
  }
  return sorted;
}

Result<std::vector<const NestedField*>> EqualityFields(const TableMetadata& metadata, const std::vector<int32_t>& ids,
                                                       const std::string& file) {
  if (ids.empty()) return Corrupt("equality delete file {} names no columns", file);
  std::vector<const NestedField*> fields;
  for (const int32_t id : ids) {
    bool top_level = false;
    const NestedField* field = FindInAnySchema(metadata, id, &top_level);
    if (field == nullptr) return Corrupt("equality delete file {} compares field {}, which no schema has", file, id);
    const auto type = field->type.id();
    if (!top_level || !field->type.is_primitive() || type == iceberg::TypeId::kFloat ||
        type == iceberg::TypeId::kDouble) {
      return Unsupported(
          "equality delete file {} compares '{}' of type {}: only plain columns that are no floating-point numbers can "
          "be",
          file, field->name, ToString(field->type));
    }
    fields.push_back(field);
  }
  return fields;
}

}  // namespace

Result<std::string> DuckDbPath(const storage::Storage& storage, const std::string& location) {
  FIRN_ASSIGN(auto parsed, storage::ParseLocation(storage.Resolve(location)));
  return parsed.scheme == storage::Scheme::kLocal ? std::move(parsed.path) : "s3://" + parsed.path;
}

Result<RowDeletes> RowDeletes::Load(Database& database, storage::Storage& storage, const TableMetadata& metadata,
                                    const std::vector<ScanTask>& tasks, const std::string& prefix,
                                    std::vector<std::string>& temporary_tables) {
  RowDeletes loaded;
  loaded.prefix_ = prefix;
  FIRN_ASSIGN(const Sorted sorted, Sort(storage, tasks));
  Loader loader(database, storage, prefix, temporary_tables);
  if (!sorted.position_files.empty() || !sorted.vectors.empty()) {
    const std::string table = prefix + "_positions";
    FIRN_TRY(loader.CreateTable(table, "data_file VARCHAR, pos BIGINT"));
    for (const auto& [vector, data_path] : sorted.vectors) FIRN_TRY(loader.LoadVector(table, *vector, data_path));
    FIRN_TRY(loader.LoadPositionFiles(table, sorted.position_files, sorted.position_reach));
  }
  std::set<int32_t> known;
  for (const auto& [ids, equality] : sorted.equality) {
    FIRN_ASSIGN(const auto fields, EqualityFields(metadata, ids, equality.files.begin()->second->file.file_path));
    const std::string name = fmt::format("{}_equality_{}", prefix, loaded.equality_tables_.size());
    FIRN_TRY(loader.LoadEqualityFiles(name, fields, equality.files, equality.reach));
    loaded.equality_tables_[ids] = name;
    for (const NestedField* field : fields) {
      if (known.insert(field->id).second) loaded.equality_fields_.push_back(field);
    }
  }
  return loaded;
}

std::string RowDeletes::Signature(const ScanTask& task) const {
  bool positions = false;
  std::set<EqualityIds> equality;
  for (const auto& deletes : task.deletes) {
    if (deletes->file.content == FileContent::kPositionDeletes) {
      positions = true;
    } else {
      equality.insert(SortedIds(deletes->file));
    }
  }
  std::string text = positions ? "p" : "";
  for (const EqualityIds& ids : equality) text += "/" + equality_tables_.at(ids);
  return text;
}

std::string RowDeletes::Condition(const ScanTask& task, const std::map<int32_t, std::string>& expressions) const {
  bool positions = false;
  std::set<EqualityIds> equality;
  for (const auto& deletes : task.deletes) {
    if (deletes->file.content == FileContent::kPositionDeletes) {
      positions = true;
    } else {
      equality.insert(SortedIds(deletes->file));
    }
  }
  std::string text;
  if (positions) {
    text = fmt::format("NOT EXISTS (SELECT 1 FROM {} d WHERE d.data_file = t.filename AND d.pos = t.file_row_number)",
                       QuoteIdentifier(prefix_ + "_positions"));
  }
  for (const EqualityIds& ids : equality) {
    const std::string& name = equality_tables_.at(ids);
    if (!text.empty()) text += " AND ";
    text += fmt::format(
        "NOT EXISTS (SELECT 1 FROM {} r JOIN {} k ON k.delete_file = r.delete_file WHERE r.data_file = t.filename",
        QuoteIdentifier(name + "_reach"), QuoteIdentifier(name + "_keys"));
    for (const int32_t id : ids) text += fmt::format(" AND k.k{} IS NOT DISTINCT FROM ({})", id, expressions.at(id));
    text += ")";
  }
  return text;
}

}  // namespace firn::query
