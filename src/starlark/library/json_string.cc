#include "starlark/library/json_string.h"

#include <fmt/format.h>

#include "starlark/syntax/code_points.h"
#include "starlark/text/quote.h"

namespace firn::starlark::library {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The code unit of "\uXXXX" at `at`; −1 if there is none.
int32_t CodeUnitAt(std::string_view body, size_t at) {
  if (at + 6 > body.size() || body[at] != '\\' || body[at + 1] != 'u') return -1;
  int32_t unit = 0;
  for (size_t i = at + 2; i < at + 6; ++i) unit = unit * 16 + HexValue(body[i]);
  return unit;
}

bool IsHighSurrogate(int32_t unit) {
  return unit >= 0xD800 && unit < 0xDC00;
}
bool IsLowSurrogate(int32_t unit) {
  return unit >= 0xDC00 && unit < 0xE000;
}

/// Appends what the escape \u at `at` means, with the one behind it if both are a pair; returns its length.
size_t AppendCodeUnits(std::string_view body, size_t at, std::string& out) {
  const int32_t unit = CodeUnitAt(body, at);
  const int32_t next = IsHighSurrogate(unit) ? CodeUnitAt(body, at + 6) : -1;
  if (IsLowSurrogate(next)) {
    AppendUtf8(static_cast<char32_t>(0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00)), out);
    return 12;
  }
  const bool is_lone = IsHighSurrogate(unit) || IsLowSurrogate(unit);
  AppendUtf8(is_lone ? kReplacement : static_cast<char32_t>(unit), out);
  return 6;
}

char Unescaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return letter;
  }
}

}  // namespace

std::string InvalidCharacter(char c, std::string_view context) {
  return fmt::format("invalid character {} {}", text::QuotedCharacter(static_cast<unsigned char>(c)), context);
}

std::string CheckJsonString(std::string_view body, char end) {
  const auto at = [&](size_t i) { return i < body.size() ? body[i] : end; };
  for (size_t i = 0; i < body.size(); ++i) {
    if (static_cast<unsigned char>(body[i]) < ' ') return InvalidCharacter(body[i], "in string literal");
    if (body[i] != '\\') continue;
    const char letter = at(++i);
    if (letter != 'u') {
      if (std::string_view("bfnrt\\/\"").find(letter) == std::string_view::npos || i >= body.size()) {
        return InvalidCharacter(letter, "in string escape code");
      }
      continue;
    }
    for (int digit = 0; digit < 4; ++digit) {
      if (HexValue(at(++i)) < 0) return InvalidCharacter(at(i), "in \\u hexadecimal character escape");
    }
  }
  return {};
}

void AppendUnescapedJson(std::string_view body, std::string& out) {
  for (size_t i = 0; i < body.size();) {
    if (body[i] == '\\' && body[i + 1] == 'u') {
      i += AppendCodeUnits(body, i, out);
    } else if (body[i] == '\\') {
      out.push_back(Unescaped(body[i + 1]));
      i += 2;
    } else {
      const CodePoint next = DecodeCodePoint(body.substr(i));
      AppendUtf8(next.value, out);
      i += next.size;
    }
  }
}

}  // namespace firn::starlark::library
