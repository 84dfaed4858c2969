#pragma once

#include <string>
#include <string_view>

/// Case of whole strings: the methods upper, lower, title, capitalize, and the questions about them. ASCII, which is
/// most text, is handled byte by byte.

namespace firn::starlark::text {

void AppendUpper(std::string_view text, std::string& out);
void AppendLower(std::string_view text, std::string& out);
/// The first letter of each run of letters in title case, the others in lower case.
void AppendTitle(std::string_view text, std::string& out);
/// The first code point in title case, all others in lower case.
void AppendCapitalized(std::string_view text, std::string& out);

/// True if there are letters with case and none of them would change.
bool IsLowerText(std::string_view text);
bool IsUpperText(std::string_view text);
/// As Python: upper case only after what has no case, lower case only after letters that have.
bool IsTitleText(std::string_view text);

/// True if there is something, and all of it is of that class.
bool IsAlphanumericText(std::string_view text);
bool IsAlphabeticText(std::string_view text);
bool IsDigitText(std::string_view text);
bool IsSpaceText(std::string_view text);

}  // namespace firn::starlark::text
