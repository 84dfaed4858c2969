#include "query/partition_table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "iceberg/spec/single_value.h"
#include "query/database.h"
#include "query/iceberg_types.h"
#include "query/projection.h"

namespace firn::query {
namespace {

using iceberg::DataFile;
using iceberg::Literal;
using iceberg::TableMetadata;
using iceberg::Type;

struct PartitionColumn {
  int32_t field_id;
  std::string name;
  Type type;
};

/// What a column's metrics add up to over files; a file without one of them makes it unknown.
struct ColumnSummary {
  std::optional<Literal> least;
  std::optional<Literal> greatest;
  std::optional<int64_t> nulls = 0;
  std::optional<int64_t> nans = 0;
  bool bounds_known = true;
};

struct Partition {
  std::vector<Literal> values;  ///< in the order of the partition columns
  int64_t records = 0;
  int64_t files = 0;
  int64_t bytes = 0;
  std::map<int32_t, ColumnSummary> columns;
};

/// The partition fields of all specs, each once, that still have a type.
std::vector<PartitionColumn> PartitionColumns(const TableMetadata& metadata) {
  std::vector<PartitionColumn> columns;
  for (const auto& spec : metadata.partition_specs) {
    const auto types = iceberg::PartitionTypes(spec, metadata.schema());
    for (size_t i = 0; i < spec.fields.size() && i < types.size(); ++i) {
      const auto& field = spec.fields[i];
      const bool known = std::any_of(columns.begin(), columns.end(),
                                     [&](const auto& column) { return column.field_id == field.field_id; });
      if (known || !DuckDbType(types[i]).ok() || types[i].id() == iceberg::TypeId::kUnknown) continue;
      columns.push_back({field.field_id, field.name, types[i]});
    }
  }
  return columns;
}

std::vector<Literal> ValuesOf(const TableMetadata& metadata, const std::vector<PartitionColumn>& columns,
                              const DataFile& file) {
  std::vector<Literal> values(columns.size());
  const iceberg::PartitionSpec* spec = metadata.FindSpec(file.spec_id);
  if (spec == nullptr) return values;
  for (size_t i = 0; i < spec->fields.size() && i < file.partition.size(); ++i) {
    for (size_t column = 0; column < columns.size(); ++column) {
      if (columns[column].field_id == spec->fields[i].field_id) values[column] = file.partition[i];
    }
  }
  return values;
}

std::optional<int64_t> Sum(const std::optional<int64_t>& sum, const std::map<int32_t, int64_t>& counts, int32_t id) {
  const auto found = counts.find(id);
  if (!sum || found == counts.end()) return std::nullopt;
  return *sum + found->second;
}

/// All values null: such a file has no bounds and needs none.
bool HasNoValues(const DataFile& file, int32_t id) {
  const auto nulls = file.null_value_counts.find(id);
  return nulls != file.null_value_counts.end() && nulls->second == file.record_count;
}

void AddBounds(const DataFile& file, const iceberg::NestedField& field, ColumnSummary& summary) {
  const auto lower = file.lower_bounds.find(field.id);
  const auto upper = file.upper_bounds.find(field.id);
  if (lower == file.lower_bounds.end() || upper == file.upper_bounds.end()) {
    summary.bounds_known = summary.bounds_known && HasNoValues(file, field.id);
    return;
  }
  const auto least = iceberg::FromSingleValueBytes(field.type, lower->second);
  const auto greatest = iceberg::FromSingleValueBytes(field.type, upper->second);
  if (!least.ok() || !greatest.ok()) {
    summary.bounds_known = false;
    return;
  }
  if (!summary.least || iceberg::Compare(*least, *summary.least) < 0) summary.least = *least;
  if (!summary.greatest || iceberg::Compare(*greatest, *summary.greatest) > 0) summary.greatest = *greatest;
}

std::string Count(const std::optional<int64_t>& count) {
  return count ? std::to_string(*count) : "NULL";
}

std::string SummaryStruct(const iceberg::NestedField& field, const ColumnSummary& summary) {
  const auto bound = [&](const std::optional<Literal>& value) -> std::string {
    if (!value || !summary.bounds_known) return "NULL";
    return SqlLiteral(field.type, *value).value_or("NULL");
  };
  return fmt::format("{{min: {}, max: {}, null_count: {}, nan_count: {}}}", bound(summary.least),
                     bound(summary.greatest), Count(summary.nulls), Count(summary.nans));
}

/// Plain columns whose metrics can be shown, under the names that SQL has for them.
std::vector<OutputColumn> MetricColumns(const TableMetadata& metadata) {
  std::vector<OutputColumn> columns;
  for (OutputColumn& column : OutputColumns(metadata.schema())) {
    const bool shown = column.field->type.is_primitive() && DuckDbType(column.field->type).ok() &&
                       column.field->type.id() != iceberg::TypeId::kVariant &&
                       column.field->type.id() != iceberg::TypeId::kUnknown;
    if (shown) columns.push_back(std::move(column));
  }
  return columns;
}

}  // namespace

Result<PartitionTable> MakePartitionTable(const TableMetadata& metadata,
                                          const std::vector<iceberg::SnapshotManifest>& manifests) {
  const auto partition_columns = PartitionColumns(metadata);
  const auto metric_columns = MetricColumns(metadata);
  std::map<std::string, Partition> partitions;
  for (const auto& manifest : manifests) {
    for (const auto& entry : manifest.manifest.entries) {
      if (!entry.is_live() || entry.file.content != iceberg::FileContent::kData) continue;
      std::vector<Literal> values = ValuesOf(metadata, partition_columns, entry.file);
      std::string key;
      for (const Literal& value : values) key += ToString(value) + "\n";
      Partition& partition = partitions[key];
      partition.values = std::move(values);
      partition.records += entry.file.record_count;
      partition.files += 1;
      partition.bytes += entry.file.file_size_bytes;
      for (const OutputColumn& column : metric_columns) {
        ColumnSummary& summary = partition.columns[column.field->id];
        AddBounds(entry.file, *column.field, summary);
        summary.nulls = Sum(summary.nulls, entry.file.null_value_counts, column.field->id);
        summary.nans = Sum(summary.nans, entry.file.nan_value_counts, column.field->id);
      }
    }
  }

  PartitionTable table;
  if (!partition_columns.empty()) {
    std::string fields;
    for (const PartitionColumn& column : partition_columns) {
      FIRN_ASSIGN(const std::string type, DuckDbType(column.type));
      fields += (fields.empty() ? "" : ", ") + QuoteIdentifier(column.name) + " " + type;
    }
    table.columns = "partition STRUCT(" + fields + "), ";
  }
  table.columns += "record_count BIGINT, file_count BIGINT, total_size BIGINT";
  std::string data_fields;
  for (const OutputColumn& column : metric_columns) {
    FIRN_ASSIGN(const std::string type, DuckDbType(column.field->type));
    data_fields += (data_fields.empty() ? "" : ", ") +
                   fmt::format("{} STRUCT(min {}, max {}, null_count BIGINT, nan_count BIGINT)",
                               QuoteIdentifier(column.name), type, type);
  }
  if (!data_fields.empty()) table.columns += ", data STRUCT(" + data_fields + ")";

  for (const auto& [key, partition] : partitions) {
    std::string row = "(";
    if (!partition_columns.empty()) {
      std::string fields;
      for (size_t i = 0; i < partition_columns.size(); ++i) {
        FIRN_ASSIGN(const std::string value, SqlLiteral(partition_columns[i].type, partition.values[i]));
        fields += (i > 0 ? ", " : "") + QuoteIdentifier(partition_columns[i].name) + " := " + value;
      }
      row += "struct_pack(" + fields + "), ";
    }
    row += fmt::format("{}, {}, {}", partition.records, partition.files, partition.bytes);
    if (!metric_columns.empty()) {
      std::string fields;
      for (const OutputColumn& column : metric_columns) {
        fields += (fields.empty() ? "" : ", ") + QuoteIdentifier(column.name) +
                  " := " + SummaryStruct(*column.field, partition.columns.at(column.field->id));
      }
      row += ", struct_pack(" + fields + ")";
    }
    table.rows.push_back(row + ")");
  }
  return table;
}

}  // namespace firn::query
