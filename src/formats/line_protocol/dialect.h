#pragma once

#include <cstdint>

namespace firn::line_protocol {

/// What becomes of a line that names a tag twice.
enum class DuplicateTags : uint8_t {
  kReject,    ///< "duplicate tags"
  kLastWins,  ///< the later value stands, as in Telegraf's metrics
};

/// What a backslash means in a string value, beside `\"` and `\\` which are the quote and the backslash.
enum class StringEscapes : uint8_t {
  kKeepOthers,    ///< any other pair stays as two characters
  kRejectOthers,  ///< any other pair is an error
  kControls,      ///< `\n`, `\r` and `\t` are control bytes, any other pair stays
};

/// The points in which the parsers of the field disagree; everything else is one grammar
/// (docs/formats/line_protocol.md). Backslashes, recovery after a bad line, numbers and limits are the same in all of
/// them.
struct Dialect {
  /// A carriage return before the line feed belongs to the line end. InfluxDB's server takes it for a part of the line.
  bool carriage_return_ends_line = true;
  /// Tab, vertical tab and form feed separate sections like a space does.
  bool wide_whitespace = false;
  /// Bytes 0–31 and 127 may stand in measurements, tags and field names, and in comments; tabs and NULs may lead a
  /// line.
  bool control_bytes = true;
  /// Measurements, tags and field names must be UTF-8.
  bool names_are_utf8 = false;
  /// Reads values with suffix `u`. InfluxDB 1.x is built without.
  bool unsigned_integers = true;
  DuplicateTags duplicate_tags = DuplicateTags::kReject;
  StringEscapes string_escapes = StringEscapes::kKeepOthers;
  /// Tags named `time`, `_field`, `_measurement`, 00 or ff, which InfluxDB 2 keeps for itself, are refused.
  bool refuse_reserved_tags = false;

  /// Firn's own: takes what InfluxDB 2 takes and CRLF line ends. The default.
  static Dialect Firn() { return {}; }
  /// InfluxDB 2.x's server (package models).
  static Dialect InfluxDb();
  /// Telegraf's default parser (`data_format = "influx"`).
  static Dialect Telegraf();
  /// The reference decoder of the line-protocol v2 library.
  static Dialect Reference();
};

}  // namespace firn::line_protocol
