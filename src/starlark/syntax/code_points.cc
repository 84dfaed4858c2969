#include "starlark/syntax/code_points.h"

#include <cstdint>

namespace firn::starlark {
namespace {

constexpr char32_t kLastCodePoint = 0x10FFFF;

/// The number of bytes that the first one announces, 0 if it cannot be a first byte.
size_t AnnouncedSize(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2) return 0;
  if (first < 0xE0) return 2;
  if (first < 0xF0) return 3;
  return first < 0xF5 ? 4 : 0;
}

}  // namespace

CodePoint DecodeCodePoint(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const size_t size = AnnouncedSize(first);
  if (size == 1) return {first, 1};
  if (size == 0 || size > text.size()) return {};
  char32_t value = first & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) != 0x80) return {};
    value = value << 6 | (byte & 0x3F);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xD800 && value < 0xE000;
  if (value < kSmallest[size] || value > kLastCodePoint || is_surrogate) return {};
  return {value, size};
}

void AppendUtf8(char32_t code_point, std::string& text) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xC0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xE0 | code_point >> 12);
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0 | code_point >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

}  // namespace firn::starlark
