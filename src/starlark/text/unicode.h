#pragma once

/// Classes and simple case mappings of code points, as Go's packages unicode and strconv have them (the version stands
/// in unicode_tables.cc). Letters are in starlark/syntax/letters.h, since names are made of them.

namespace firn::starlark::text {

bool IsUpper(char32_t code_point);
bool IsLower(char32_t code_point);
bool IsTitle(char32_t code_point);
/// Decimal digits of any script.
bool IsDigit(char32_t code_point);
bool IsSpace(char32_t code_point);
/// What repr() shows as it is: letters, marks, numbers, punctuation, symbols, and of spaces only U+0020.
bool IsPrintable(char32_t code_point);
/// True if another code point differs from it in case only.
bool IsCased(char32_t code_point);

char32_t ToUpper(char32_t code_point);
char32_t ToLower(char32_t code_point);
char32_t ToTitle(char32_t code_point);

}  // namespace firn::starlark::text
