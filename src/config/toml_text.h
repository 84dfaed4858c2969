#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace firn::config {

// TOML as text, before it is parsed: where strings and comments are.

/// Length of the string literal that begins at the quote in front of `text`; to the end of its line, or of the text,
/// when it is not closed.
size_t StringLiteralLength(std::string_view text);

/// Where the first key with more than `parts` dotted parts becomes too long; npos = nowhere.
size_t FindDeepKey(std::string_view text, size_t parts);

/// `text` without its comments (line ends stay, strings are left alone).
std::string RemoveComments(std::string_view text);

}  // namespace firn::config
