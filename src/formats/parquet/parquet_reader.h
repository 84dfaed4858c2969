#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

/// Reads data files back, columns by field id, a bounded number of rows at a time.
namespace firn::parquet {

/// Where a file's bytes come from: exactly `length` bytes at `offset`, or why not.
using ReadRange = std::function<Result<std::string>(uint64_t offset, uint64_t length)>;

/// Strings one behind another: value r is bytes[offsets[r], offsets[r + 1]).
struct ReadStrings {
  std::vector<int32_t> offsets;  ///< rows + 1, beginning with 0
  std::string bytes;
};

/// One column of a chunk of rows. The kind follows from the column: booleans (0, 1); int and date; long and timestamps
/// in the file's unit; decimal(20, 0); float; double; string and binary.
struct ReadColumn {
  int32_t field_id = 0;
  std::variant<std::vector<uint8_t>, std::vector<int32_t>, std::vector<int64_t>, std::vector<uint64_t>,
               std::vector<float>, std::vector<double>, ReadStrings>
      values;
  /// Bit r of word r / 64 is set where row r has a value; empty = all rows have one. Rows without one hold zeros.
  std::vector<uint64_t> validity;
};

struct RowChunk {
  size_t rows = 0;
  std::vector<ReadColumn> columns;  ///< those of the fields asked for that the file has
};

struct ReaderOptions {
  std::vector<int32_t> field_ids;  ///< top-level columns to read, in this order
  size_t rows = 4'096;             ///< of a chunk, at most
};

/// One Parquet file, read from front to back. Memory: a chunk's rows, and of each column a page and its dictionary. Not
/// thread-safe.
///
/// It is for files that Firn has written itself: kCorrupt for bytes that are no Parquet, kUnsupported for a column of a
/// type that ParquetWriter does not write, and for files without field ids. The footer's limits are Arrow's.
class ParquetReader {
 public:
  /// `read` is kept. Errors of `read` come back as they are.
  static Result<std::unique_ptr<ParquetReader>> Open(ReadRange read, uint64_t file_bytes, ReaderOptions options);
  virtual ~ParquetReader() = default;

  /// The next rows; nothing at the end.
  virtual Result<std::optional<RowChunk>> Next() = 0;
};

}  // namespace firn::parquet
