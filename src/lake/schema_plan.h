#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/table_metadata.h"
#include "iceberg/updates/metadata_builder.h"
#include "lake/column_map.h"
#include "lake/lake_options.h"
#include "point/batch.h"

namespace firn::lake {

/// A column that the table still lacks.
struct AddedColumn {
  ColumnKey key;
  std::string name;
  iceberg::Type type;
};

/// Where the columns of some batches go in a table as it is now.
struct SchemaPlan {
  ColumnMap map;                        ///< the table's, with columns taken over by name
  std::vector<AddedColumn> additions;   ///< in the order in which they were first seen
  bool changes_table = false;           ///< there are additions, or `map` says more than the table's property
  std::map<ColumnKey, int32_t> target;  ///< keys that have a column, to its field id; added columns are not in it yet
  std::map<ColumnKey, std::string> refused;  ///< keys whose values are rejected, with the reason
  std::vector<ColumnKey> dropped;            ///< keys whose column was dropped by somebody: values are left out
};

struct SchemaPlanOptions {
  std::string time_column = "time";
  TimePrecision time_precision = TimePrecision::kMicros;
  TypeConflict on_type_conflict = TypeConflict::kSuffix;
  uint32_t max_columns = 1'000;
};

/// Plans for a table; `metadata` null = it does not exist. Rules: docs/tables.md, "Columns". kCorrupt when
/// `firn.columns` is damaged, kInvalidInput when the table has no usable time column.
Result<SchemaPlan> PlanSchema(const iceberg::TableMetadata* metadata, std::span<const point::Batch* const> batches,
                              const SchemaPlanOptions& options);

/// What creates a table with the plan's columns, the partitions of `options` and sorted by tags and time. Partition
/// columns that the table does not have are left out, with a warning.
Result<iceberg::TableRequest> MakeTableRequest(const SchemaPlan& plan, const TableOptions& options, int format_version);

/// Puts the plan's columns, their map and the new sort order into `builder`, asserting that nobody else changed
/// columns.
Status ApplySchemaPlan(const SchemaPlan& plan, iceberg::MetadataBuilder& builder);

/// Tags in the order by which the table's rows are sorted: by field id.
std::vector<std::string> TagOrder(const ColumnMap& map, const iceberg::Schema& schema);

/// The table's own sort order, when it is the one that rows of `map` are written in; else empty.
std::optional<int32_t> SortOrderIdFor(const iceberg::TableMetadata& metadata, const ColumnMap& map);

}  // namespace firn::lake
