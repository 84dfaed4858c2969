#pragma once

#include <string_view>

namespace firn::line_protocol {

/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing beyond U+10FFFF).
bool IsUtf8(std::string_view text);

}  // namespace firn::line_protocol
