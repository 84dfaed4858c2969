#pragma once

#include <string>
#include <string_view>

namespace firn::starlark::text {

/// Appends the literal that denotes `text`, in double quotes: repr() of a string. Escapes quotes, backslashes, and what
/// is not printable; bytes that are no UTF-8 as \xhh, though a literal of text could not have them.
void AppendQuoted(std::string_view text, std::string& out);

/// The same as a literal of bytes, b"…".
void AppendQuotedBytes(std::string_view bytes, std::string& out);

/// Appends `text` with U+FFFD for each byte that is no part of valid UTF-8.
void AppendValidUtf8(std::string_view text, std::string& out);

/// `%q` of Go for one byte of ASCII, as error texts of module json show it: ']' , '\n', '\x00'; a byte beyond ASCII
/// counts as the code point of that number.
std::string QuotedCharacter(unsigned char byte);

}  // namespace firn::starlark::text
