#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/byte_sink.h"
#include "base/result.h"
#include "formats/parquet/column_metrics.h"

/// Writes Iceberg data files: Parquet with field ids, Iceberg's type mapping and the metrics that a manifest wants.
/// Layout, encodings and why: docs/formats/parquet.md.
namespace firn::parquet {

/// What a column holds, in Iceberg's words (reference: Iceberg spec, "Parquet" in appendix A).
enum class ColumnType : uint8_t {
  kBoolean,        ///< values: booleans
  kInt,            ///< int32s
  kLong,           ///< int64s
  kFloat,          ///< float32s
  kDouble,         ///< float64s
  kDecimal20,      ///< decimal(20, 0) from uint64s
  kDate,           ///< int32s, days since 1970
  kTimestamp,      ///< int64s, µs, without a zone
  kTimestampTz,    ///< int64s, µs since 1970 UTC
  kTimestampNs,    ///< int64s, ns, without a zone
  kTimestampTzNs,  ///< int64s, ns since 1970 UTC
  kString,         ///< strings or a dictionary
  kBinary,         ///< strings or a dictionary
};

struct Column {
  std::string name;
  int32_t field_id = 0;
  ColumnType type = ColumnType::kLong;
  bool required = false;
  /// Whether values are likely to repeat (DictionaryPays tells by a sample). Ignored for booleans.
  bool dictionary = false;
  MetricsMode metrics;
};

enum class EncodingSet : uint8_t {
  kCompatible,  ///< data page v1; PLAIN and dictionary: every engine reads it fast
  kCompact,     ///< data page v2; DELTA_BINARY_PACKED for integers and times, BYTE_STREAM_SPLIT for floats
};

enum class Compression : uint8_t { kUncompressed, kSnappy, kGzip, kZstd };

struct WriterOptions {
  EncodingSet encoding = EncodingSet::kCompatible;
  Compression compression = Compression::kZstd;
  std::optional<int> compression_level;  ///< the codec's default when empty (zstd: 1)
  std::string iceberg_schema_json;       ///< goes into the footer as `iceberg.schema` when not empty
  std::vector<int32_t> sorted_by;        ///< field ids, ascending with nulls first: declared in every row group
  int64_t page_bytes = 1 << 20;
  int64_t page_rows = 20'000;
  int64_t dictionary_bytes = 2 << 20;  ///< a larger dictionary falls back to plain values
};

/// Strings one behind another: value r is bytes[offsets[r], offsets[r + 1]). Offsets may start above 0.
struct StringValues {
  std::span<const int32_t> offsets;  ///< rows + 1
  std::string_view bytes;
};
/// Strings by code, without being written out row by row. A null row may hold any valid code.
struct DictionaryValues {
  std::span<const int32_t> codes;  ///< one a row
  StringValues dictionary;         ///< distinct values, at least one
};

/// The rows of one column in a row group, as views: they must stay until the call that takes them returns.
struct ColumnValues {
  std::variant<std::span<const uint8_t>, std::span<const int32_t>, std::span<const int64_t>, std::span<const uint64_t>,
               std::span<const float>, std::span<const double>, StringValues, DictionaryValues>
      values;
  /// Bit r of word r / 64 is set where row r has a value; empty = all rows have one.
  std::span<const uint64_t> validity;
};

/// Gives a row group's columns one after another, so that only one need be in memory.
class ColumnSource {
 public:
  virtual ~ColumnSource() = default;
  /// The values of column `index`; asked for in ascending order, each once a row group. They stay valid until the next
  /// call.
  virtual Result<ColumnValues> Values(size_t index) = 0;
};

/// One Parquet file. Not thread-safe. Bytes go to `sink` as row groups close; what is in memory is one column's pages.
/// After an error the file is unusable.
class ParquetWriter {
 public:
  /// `sink` outlives the writer. kInvalidInput when columns disagree with each other.
  static Result<std::unique_ptr<ParquetWriter>> Make(std::vector<Column> columns, WriterOptions options,
                                                     ByteSink* sink);
  virtual ~ParquetWriter() = default;

  /// Writes `rows` > 0 rows as a row group of its own.
  virtual Status WriteRowGroup(size_t rows, ColumnSource& source) = 0;
  /// Bytes given to the sink so far.
  virtual uint64_t bytes_written() const = 0;
  /// Writes the footer. The sink is not closed.
  virtual Result<FileMetrics> Finish() = 0;
};

/// Whether dictionary encoding is worth its hashing for `rows` values, judged by a sample of them (their bits, or a
/// hash). From the values that come twice in the sample, the number of distinct ones among all is estimated.
bool DictionaryPays(std::span<const uint64_t> sample, size_t rows);

}  // namespace firn::parquet
