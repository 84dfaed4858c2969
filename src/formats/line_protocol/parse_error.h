#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace firn::line_protocol {

/// Why a line is not a point. The words of each are InfluxDB's (see Message).
enum class ParseErrorCode : uint8_t {
  kNone,
  kMissingMeasurement,  ///< the line begins with a comma
  kMissingFields,       ///< nothing behind measurement and tags
  kInvalidFieldFormat,  ///< a field without `=`, an empty one, a comma too many
  kMissingTagKey,
  kMissingTagValue,
  kInvalidTagFormat,  ///< an unescaped `=` in a tag value
  kDuplicateTags,
  kReservedTag,
  kMissingFieldKey,
  kMissingFieldValue,
  kInvalidBoolean,
  kInvalidNumber,
  kInvalidFloat,  ///< beyond the range of a double, or an exponent without digits
  kIntegerOutOfRange,
  kUnsignedOutOfRange,
  kUnbalancedQuotes,
  kInvalidString,  ///< bytes behind the closing quote
  kBadTimestamp,
  kTimeOutOfRange,  ///< beyond what ns in an int64 can say, its two lowest and its highest value excluded
  kInvalidPoint,    ///< something behind the timestamp
  kKeyTooLong,
  kInvalidCharacter,  ///< a byte that the dialect does not take in a name
  kInvalidUtf8,
  kLineTooLong,
  kTooManyTags,
  kTooManyFields,
  kTooManyMeasurements,
};

/// A line that was refused.
struct ParseError {
  uint64_t line = 0;    ///< number of the line in the body, from 1
  uint64_t column = 0;  ///< byte of the line at which it was refused, from 1
  uint64_t offset = 0;  ///< byte of the body at which it was refused, from 0
  ParseErrorCode code = ParseErrorCode::kNone;
  std::string text;    ///< the line, at most ParserLimits::error_text_bytes of it
  std::string detail;  ///< what the message needs beside the text: the number out of range, the length of the key

  /// As InfluxDB says it: `unable to parse 'm v': invalid field format`.
  std::string Message() const;
};

/// The lines refused by one or more calls of Parse. The first ones are kept whole, the rest only counted.
struct ParseErrors {
  std::vector<ParseError> kept;
  uint64_t total = 0;
  /// Where the next body begins, for texts that come in chunks: added to what the errors say.
  uint64_t lines_before = 0;
  uint64_t bytes_before = 0;

  bool empty() const { return total == 0; }
  /// The messages of the errors that were kept, joined by `\n`, as InfluxDB answers them.
  std::string Message() const;
};

/// The bare reason: "missing fields".
std::string_view ParseErrorText(ParseErrorCode code);

}  // namespace firn::line_protocol
