#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a manifest says about a data file's columns (Iceberg spec, "Manifests": fields 108–132, 137).
namespace firn::parquet {

/// How much a manifest keeps of a column: table property write.metadata.metrics.*.
struct MetricsMode {
  enum class Kind : uint8_t { kNone, kCounts, kTruncate, kFull };
  Kind kind = Kind::kTruncate;
  size_t length = 16;  ///< code points of strings, bytes of binary: only for kTruncate
};

struct ColumnMetrics {
  int64_t compressed_bytes = 0;  ///< page headers and dictionary included
  int64_t value_count = 0;       ///< nulls and NaNs included
  int64_t null_count = 0;
  std::optional<int64_t> nan_count;  ///< floating-point columns only
  /// Iceberg's binary single-value form, truncated by the mode; absent where no value (or no valid bound) exists.
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;
};

struct FileMetrics {
  int64_t rows = 0;
  uint64_t file_bytes = 0;
  std::vector<int64_t> split_offsets;        ///< first byte of each row group, ascending
  std::map<int32_t, ColumnMetrics> columns;  ///< by field id
};

/// The first `length` code points of UTF-8 text: a lower bound. Bytes that are no UTF-8 count as one code point each.
std::string_view TruncateStringLower(std::string_view text, size_t length);
/// A string of at most `length` code points that is ≥ `text` in byte order: the cut text with its last code point that
/// can be raised by one raised (surrogates skipped). Empty when there is none.
std::optional<std::string> TruncateStringUpper(std::string_view text, size_t length);
/// The same for bytes.
std::optional<std::string> TruncateBinaryUpper(std::string_view bytes, size_t length);

/// Minimal big-endian two's complement of a non-negative number: a decimal(20, 0) bound.
std::string DecimalBound(uint64_t unscaled);

}  // namespace firn::parquet
