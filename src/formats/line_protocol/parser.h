#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "formats/line_protocol/dialect.h"
#include "formats/line_protocol/parse_error.h"
#include "point/batch.h"
#include "point/batch_builder.h"

namespace firn::line_protocol {

/// Bounds against hostile input. A line beyond one of them is refused like any other bad line.
struct ParserLimits {
  size_t line_bytes = 32 << 20;
  size_t tags = 1'024;
  size_t fields = 65'536;
  size_t measurements = 10'000;     ///< of one body
  size_t key_bytes = 65'535;        ///< measurement and tags as written (InfluxDB's bound of a series key)
  size_t errors_kept = 100;         ///< of one ParseErrors; all are counted
  size_t error_text_bytes = 1'024;  ///< of one line in an error
  /// Memory of what the parser remembers between lines (raw keys, field names); beyond it, it forgets and learns anew.
  size_t cache_bytes = 128 << 20;
};

struct ParserOptions {
  Dialect dialect = Dialect::Firn();
  int64_t precision_ns = 1;  ///< unit of the times in the text: 1, 1'000, 1'000'000, 1'000'000'000, …
  ParserLimits limits;
  point::BatchLimits batch_limits;
  /// Reads every line by the plain path, which alone knows the whole grammar. For differential tests.
  bool plain_path_only = false;
};

/// Reads line protocol straight into columnar batches.
///
/// A bad line does not stop the parser: it is reported through `errors`, with line number and byte offset, and the next
/// line goes on. Batches keep views into no buffer: `body` may be freed as soon as Parse returns. The parser remembers
/// series and field names from call to call, and all its batches of one measurement share an append-only series table,
/// so keep one parser a connection or a thread. Not thread-safe. Grammar: docs/formats/line_protocol.md.
///
/// How it is fast: lines repeat. The bytes of a line's key are compared with those of the series that followed the
/// previous one last time, and each field name with the one that followed the previous name; only a surprise is
/// scanned, hashed and looked up. Numbers are read eight digits at a time. A line that is not of this simple kind is
/// read again by the plain path.
class LineProtocolParser {
 public:
  explicit LineProtocolParser(ParserOptions options);
  ~LineProtocolParser();
  LineProtocolParser(LineProtocolParser&&) noexcept;
  LineProtocolParser& operator=(LineProtocolParser&&) noexcept;

  /// Parses whole `body`; lines without a time get `default_time_ns`. Times are nanoseconds since 1970, UTC. Batches
  /// are grouped by measurement in order of first appearance; rows of a measurement keep their order.
  std::vector<point::Batch> Parse(std::string_view body, int64_t default_time_ns, ParseErrors& errors);

  /// The same for a part of a longer text: stops before the last line when its end is not in `chunk`. Sets `consumed`
  /// to the bytes that were parsed; the caller puts the rest in front of the next chunk, and adds to
  /// errors.lines_before (last_lines) and errors.bytes_before.
  std::vector<point::Batch> ParseChunk(std::string_view chunk, int64_t default_time_ns, ParseErrors& errors,
                                       size_t& consumed);

  /// Takes effect with the next call of Parse.
  void set_precision_ns(int64_t precision_ns);

  // About the last call of Parse.
  /// Whether every good line had a time of its own; true of a body without points.
  bool all_lines_timed() const;
  size_t last_rows() const;
  /// Lines, counted by their line feeds; blank lines and comments too.
  uint64_t last_lines() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Length of the line that begins at `text`, without its line feed: a line feed inside a quoted field value, or behind
/// a backslash, does not end it. `text.size()` when there is no end.
size_t LineLength(std::string_view text, const Dialect& dialect = Dialect::Firn());

}  // namespace firn::line_protocol
