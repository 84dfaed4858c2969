#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "point/batch.h"

namespace firn::influx_csv {

/// Times that are taken: from <= t < to, ns since 1970-01-01 UTC.
struct TimeRange {
  int64_t from = 0;
  int64_t to = 0;
};

/// What to make of the cells of a column whose type the answer does not give (no `#datatype`).
enum class UntypedCells {
  kString,  ///< as InfluxDB's own clients: everything is a string
  kInfer,   ///< a number is a float, true and false are booleans, the rest strings; judged cell by cell
};

struct DecoderOptions {
  std::string measurement;          ///< not empty = name of all rows, whatever `_measurement` says
  std::string default_measurement;  ///< name of rows that have none
  std::string database;             ///< put on each batch
  char delimiter = ',';
  bool has_header = true;  ///< the dialect's `header`; without it columns are called col0, col1, …
  UntypedCells untyped = UntypedCells::kString;
  /// Rows whose `_time` lies outside are counted and left out. Rows without `_time` are not judged.
  std::optional<TimeRange> keep;
  /// Time of rows that have neither `_time` nor `_stop`; none = such a row is an error.
  std::optional<int64_t> default_time;

  size_t batch_rows = 8'192;        ///< batches are handed over when so many rows wait …
  size_t batch_bytes = 4 << 20;     ///< … or so many bytes of text have been taken
  size_t max_row_bytes = 32 << 20;  ///< a longer row is an error
  size_t max_columns = 4'096;
  uint64_t max_rows = UINT64_MAX;  ///< data rows of the whole answer
};

/// Where batches go, in the order of the answer. An error ends the decoding.
using BatchSink = std::function<Status(std::vector<point::Batch>)>;

/// What a decoder has seen so far.
struct DecoderCounts {
  uint64_t rows = 0;                 ///< data rows read
  uint64_t rows_taken = 0;           ///< rows that became rows of batches
  uint64_t rows_outside_range = 0;   ///< `_time` outside `keep`
  uint64_t rows_without_fields = 0;  ///< all values null: no point
  uint64_t tables = 0;               ///< table ids seen (headers, where tables carry no id)
};

/// Turns annotated CSV, the answer of InfluxDB's /api/v2/query, into points while it arrives.
///
/// Feed takes the bytes in pieces of any size; memory is bounded by the options, however long the answer. One data row
/// becomes one point: where an answer is not pivoted (`_field`, `_value`), the fields of a point lie in different
/// tables and come as rows of one field each; who needs whole rows merges by (series, time), as the lake does.
///
/// A point's name is `_measurement`; its time `_time`, else `_stop` (as `duplicate(column: "_stop", as: "_time")`),
/// else `default_time`. Tags are the string columns of the group key; all other columns are fields, `_value` under the
/// name in
/// `_field`; `_start`, `_stop`, `result` and `table` are not stored. An empty cell is the column's `#default`, else
/// null. A dateTime field is an integer (ns), duration and base64Binary are kept as text. Without `#group` nothing can
/// be told to be a tag. `series_intact` is cleared where tags may have left the group key (docs/formats/influx_csv.md).
///
/// Errors: kUnavailable = an error table of the server (see server_error); kInvalidInput = bytes that are no annotated
/// CSV, with the row; anything else comes from the sink. After an error, Feed and Finish give the same error. Not
/// thread-safe.
class AnnotatedCsvDecoder {
 public:
  struct ServerError {
    std::string message;
    std::string reference;
  };

  AnnotatedCsvDecoder(DecoderOptions options, BatchSink sink);
  ~AnnotatedCsvDecoder();

  Status Feed(std::string_view chunk);
  /// Tells that the answer has ended: takes a last row without line end and hands over what is left.
  Status Finish();

  const DecoderCounts& counts() const;
  /// True when the answer so far is empty or ends with the empty line that closes every result. A server's answer that
  /// does not end so was cut.
  bool ended_with_empty_line() const;
  const std::optional<ServerError>& server_error() const;

 private:
  class Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace firn::influx_csv
