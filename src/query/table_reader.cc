#include "query/table_reader.h"

#include <map>
#include <utility>

#include "iceberg/spec/name_mapping.h"
#include "query/iceberg_types.h"
#include "query/parquet_layout.h"
#include "query/projection.h"
#include "query/row_deletes.h"

namespace firn::query {
namespace {

using iceberg::ScanTask;

/// Files that one read_parquet serves.
struct FileGroup {
  FileProjection projection;
  std::string condition;
  std::vector<std::string> paths;
};

Result<std::string> EmptySelect(const std::vector<OutputColumn>& columns) {
  std::string sql = "SELECT ";
  for (const OutputColumn& column : columns) {
    auto type = DuckDbType(column.field->type);
    if (!type.ok()) return type.error().WithContext("column '" + column.field->name + "'");
    if (sql.size() > 7) sql += ", ";
    sql += "CAST(NULL AS " + *type + ") AS " + QuoteIdentifier(column.name);
  }
  return sql + " WHERE false";
}

std::string GroupSelect(const FileGroup& group, const std::vector<OutputColumn>& columns) {
  std::string sql = "SELECT ";
  for (const OutputColumn& column : columns) {
    if (sql.size() > 7) sql += ", ";
    sql += group.projection.expressions.at(column.field->id) + " AS " + QuoteIdentifier(column.name);
  }
  sql += " FROM read_parquet(" + FileList(group.paths) + ", schema = " + group.projection.read_schema +
         ", hive_partitioning = false";
  if (!group.condition.empty()) sql += ", filename = true, file_row_number = true";
  sql += ") t";
  if (!group.condition.empty()) sql += " WHERE " + group.condition;
  return sql;
}

/// The paths of the tasks' files in their order, once it is sure that DuckDB can read that kind of file.
Result<std::vector<std::string>> DataPaths(const storage::Storage& storage, const std::vector<ScanTask>& tasks) {
  std::vector<std::string> paths;
  for (const ScanTask& task : tasks) {
    if (task.file.file_format != "PARQUET") {
      return Unsupported("data file {} is in {} format; firn sql reads Parquet", task.file.file_path,
                         task.file.file_format);
    }
    FIRN_ASSIGN(std::string path, DuckDbPath(storage, task.file.file_path));
    paths.push_back(std::move(path));
  }
  return paths;
}

/// Reads and checks the footers of all tasks, and gives files without field ids theirs.
Result<std::map<std::string, ParquetFooter>> CheckedFooters(Database& database, const iceberg::TableMetadata& metadata,
                                                            const std::vector<ScanTask>& tasks,
                                                            const std::vector<std::string>& paths) {
  FIRN_ASSIGN(auto footers, ReadFooters(database, paths));
  const std::string mapping_json = metadata.Property(iceberg::kNameMappingProperty, "");
  std::optional<iceberg::NameMapping> mapping;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const iceberg::DataFile& file = tasks[i].file;
    ParquetFooter& footer = footers[paths[i]];
    if (footer.row_count != file.record_count) {
      return Corrupt("data file {} holds {} rows, its manifest says {}: the table is damaged", file.file_path,
                     footer.row_count, file.record_count);
    }
    if (footer.has_field_ids) continue;
    if (mapping_json.empty()) {
      return Unsupported("data file {} has no field ids and the table has no {}: its columns cannot be told",
                         file.file_path, iceberg::kNameMappingProperty);
    }
    if (!mapping) {
      FIRN_ASSIGN(mapping, iceberg::ParseNameMapping(mapping_json));
    }
    const Status status = ApplyNameMapping(*mapping, footer);
    if (!status.ok()) return status.error().WithContext(file.file_path);
  }
  return footers;
}

std::vector<const iceberg::NestedField*> FieldsToRead(const std::vector<OutputColumn>& columns,
                                                      const RowDeletes& deletes) {
  std::vector<const iceberg::NestedField*> fields;
  for (const OutputColumn& column : columns) fields.push_back(column.field);
  for (const iceberg::NestedField* field : deletes.equality_fields()) {
    bool shown = false;
    for (const OutputColumn& column : columns) shown = shown || column.field->id == field->id;
    if (!shown) fields.push_back(field);
  }
  return fields;
}

/// What decides into which group a file goes: how it is read, what its rows become, what is left out.
std::string GroupKey(const FileProjection& projection, const std::string& deletes) {
  std::string key = projection.read_schema + "|" + deletes;
  for (const auto& [id, expression] : projection.expressions) key += "|" + std::to_string(id) + "=" + expression;
  return key;
}

void NoteRenamedColumns(const std::vector<OutputColumn>& columns, std::vector<std::string>& notes) {
  for (const OutputColumn& column : columns) {
    if (column.name == column.field->name) continue;
    notes.push_back(fmt::format("column '{}' is shown as '{}': SQL does not tell names apart that differ only in case",
                                column.field->name, column.name));
  }
}

}  // namespace

Result<TableSelect> BuildTableSelect(Database& database, storage::Storage& storage, const TableRead& read) {
  TableSelect select;
  const std::vector<OutputColumn> columns = OutputColumns(*read.schema);
  if (columns.empty()) return Unsupported("the table has no columns");
  NoteRenamedColumns(columns, select.notes);
  FIRN_ASSIGN(const std::string empty, EmptySelect(columns));
  if (read.snapshot == nullptr) {
    select.sql = empty;
    return select;
  }

  iceberg::ScanOptions options;
  options.filter = read.filter;
  options.schema = read.schema;
  FIRN_ASSIGN(const iceberg::ScanPlan plan, iceberg::PlanFiles(storage, *read.metadata, *read.snapshot, options));
  select.files_read = static_cast<int64_t>(plan.tasks.size());
  select.files_total = plan.files_total;
  if (plan.tasks.empty()) {
    select.sql = empty;
    return select;
  }

  FIRN_ASSIGN(const auto paths, DataPaths(storage, plan.tasks));
  FIRN_ASSIGN(auto footers, CheckedFooters(database, *read.metadata, plan.tasks, paths));
  FIRN_ASSIGN(const RowDeletes deletes,
              RowDeletes::Load(database, storage, *read.metadata, plan.tasks, read.prefix, select.temporary_tables));
  const ProjectionTarget target{read.metadata.get(), FieldsToRead(columns, deletes)};
  std::map<std::string, FileGroup> groups;
  for (size_t i = 0; i < plan.tasks.size(); ++i) {
    auto projection = ProjectFile(target, plan.tasks[i].file, footers[paths[i]]);
    if (!projection.ok()) return projection.error().WithContext("data file " + plan.tasks[i].file.file_path);
    FileGroup& group = groups[GroupKey(*projection, deletes.Signature(plan.tasks[i]))];
    if (group.paths.empty()) {
      group.condition = deletes.Condition(plan.tasks[i], projection->expressions);
      group.projection = std::move(projection).value();
    }
    group.paths.push_back(paths[i]);
  }
  for (const auto& [key, group] : groups) {
    if (!select.sql.empty()) select.sql += " UNION ALL ";
    select.sql += GroupSelect(group, columns);
  }
  return select;
}

}  // namespace firn::query
