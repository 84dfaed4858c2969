#pragma once

#include <cstdint>
#include <vector>

#include "formats/line_protocol/measurement_writer.h"
#include "formats/line_protocol/parser.h"
#include "formats/line_protocol/series_interner.h"

namespace firn::line_protocol {

/// What a parser knows while it goes through a body; shared by both paths.
struct BodyState {
  SeriesEntry before_first;           ///< its `next` is the series that began the last body
  SeriesEntry* last = &before_first;  ///< series of the line before
  int64_t default_time_ns = 0;
  bool all_lines_timed = true;
  size_t rows = 0;
  uint64_t lines = 0;  ///< line feeds so far
  Progress progress;
};

/// The fast path: takes lines of the usual kind and leaves all others, without a trace, to the plain path.
///
/// Usual is: a measurement and field names that the plain path has read before, no line feed in them,
/// numbers, booleans and strings without backslash or line feed, single spaces, a time or none, a line feed. For those
/// lines both paths agree in every dialect; fuzz/line_protocol_differential holds them to it. Reading is speculative: a
/// row is added only when its line has been read to the end.
class FastPath {
 public:
  FastPath(const ParserOptions& options, SeriesInterner& series, BodyState& state);

  /// Forgets what depends on the unit of times. Call it before each body.
  void Start() { time_text_size_ = 0; }

  /// Reads lines from `at` on and returns where the first one begins that is not of the usual kind, or is too near to
  /// `end` for reading ahead.
  const char* ReadLines(const char* at, const char* end);

 private:
  /// Bytes that may be read ahead of a line's current place.
  static constexpr ptrdiff_t kLookAhead = 128;

  static std::string_view KeyAt(const char* at, const char* limit);
  const char* ReadUnexpected(const char* line, const char* limit);
  const char* ReadLine(const char* line, SeriesEntry& entry, const char* limit);
  const char* ReadFields(const char* at, MeasurementWriter& measurement, const char* limit);
  void AddRow(SeriesEntry& entry);
  static FieldName* LookUpName(const char* at, const char* limit, MeasurementWriter& measurement);
  const char* ReadValue(const char* at, ParsedField& field, const char* limit) const;
  const char* ReadLongNumber(const char* at, ParsedField& field) const;
  const char* ReadNumberToken(const char* at, ParsedField& field) const;
  const char* ReadWord(const char* at, ParsedField& field, const char* limit) const;
  const char* ReadTime(const char* at, int64_t& time_ns);
  const char* ReadNewTime(const char* at, int64_t& time_ns);

  const ParserOptions& options_;
  SeriesInterner& series_;
  BodyState& state_;
  // The line at hand.
  std::vector<ParsedField> fields_;
  size_t field_count_ = 0;
  int64_t line_time_ns_ = 0;
  bool timed_ = false;
  // The last time as it was written, line end included: lines often carry the same.
  char time_text_[32] = {};
  size_t time_text_size_ = 0;
  int64_t time_ns_ = 0;
};

}  // namespace firn::line_protocol
