#pragma once

#include <string>
#include <string_view>

namespace firn::starlark::library {

/// What is wrong with a character of JSON: "invalid character 'q' in string escape code".
std::string InvalidCharacter(char c, std::string_view context);

/// Checks the escapes and characters of a JSON string between its quotes. `end` stands for the character after the
/// last. Empty if it is right, else the problem.
std::string CheckJsonString(std::string_view body, char end);

/// Appends what the body of a JSON string denotes, which CheckJsonString found right. Lone surrogates, and bytes that
/// are no UTF-8, become U+FFFD.
void AppendUnescapedJson(std::string_view body, std::string& out);

}  // namespace firn::starlark::library
