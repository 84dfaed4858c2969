#include "starlark/text/letter_case.h"

#include <algorithm>

#include "starlark/syntax/code_points.h"
#include "starlark/syntax/letters.h"
#include "starlark/text/unicode.h"

namespace firn::starlark::text {
namespace {

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Calls `visit` with each code point until it returns false; returns whether it never did.
template <typename Visit>
bool ForEachCodePoint(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const CodePoint next = DecodeCodePoint(text);
    if (!visit(next.value)) return false;
    text.remove_prefix(next.size);
  }
  return true;
}

template <typename MapAscii, typename Map>
void AppendMapped(std::string_view text, std::string& out, MapAscii map_ascii, Map map) {
  if (IsAscii(text)) {
    const size_t begin = out.size();
    out += text;
    std::transform(out.begin() + static_cast<ptrdiff_t>(begin), out.end(), out.begin() + static_cast<ptrdiff_t>(begin),
                   map_ascii);
    return;
  }
  ForEachCodePoint(text, [&](char32_t code_point) {
    AppendUtf8(map(code_point), out);
    return true;
  });
}

template <typename Map>
bool IsCasedAndFixed(std::string_view text, Map map) {
  bool cased = false;
  // A byte that is no UTF-8 would become U+FFFD, so the text would not stay the same.
  while (!text.empty()) {
    const CodePoint next = DecodeCodePoint(text);
    if (map(next.value) != next.value || (next.size == 1 && next.value == kReplacement)) return false;
    cased = cased || IsCased(next.value);
    text.remove_prefix(next.size);
  }
  return cased;
}

}  // namespace

void AppendUpper(std::string_view text, std::string& out) {
  const auto ascii = [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); };
  AppendMapped(text, out, ascii, ToUpper);
}

void AppendLower(std::string_view text, std::string& out) {
  const auto ascii = [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); };
  AppendMapped(text, out, ascii, ToLower);
}

void AppendTitle(std::string_view text, std::string& out) {
  bool after_letter = false;
  ForEachCodePoint(text, [&](char32_t code_point) {
    const char32_t mapped = after_letter ? ToLower(code_point) : ToTitle(code_point);
    after_letter = IsCased(mapped);
    AppendUtf8(mapped, out);
    return true;
  });
}

void AppendCapitalized(std::string_view text, std::string& out) {
  bool first = true;
  ForEachCodePoint(text, [&](char32_t code_point) {
    AppendUtf8(first ? ToTitle(code_point) : ToLower(code_point), out);
    first = false;
    return true;
  });
}

bool IsLowerText(std::string_view text) {
  return IsCasedAndFixed(text, ToLower);
}

bool IsUpperText(std::string_view text) {
  return IsCasedAndFixed(text, ToUpper);
}

bool IsTitleText(std::string_view text) {
  bool cased = false;
  bool after_cased = false;
  const bool in_order = ForEachCodePoint(text, [&](char32_t code_point) {
    const bool begins_word = (code_point >= 'A' && code_point <= 'Z') || IsTitle(code_point);
    const bool continues_word = !begins_word && IsLower(code_point);
    if (begins_word && after_cased) return false;
    if (continues_word && !after_cased) return false;
    if (!begins_word && !continues_word && IsUpper(code_point)) return false;
    after_cased = begins_word || continues_word;
    cased = cased || after_cased;
    return true;
  });
  return in_order && cased;
}

bool IsAlphanumericText(std::string_view text) {
  return !text.empty() && ForEachCodePoint(text, [](char32_t c) { return IsLetter(c) || IsDigit(c); });
}

bool IsAlphabeticText(std::string_view text) {
  return !text.empty() && ForEachCodePoint(text, [](char32_t c) { return IsLetter(c); });
}

bool IsDigitText(std::string_view text) {
  return !text.empty() && ForEachCodePoint(text, IsDigit);
}

bool IsSpaceText(std::string_view text) {
  return !text.empty() && ForEachCodePoint(text, IsSpace);
}

}  // namespace firn::starlark::text
