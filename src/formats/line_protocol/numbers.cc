#include "formats/line_protocol/numbers.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <cmath>

namespace firn::line_protocol {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

template <typename T>
NumberFault ParseWhole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return NumberFault::kOutOfRange;
  return NumberFault::kNone;
}

}  // namespace

NumberFault ParseFloat(std::string_view text, double& value) {
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  const size_t whole = SkipDigits(text, at);
  size_t digits = whole - at;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = SkipDigits(text, at + 1);
    digits += fraction - at - 1;
    at = fraction;
  }
  if (digits == 0) return NumberFault::kMalformed;
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return NumberFault::kMalformed;
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (at == text.size() || SkipDigits(text, at) != text.size()) return NumberFault::kBadExponent;
  }
  fast_float::from_chars(text.data(), text.data() + text.size(), value);
  return std::isinf(value) ? NumberFault::kOutOfRange : NumberFault::kNone;
}

NumberFault ParseInteger(std::string_view text, int64_t& value) {
  const size_t start = !text.empty() && text[0] == '-' ? 1 : 0;
  if (start == text.size() || SkipDigits(text, start) != text.size()) return NumberFault::kMalformed;
  return ParseWhole(text, value);
}

NumberFault ParseUnsigned(std::string_view text, uint64_t& value) {
  if (text.empty() || SkipDigits(text, 0) != text.size()) return NumberFault::kMalformed;
  return ParseWhole(text, value);
}

}  // namespace firn::line_protocol
