#include "starlark/number/float_text.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace firn::starlark::number {
namespace {

/// Room for `%f` of the largest double: 309 digits, a point, six more, a sign.
constexpr size_t kLongestText = 320;

bool AppendNonFinite(std::string& out, double value) {
  if (std::isfinite(value)) return false;
  out.append(std::isnan(value) ? "nan" : value > 0 ? "+inf" : "-inf");
  return true;
}

void AppendShortest(std::string& out, double value, char exponent_letter) {
  char text[32];
  char* end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  char* e = std::find(text, end, 'e');
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  if (exponent < -4 || exponent >= 6) {
    *e = exponent_letter;
    out.append(text, end);
    return;
  }
  // "d.ddde±xx" becomes plain digits with the point moved.
  const char* first = text;
  if (*first == '-') out.push_back(*first++);
  std::string_view whole(first, 1);
  std::string_view rest = e - first > 2 ? std::string_view(first + 2, e) : std::string_view();
  if (exponent < 0) {
    out.append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(whole).append(rest);
    return;
  }
  const size_t moved = std::min(rest.size(), static_cast<size_t>(exponent));
  out.append(whole).append(rest.substr(0, moved)).append(static_cast<size_t>(exponent) - moved, '0').push_back('.');
  out.append(moved < rest.size() ? rest.substr(moved) : std::string_view("0"));
}

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) { return Lower(a) == b; });
}

bool IsDigit(char c, bool hexadecimal) {
  return (c >= '0' && c <= '9') || (hexadecimal && Lower(c) >= 'a' && Lower(c) <= 'f');
}

/// Takes '_' out of `text`, which may stand only between two digits (or between the prefix 0x and one).
std::optional<std::string> WithoutUnderscores(std::string_view text, bool hexadecimal) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain.push_back(text[i]);
      continue;
    }
    const bool after_digit = i > 0 ? IsDigit(text[i - 1], hexadecimal) : hexadecimal;
    if (!after_digit || i + 1 == text.size() || !IsDigit(text[i + 1], hexadecimal)) return std::nullopt;
  }
  return plain;
}

/// A hexadecimal literal after its prefix. Its exponent must be there.
std::optional<double> ParseHexadecimal(std::string_view digits) {
  if (digits.find_first_of("pP") == std::string_view::npos || digits.front() == '-') return std::nullopt;
  double value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::hex);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const bool tiny = digits.find("p-") != std::string_view::npos || digits.find("P-") != std::string_view::npos;
    return tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  if (error != std::errc()) return std::nullopt;
  return value;
}

std::optional<double> ParseDecimal(std::string_view digits) {
  if (!IsDigit(digits.front(), false) && digits.front() != '.') return std::nullopt;
  double value = 0;
  const auto [end, error] = fast_float::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (end != digits.data() + digits.size() || error == std::errc::invalid_argument) return std::nullopt;
  return value;
}

}  // namespace

void AppendFloat(std::string& out, double value) {
  if (!AppendNonFinite(out, value)) AppendShortest(out, value, 'e');
}

std::string FloatText(double value) {
  std::string text;
  AppendFloat(text, value);
  return text;
}

void AppendFloat(std::string& out, double value, char conversion) {
  if (AppendNonFinite(out, value)) return;
  if (conversion == 'g' || conversion == 'G') return AppendShortest(out, value, conversion == 'g' ? 'e' : 'E');
  char text[kLongestText];
  const auto format = Lower(conversion) == 'e' ? std::chars_format::scientific : std::chars_format::fixed;
  char* end = std::to_chars(text, text + sizeof text, value, format, 6).ptr;
  if (conversion == 'E') std::replace(text, end, 'e', 'E');
  out.append(text, end);
}

std::optional<double> ParseFloatLiteral(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  const bool hexadecimal = text.size() > 2 && text[0] == '0' && Lower(text[1]) == 'x';
  if (hexadecimal) text.remove_prefix(2);
  if (text.empty()) return std::nullopt;
  std::string plain;
  if (text.find('_') != std::string_view::npos) {
    std::optional<std::string> without = WithoutUnderscores(text, hexadecimal);
    if (!without) return std::nullopt;
    plain = std::move(*without);
    text = plain;
  }
  const std::optional<double> value = hexadecimal ? ParseHexadecimal(text) : ParseDecimal(text);
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

std::optional<double> ParseFloat(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool negative = text.front() == '-';
  const std::string_view word = negative || text.front() == '+' ? text.substr(1) : text;
  if (EqualsIgnoringCase(word, "nan")) return std::numeric_limits<double>::quiet_NaN();
  if (EqualsIgnoringCase(word, "inf") || EqualsIgnoringCase(word, "infinity")) {
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  return ParseFloatLiteral(text);
}

}  // namespace firn::starlark::number
