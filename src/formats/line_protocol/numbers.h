#pragma once

#include <cstdint>
#include <string_view>

/// Numbers as line protocol writes them: a decimal without plus sign, hexadecimal, infinity or NaN.

namespace firn::line_protocol {

enum class NumberFault : uint8_t {
  kNone,
  kMalformed,    ///< no number
  kBadExponent,  ///< an exponent without digits, or more behind it
  kOutOfRange,
};

/// [-]digits[.digits][e[+-]digits], with a digit on one side of the point at least. The nearest double, ties to even;
/// what is too small becomes a zero, what is too large is out of range.
NumberFault ParseFloat(std::string_view text, double& value);

/// [-]digits
NumberFault ParseInteger(std::string_view text, int64_t& value);

/// digits
NumberFault ParseUnsigned(std::string_view text, uint64_t& value);

}  // namespace firn::line_protocol
