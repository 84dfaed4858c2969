#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace firn::config {

// TOML as text, before it is parsed: where strings and comments are.

/// Length of the string literal that begins at the quote in front of `text`; to the end of its line, or of the text,
/// when it is not closed.
size_t StringLiteralLength(std::string_view text);

/// `text` without its comments (line ends stay, strings are left alone).
std::string RemoveComments(std::string_view text);

/// What is wrong outside strings and comments, as far as toml++ must not see it.
struct BareFault {
  size_t at = 0;        ///< byte of the text
  const char* message;  ///< for the user
};

/// The first such fault: a byte beyond ASCII (toml++ 3.3 runs into undefined behaviour there), or a table header whose
/// name begins with something that begins no name (there it asserts). Both are wrong TOML.
std::optional<BareFault> FindBareFault(std::string_view text);

}  // namespace firn::config
