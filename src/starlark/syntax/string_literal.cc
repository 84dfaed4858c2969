#include "starlark/syntax/string_literal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "starlark/syntax/code_points.h"

namespace firn::starlark {
namespace {

constexpr uint32_t kLastAscii = 0x7F;
constexpr uint32_t kLastCodePoint = 0x10FFFF;

bool IsSurrogate(uint32_t code_point) {
  return code_point >= 0xD800 && code_point < 0xE000;
}

/// What a backslash and one letter stand for.
std::optional<char> SimpleEscape(char letter) {
  switch (letter) {
    case 'a':
      return '\a';
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
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
      return letter;
    default:
      return std::nullopt;
  }
}

/// Decodes one literal. Each Take… consumes one escape sequence from the front of `rest_`.
class Unescaper {
 public:
  Unescaper(std::string_view body, bool is_bytes, std::string& value)
      : rest_(body), is_bytes_(is_bytes), value_(value) {}

  Status Run() {
    while (true) {
      const size_t plain = std::min(rest_.find('\\'), rest_.size());
      value_.append(rest_, 0, plain);
      rest_.remove_prefix(plain);
      if (rest_.empty()) return OkStatus();
      FIRN_TRY(TakeEscape());
    }
  }

 private:
  Status TakeEscape() {
    if (rest_.size() == 1) return InvalidInput("truncated escape sequence \\");
    const char letter = rest_[1];
    if (letter == '\n') {
      rest_.remove_prefix(2);
      return OkStatus();
    }
    if (const auto simple = SimpleEscape(letter)) {
      value_ += *simple;
      rest_.remove_prefix(2);
      return OkStatus();
    }
    if (letter >= '0' && letter <= '7') return TakeOctal();
    if (letter == 'x') return TakeHex();
    if (letter == 'u') return TakeCodePoint(6);
    if (letter == 'U') return TakeCodePoint(10);
    return InvalidInput("invalid escape sequence {}", rest_.substr(0, 1 + CodePointSize(rest_[1])));
  }

  static size_t CodePointSize(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  }

  /// One to three octal digits.
  Status TakeOctal() {
    uint32_t number = 0;
    size_t size = 1;
    for (; size < 4 && size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '7'; ++size)
      number = number * 8 + static_cast<uint32_t>(rest_[size] - '0');
    if (!is_bytes_ && number > kLastAscii)
      return InvalidInput("non-ASCII octal escape \\{:o} (use \\u{:04X} for the UTF-8 encoding of U+{:04X})", number,
                          number, number);
    if (number > 0xFF) return InvalidInput("invalid escape sequence \\{:03o}", number);
    value_ += static_cast<char>(number);
    rest_.remove_prefix(size);
    return OkStatus();
  }

  /// Two hexadecimal digits.
  Status TakeHex() {
    FIRN_ASSIGN(const uint32_t number, HexDigits(4));
    if (!is_bytes_ && number > kLastAscii)
      return InvalidInput("non-ASCII hex escape {} (use \\u{:04X} for the UTF-8 encoding of U+{:04X})",
                          rest_.substr(0, 4), number, number);
    value_ += static_cast<char>(number);
    rest_.remove_prefix(4);
    return OkStatus();
  }

  Status TakeCodePoint(size_t size) {
    FIRN_ASSIGN(const uint32_t number, HexDigits(size));
    if (number > kLastCodePoint)
      return InvalidInput("code point out of range: {} (max \\U{:08x})", rest_.substr(0, size), kLastCodePoint);
    if (IsSurrogate(number)) return InvalidInput("invalid Unicode code point U+{:04X}", number);
    AppendUtf8(number, value_);
    rest_.remove_prefix(size);
    return OkStatus();
  }

  /// The number in the escape sequence of `size` characters in front.
  Result<uint32_t> HexDigits(size_t size) {
    if (rest_.size() < size) return InvalidInput("truncated escape sequence {}", rest_);
    const char* end = rest_.data() + size;
    uint32_t number = 0;
    const auto [stop, error] = std::from_chars(rest_.data() + 2, end, number, 16);
    if (error != std::errc() || stop != end) return InvalidInput("invalid escape sequence {}", rest_.substr(0, size));
    return number;
  }

  std::string_view rest_;
  bool is_bytes_;
  std::string& value_;
};

}  // namespace

Status UnescapeText(std::string_view body, std::string& value) {
  return Unescaper(body, false, value).Run();
}

Status UnescapeBytes(std::string_view body, std::string& value) {
  return Unescaper(body, true, value).Run();
}

}  // namespace firn::starlark
