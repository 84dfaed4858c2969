#include "starlark/syntax/number_literal.h"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace firn::starlark {
namespace {

bool IsDigit(char c, int base) {
  if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f') return true;
  return c >= '0' && c < '0' + std::min(base, 10);
}

/// The first place at or behind `from` that is no digit.
size_t SkipDigits(std::string_view text, size_t from, int base = 10) {
  while (from < text.size() && IsDigit(text[from], base)) ++from;
  return from;
}

bool IsAt(std::string_view text, size_t place, char lower_case) {
  return place < text.size() && (text[place] | 0x20) == lower_case;
}

NumberLiteral Failed(size_t offset, std::string message) {
  NumberLiteral literal;
  literal.error = NumberLiteral::Error{offset, std::move(message)};
  return literal;
}

NumberLiteral Integer(std::string_view digits, int base, size_t size) {
  NumberLiteral literal;
  literal.size = size;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), literal.int_value, base);
  if (error == std::errc::result_out_of_range) {
    literal.int_value = 0;
    literal.digits = digits;
    literal.base = base;
  }
  return literal;
}

/// `0x`, `0o` or `0b` and digits.
NumberLiteral PrefixedInteger(std::string_view text, int base) {
  constexpr size_t kPrefix = 2;
  const size_t end = SkipDigits(text, kPrefix, base);
  if (end == kPrefix) {
    if (base == 16) return Failed(0, "invalid hex literal");
    return Failed(kPrefix, base == 8 ? "invalid octal literal" : "invalid binary literal");
  }
  return Integer(text.substr(kPrefix, end - kPrefix), base, end);
}

/// Digits without prefix. A leading zero is refused, lest `017` be taken for what it is in other languages.
NumberLiteral DecimalInteger(std::string_view text, size_t end) {
  const std::string_view digits = text.substr(0, end);
  const bool is_zero = digits.find_first_not_of('0') == std::string_view::npos;
  if (digits[0] == '0' && !is_zero) {
    if (digits.find_first_of("89") != std::string_view::npos) return Failed(0, "invalid int literal");
    return Failed(end, fmt::format("obsolete form of octal literal; use 0o{}", digits.substr(1)));
  }
  return Integer(digits, 10, end);
}

/// A float whose digits, point and fraction end at `end`; an exponent may follow.
NumberLiteral Float(std::string_view text, size_t end) {
  if (IsAt(text, end, 'e')) {
    ++end;
    const bool has_sign = end < text.size() && (text[end] == '+' || text[end] == '-');
    if (has_sign) ++end;
    const size_t first_digit = end;
    end = SkipDigits(text, end);
    if (end == first_digit) return Failed(end, "invalid float literal");
  }
  NumberLiteral literal;
  literal.size = end;
  literal.is_float = true;
  fast_float::from_chars(text.data(), text.data() + end, literal.float_value);
  if (std::isinf(literal.float_value)) return Failed(end, "invalid float literal");
  return literal;
}

}  // namespace

NumberLiteral ScanNumber(std::string_view text) {
  if (text[0] == '0') {
    if (IsAt(text, 1, 'x')) return PrefixedInteger(text, 16);
    if (IsAt(text, 1, 'o')) return PrefixedInteger(text, 8);
    if (IsAt(text, 1, 'b')) return PrefixedInteger(text, 2);
  }
  const size_t digits_end = SkipDigits(text, 0);
  if (digits_end < text.size() && text[digits_end] == '.') return Float(text, SkipDigits(text, digits_end + 1));
  if (IsAt(text, digits_end, 'e')) return Float(text, digits_end);
  return DecimalInteger(text, digits_end);
}

}  // namespace firn::starlark
