#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firn::starlark {

/// What stands for a byte that is no part of valid UTF-8.
inline constexpr char32_t kReplacement = 0xFFFD;

struct CodePoint {
  char32_t value = kReplacement;
  size_t size = 1;  ///< bytes
};

/// The code point that `text`, which is not empty, begins with. Where that is no valid UTF-8 – also an overlong form, a
/// surrogate, or one beyond U+10FFFF – kReplacement of one byte, as Go decodes.
CodePoint DecodeCodePoint(std::string_view text);

/// Appends the UTF-8 encoding of a code point that has one.
void AppendUtf8(char32_t code_point, std::string& text);

}  // namespace firn::starlark
