#include "starlark/text/unicode.h"

#include <algorithm>
#include <span>

#include "starlark/text/unicode_tables.h"

namespace firn::starlark::text {
namespace {

/// The run that `code_point` stands in; null if none.
template <typename Run>
const Run* Find(std::span<const Run> runs, char32_t code_point) {
  const auto next = std::upper_bound(runs.begin(), runs.end(), code_point,
                                     [](char32_t wanted, const Run& run) { return wanted < run.first; });
  if (next == runs.begin()) return nullptr;
  const Run& run = *(next - 1);
  return code_point <= run.last && (code_point - run.first) % run.step == 0 ? &run : nullptr;
}

bool Contains(std::span<const CodePointRun> runs, char32_t code_point) {
  return Find(runs, code_point) != nullptr;
}

char32_t Map(std::span<const CaseRun> runs, char32_t code_point) {
  const CaseRun* run = Find(runs, code_point);
  return run == nullptr ? code_point : static_cast<char32_t>(static_cast<int32_t>(code_point) + run->delta);
}

bool IsAscii(char32_t code_point) {
  return code_point < 0x80;
}
bool IsAsciiUpper(char32_t c) {
  return c >= 'A' && c <= 'Z';
}
bool IsAsciiLower(char32_t c) {
  return c >= 'a' && c <= 'z';
}

}  // namespace

bool IsUpper(char32_t code_point) {
  return IsAscii(code_point) ? IsAsciiUpper(code_point) : Contains({kUpperCase, kUpperCaseSize}, code_point);
}

bool IsLower(char32_t code_point) {
  return IsAscii(code_point) ? IsAsciiLower(code_point) : Contains({kLowerCase, kLowerCaseSize}, code_point);
}

bool IsTitle(char32_t code_point) {
  return Contains({kTitleCase, kTitleCaseSize}, code_point);
}

bool IsDigit(char32_t code_point) {
  if (IsAscii(code_point)) return code_point >= '0' && code_point <= '9';
  return Contains({kDigits, kDigitsSize}, code_point);
}

bool IsSpace(char32_t code_point) {
  if (IsAscii(code_point)) return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
  return code_point == 0x85 || code_point == 0xA0 || code_point == 0x1680 ||
         (code_point >= 0x2000 && code_point <= 0x200A) || code_point == 0x2028 || code_point == 0x2029 ||
         code_point == 0x202F || code_point == 0x205F || code_point == 0x3000;
}

bool IsPrintable(char32_t code_point) {
  if (IsAscii(code_point)) return code_point >= ' ' && code_point < 0x7F;
  return Contains({kPrintable, kPrintableSize}, code_point);
}

bool IsCased(char32_t code_point) {
  if (IsAscii(code_point)) return IsAsciiUpper(code_point) || IsAsciiLower(code_point);
  return Contains({kCased, kCasedSize}, code_point);
}

char32_t ToUpper(char32_t code_point) {
  if (IsAscii(code_point)) return IsAsciiLower(code_point) ? code_point - 32 : code_point;
  return Map({kToUpper, kToUpperSize}, code_point);
}

char32_t ToLower(char32_t code_point) {
  if (IsAscii(code_point)) return IsAsciiUpper(code_point) ? code_point + 32 : code_point;
  return Map({kToLower, kToLowerSize}, code_point);
}

char32_t ToTitle(char32_t code_point) {
  if (IsAscii(code_point)) return ToUpper(code_point);
  return Map({kToTitle, kToTitleSize}, code_point);
}

}  // namespace firn::starlark::text
