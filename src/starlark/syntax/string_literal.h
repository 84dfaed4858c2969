#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::starlark {

/// Appends what `body` – the text between the quotes of a literal, line ends already `\n` – denotes to `value`. In
/// text, escapes beyond ASCII must be \u or \U; in bytes, \x and octal ones give any byte. A backslash has to escape
/// something. kInvalidInput with the words of the reference implementation.
Status UnescapeText(std::string_view body, std::string& value);
Status UnescapeBytes(std::string_view body, std::string& value);

}  // namespace firn::starlark
