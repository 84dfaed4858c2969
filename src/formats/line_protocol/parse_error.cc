#include "formats/line_protocol/parse_error.h"

#include <fmt/format.h>

namespace firn::line_protocol {

std::string_view ParseErrorText(ParseErrorCode code) {
  switch (code) {
    case ParseErrorCode::kNone:
      return "no error";
    case ParseErrorCode::kMissingMeasurement:
      return "missing measurement";
    case ParseErrorCode::kMissingFields:
      return "missing fields";
    case ParseErrorCode::kInvalidFieldFormat:
      return "invalid field format";
    case ParseErrorCode::kMissingTagKey:
      return "missing tag key";
    case ParseErrorCode::kMissingTagValue:
      return "missing tag value";
    case ParseErrorCode::kInvalidTagFormat:
      return "invalid tag format";
    case ParseErrorCode::kDuplicateTags:
      return "duplicate tags";
    case ParseErrorCode::kReservedTag:
      return "cannot use reserved tag key";
    case ParseErrorCode::kMissingFieldKey:
      return "missing field key";
    case ParseErrorCode::kMissingFieldValue:
      return "missing field value";
    case ParseErrorCode::kInvalidBoolean:
      return "invalid boolean";
    case ParseErrorCode::kInvalidNumber:
      return "invalid number";
    case ParseErrorCode::kInvalidFloat:
      return "invalid float";
    case ParseErrorCode::kIntegerOutOfRange:
      return "unable to parse integer";
    case ParseErrorCode::kUnsignedOutOfRange:
      return "unable to parse unsigned";
    case ParseErrorCode::kUnbalancedQuotes:
      return "unbalanced quotes";
    case ParseErrorCode::kInvalidString:
      return "invalid escape in string";
    case ParseErrorCode::kBadTimestamp:
      return "bad timestamp";
    case ParseErrorCode::kTimeOutOfRange:
      return "time outside range -9223372036854775806 - 9223372036854775806";
    case ParseErrorCode::kInvalidPoint:
      return "point is invalid";
    case ParseErrorCode::kKeyTooLong:
      return "max key length exceeded";
    case ParseErrorCode::kInvalidCharacter:
      return "invalid character in name";
    case ParseErrorCode::kInvalidUtf8:
      return "name is not UTF-8";
    case ParseErrorCode::kLineTooLong:
      return "line too long";
    case ParseErrorCode::kTooManyTags:
      return "too many tags";
    case ParseErrorCode::kTooManyFields:
      return "too many fields";
    case ParseErrorCode::kTooManyMeasurements:
      return "too many measurements in one body";
  }
  return "unknown error";
}

std::string ParseError::Message() const {
  const std::string_view reason = ParseErrorText(code);
  switch (code) {
    case ParseErrorCode::kIntegerOutOfRange:
      return fmt::format("unable to parse '{}': {} {}: strconv.ParseInt: parsing \"{}\": value out of range", text,
                         reason, detail, detail);
    case ParseErrorCode::kUnsignedOutOfRange:
      return fmt::format("unable to parse '{}': {} {}: strconv.ParseUint: parsing \"{}\": value out of range", text,
                         reason, detail, detail);
    case ParseErrorCode::kKeyTooLong:
      return fmt::format("unable to parse '{}': {}: {}", text, reason, detail);
    case ParseErrorCode::kReservedTag:
      return fmt::format("unable to parse '{}': {} \"{}\"", text, reason, detail);
    default:
      return fmt::format("unable to parse '{}': {}", text, reason);
  }
}

std::string ParseErrors::Message() const {
  std::string joined;
  for (const ParseError& error : kept) {
    if (!joined.empty()) joined += '\n';
    joined += error.Message();
  }
  return joined;
}

}  // namespace firn::line_protocol
