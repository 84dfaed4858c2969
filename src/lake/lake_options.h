#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/parquet/parquet_writer.h"

namespace firn::lake {

/// What happens to a value whose type is not its column's and that no exact conversion fits.
enum class TypeConflict : uint8_t {
  kSuffix,  ///< it goes to a second column, `name_<type>`
  kReject,  ///< the value goes to the reject table, the row without it stays
};

/// Whether equal points (database, measurement, tags, time) become one row.
enum class Deduplicate : uint8_t {
  kFlush,  ///< among the rows of one commit
  kTable,  ///< also across files, when maintenance merges them
  kOff,
};

enum class TimePrecision : uint8_t {
  kMicros,  ///< timestamptz, and an int column `time_nanos` from the first time that needs it
  kNanos,   ///< timestamptz_ns; needs format version 3
};

/// How rows become a table, and its files. Each can be overridden for single tables.
struct TableOptions {
  /// "day(time)", "bucket(16, host)", "truncate(4, host)", "host" … in Firn's and Spark's spelling; used when a table
  /// is created. Empty = unpartitioned.
  std::vector<std::string> partition_by = {"day(time)"};
  uint64_t target_file_bytes = 128 << 20;
  parquet::Compression compression = parquet::Compression::kZstd;
  std::optional<int> compression_level;
  parquet::EncodingSet encoding = parquet::EncodingSet::kCompatible;
  TypeConflict on_type_conflict = TypeConflict::kSuffix;
  Deduplicate deduplicate = Deduplicate::kFlush;
  /// Names of tags and fields that, with database and time, identify a row whose tag set is not whole. Empty: such rows
  /// are never merged.
  std::vector<std::string> deduplicate_key;
  uint32_t max_columns = 1'000;
  /// Extra table properties, set at creation.
  std::vector<std::pair<std::string, std::string>> properties;
};

/// Overrides for the tables whose name matches `tables` (`*` and `?`); what is unset stays.
struct TableOverride {
  std::string tables;
  std::optional<std::vector<std::string>> partition_by;
  std::optional<uint64_t> target_file_bytes;
  std::optional<parquet::Compression> compression;
  std::optional<int> compression_level;
  std::optional<parquet::EncodingSet> encoding;
  std::optional<TypeConflict> on_type_conflict;
  std::optional<Deduplicate> deduplicate;
  std::optional<std::vector<std::string>> deduplicate_key;
  std::optional<uint32_t> max_columns;
  std::vector<std::pair<std::string, std::string>> properties;
};

/// [[outputs.iceberg]], without what the catalog and the storage need.
struct LakeOptions {
  std::string name_space;  ///< dots separate levels
  /// Under it new tables go, `<warehouse>/<namespace>/<table>`, path parts percent-encoded; "" = the catalog chooses.
  std::string warehouse;
  std::string table = "{{.Name}}";  ///< see table_template.h
  std::string time_column = "time";
  TimePrecision time_precision = TimePrecision::kMicros;
  int format_version = 2;
  uint32_t max_tables = 1'000;
  /// Rows with times outside [first, last] (ns) go to the reject table.
  int64_t first_time_ns = std::numeric_limits<int64_t>::min();
  int64_t last_time_ns = std::numeric_limits<int64_t>::max();
  TableOptions defaults;
  std::vector<TableOverride> overrides;  ///< in order; later ones win
  unsigned threads = 2;                  ///< tables written and committed at a time
  uint32_t expire_every_commits = 100;   ///< how often a table's old snapshots go; 0 = never
};

/// The options of one table.
TableOptions OptionsFor(const LakeOptions& options, std::string_view table);

/// kInvalidConfig, naming the option, when values contradict each other.
Status Validate(const LakeOptions& options);

}  // namespace firn::lake
