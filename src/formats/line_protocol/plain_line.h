#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/line_protocol/parser.h"
#include "point/field_type.h"

/// The plain path: reads one line byte by byte by the whole grammar. It alone knows the dialects and makes the errors;
/// the fast path (fast_line.h) only repeats what has been read here once.

namespace firn::line_protocol {

/// A tag as written, escapes included.
struct RawTag {
  std::string_view key;
  std::string_view value;
};

/// A field as written. `bits` holds a number's or a boolean's value, bit-cast; `text` what stands between a string's
/// quotes.
struct RawField {
  std::string_view name;
  point::FieldType type = point::FieldType::kFloat64;
  bool has_escapes = false;
  uint64_t bits = 0;
  std::string_view text;
};

/// A line cut into its parts. Views into the line; reused from line to line.
struct RawLine {
  std::string_view key;  ///< measurement and tags together
  std::string_view measurement;
  std::vector<RawTag> tags;
  std::vector<RawField> fields;
  bool has_time = false;
  int64_t time_ns = 0;
};

/// Where and why a line was refused.
struct Fault {
  ParseErrorCode code = ParseErrorCode::kNone;
  size_t at = 0;  ///< byte of the line
  std::string detail;
};

/// Reads `line` (no line end, not blank, no comment) into `out`. False with `fault` set when it is not a point.
bool ReadPlainLine(std::string_view line, const ParserOptions& options, RawLine& out, Fault& fault);

/// Reads the key of a line alone: the byte behind `key` must be the space before the fields. Sets no fields.
bool ReadPlainKey(std::string_view key, const ParserOptions& options, RawLine& out, Fault& fault);

/// Bytes that may stand before a line and count for nothing.
size_t SkipLeading(std::string_view line, const Dialect& dialect);

/// Takes the escapes of a name away: a backslash before one of `escapable` goes, any other stays.
void Unescape(std::string_view raw, std::string_view escapable, std::string& out);
inline constexpr std::string_view kMeasurementEscapes = ", ";
inline constexpr std::string_view kNameEscapes = ",= ";  ///< of tag keys, tag values and field names

/// The value of a string field whose text has backslashes.
void UnescapeString(std::string_view raw, StringEscapes escapes, std::string& out);

}  // namespace firn::line_protocol
