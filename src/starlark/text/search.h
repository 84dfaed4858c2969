#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Finding and replacing within strings of bytes.

namespace firn::starlark::text {

inline constexpr size_t kNotFound = std::string_view::npos;

/// Position of the first (last) `wanted`, kNotFound if there is none. "" is found at either end.
size_t Find(std::string_view text, std::string_view wanted);
size_t FindLast(std::string_view text, std::string_view wanted);

/// The number of code points; bytes that are no UTF-8 count one each.
size_t CountCodePoints(std::string_view text);

/// How often `wanted` occurs, without overlaps; "" occurs once around every code point.
size_t Count(std::string_view text, std::string_view wanted);

/// What Replace would make of it in bytes, so that a limit can be checked before.
uint64_t ReplacedSize(std::string_view text, std::string_view wanted, std::string_view replacement, int64_t limit);
/// Appends `text` with the first `limit` occurrences replaced; all if it is negative.
void AppendReplaced(std::string_view text, std::string_view wanted, std::string_view replacement, int64_t limit,
                    std::string& out);

/// Without the code points of `set` at its beginning (end).
std::string_view StripLeft(std::string_view text, std::string_view set);
std::string_view StripRight(std::string_view text, std::string_view set);
/// Without white space at its beginning (end).
std::string_view StripSpaceLeft(std::string_view text);
std::string_view StripSpaceRight(std::string_view text);
/// Without what follows the last white space.
std::string_view StripWordRight(std::string_view text);

/// hash(): Java's String.hashCode over code points (bytes that are no UTF-8 are U+FFFD), and FNV-1a of bytes.
int32_t HashText(std::string_view text);
uint32_t HashByteString(std::string_view bytes);

}  // namespace firn::starlark::text
