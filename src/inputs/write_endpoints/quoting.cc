#include "inputs/write_endpoints/quoting.h"

#include <fmt/format.h>

#include <iterator>

namespace firn::inputs::write_endpoints {
namespace {

// A code point and the bytes that it took; length 0 = not UTF-8.
struct CodePoint {
  uint32_t value = 0;
  size_t length = 0;
};

CodePoint DecodeUtf8(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  uint32_t value = first & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    value = value << 6 | (next & 0x3f);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest[length] || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

void AppendJson(std::string& out, std::string_view bytes, uint32_t code_point) {
  switch (code_point) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '<':
    case '>':
    case '&':
    case 0x2028:
    case 0x2029:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
      return;
    default:
      break;
  }
  if (code_point < 0x20) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
  } else {
    out += bytes;
  }
}

void AppendGo(std::string& out, std::string_view bytes, uint32_t code_point) {
  constexpr std::string_view kNamed = "\a\b\f\n\r\t\v\\\"";
  constexpr std::string_view kNames = "abfnrtv\\\"";
  const size_t named = code_point < 0x80 ? kNamed.find(static_cast<char>(code_point)) : std::string_view::npos;
  if (named != std::string_view::npos) {
    out += '\\';
    out += kNames[named];
  } else if (code_point < 0x20 || code_point == 0x7f) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", code_point);
  } else if ((code_point >= 0x80 && code_point <= 0xa0) || code_point == 0xad || code_point == 0xfeff ||
             (code_point >= 0x2000 && code_point <= 0x200f) || (code_point >= 0x2028 && code_point <= 0x202f)) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point);
  } else {
    out += bytes;
  }
}

}  // namespace

std::string JsonQuote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint next = DecodeUtf8(text);
    if (next.length == 0) {
      out += "\\ufffd";
      text.remove_prefix(1);
    } else {
      AppendJson(out, text.substr(0, next.length), next.value);
      text.remove_prefix(next.length);
    }
  }
  return out + '"';
}

std::string GoQuote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const CodePoint next = DecodeUtf8(text);
    if (next.length == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
    } else {
      AppendGo(out, text.substr(0, next.length), next.value);
      text.remove_prefix(next.length);
    }
  }
  return out + '"';
}

}  // namespace firn::inputs::write_endpoints
