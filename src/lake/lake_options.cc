#include "lake/lake_options.h"

#include "lake/partitioning.h"
#include "lake/table_template.h"

namespace firn::lake {
namespace {

/// `*` any run, `?` one byte. Linear in both: on a mismatch only the last star is tried again.
bool Matches(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

template <typename T>
void Override(T& value, const std::optional<T>& with) {
  if (with) value = *with;
}

Status CheckTable(const TableOptions& options, std::string_view where) {
  for (const std::string& text : options.partition_by) {
    FIRN_TRY(ParsePartitionField(text).status().WithContext(where));
  }
  if (options.max_columns < 3) return InvalidConfig("{}: max_columns must be at least 3", where);
  if (options.target_file_bytes == 0) return InvalidConfig("{}: target_file_size must not be 0", where);
  return OkStatus();
}

}  // namespace

TableOptions OptionsFor(const LakeOptions& options, std::string_view table) {
  TableOptions result = options.defaults;
  for (const TableOverride& change : options.overrides) {
    if (!Matches(change.tables, table)) continue;
    Override(result.partition_by, change.partition_by);
    Override(result.target_file_bytes, change.target_file_bytes);
    Override(result.compression, change.compression);
    if (change.compression_level) result.compression_level = change.compression_level;
    Override(result.encoding, change.encoding);
    Override(result.on_type_conflict, change.on_type_conflict);
    Override(result.deduplicate, change.deduplicate);
    Override(result.deduplicate_key, change.deduplicate_key);
    Override(result.max_columns, change.max_columns);
    result.properties.insert(result.properties.end(), change.properties.begin(), change.properties.end());
  }
  return result;
}

Status Validate(const LakeOptions& options) {
  if (options.name_space.empty()) return InvalidConfig("namespace must not be empty");
  if (options.time_column.empty()) return InvalidConfig("time_column must not be empty");
  if (options.format_version != 2 && options.format_version != 3) {
    return InvalidConfig("format_version must be 2 or 3, not {}", options.format_version);
  }
  if (options.time_precision == TimePrecision::kNanos && options.format_version < 3) {
    return InvalidConfig("time_precision = \"ns\" needs format_version = 3");
  }
  if (options.first_time_ns > options.last_time_ns) return InvalidConfig("time_range ends before it begins");
  if (options.threads == 0) return InvalidConfig("threads must be at least 1");
  if (options.max_tables == 0) return InvalidConfig("max_tables must be at least 1");
  FIRN_TRY(TableTemplate::Parse(options.table).status());
  FIRN_TRY(CheckTable(options.defaults, "outputs.iceberg"));
  for (const TableOverride& change : options.overrides) {
    if (change.tables.empty()) return InvalidConfig("an override needs the tables that it is for");
    TableOptions table = options.defaults;
    Override(table.partition_by, change.partition_by);
    Override(table.max_columns, change.max_columns);
    Override(table.target_file_bytes, change.target_file_bytes);
    FIRN_TRY(CheckTable(table, change.tables));
  }
  return OkStatus();
}

}  // namespace firn::lake
