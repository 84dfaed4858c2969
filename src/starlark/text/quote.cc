#include "starlark/text/quote.h"

#include "starlark/syntax/code_points.h"
#include "starlark/text/unicode.h"

namespace firn::starlark::text {
namespace {

void AppendHex(uint32_t value, int digits, std::string& out) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[value >> shift & 15]);
}

/// The letter of a short escape, 0 if there is none.
char ShortEscape(char32_t code_point) {
  constexpr std::string_view kLetters = "abtnvfr";  // From U+0007 on.
  return code_point >= 7 && code_point <= 13 ? kLetters[code_point - 7] : '\0';
}

void AppendEscaped(char32_t code_point, std::string& out) {
  out.push_back('\\');
  if (const char letter = ShortEscape(code_point)) {
    out.push_back(letter);
  } else if (code_point < ' ' || code_point == 0x7F) {
    out.push_back('x');
    AppendHex(code_point, 2, out);
  } else if (code_point < 0x10000) {
    out.push_back('u');
    AppendHex(code_point, 4, out);
  } else {
    out.push_back('U');
    AppendHex(code_point, 8, out);
  }
}

bool IsPlain(char c) {
  return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
}

}  // namespace

void AppendQuoted(std::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    size_t plain = 0;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const CodePoint next = DecodeCodePoint(text);
    if (next.size == 1 && next.value == kReplacement) {
      out.append("\\x");
      AppendHex(static_cast<unsigned char>(text[0]), 2, out);
    } else if (next.value == '"' || next.value == '\\') {
      out.append(1, '\\').append(1, text[0]);
    } else if (IsPrintable(next.value)) {
      out.append(text, 0, next.size);
    } else {
      AppendEscaped(next.value, out);
    }
    text.remove_prefix(next.size);
  }
  out.push_back('"');
}

void AppendQuotedBytes(std::string_view bytes, std::string& out) {
  out.push_back('b');
  AppendQuoted(bytes, out);
}

void AppendValidUtf8(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const CodePoint next = DecodeCodePoint(text);
    if (next.size == 1 && next.value == kReplacement) {
      AppendUtf8(kReplacement, out);
    } else {
      out.append(text, 0, next.size);
    }
    text.remove_prefix(next.size);
  }
}

std::string QuotedCharacter(unsigned char byte) {
  std::string quoted = "'";
  if (byte == '\'' || byte == '\\') {
    quoted.append(1, '\\').append(1, static_cast<char>(byte));
  } else if (IsPrintable(byte)) {
    AppendUtf8(byte, quoted);
  } else {
    AppendEscaped(byte, quoted);
  }
  quoted.push_back('\'');
  return quoted;
}

}  // namespace firn::starlark::text
