#pragma once

#include <string>
#include <string_view>

namespace firn::inputs::write_endpoints {

/// A JSON string with its quotes, as Go's encoder writes it: `<`, `>` and `&` escaped, invalid UTF-8 replaced by
/// U+FFFD.
std::string JsonQuote(std::string_view text);

/// A Go string literal with its quotes, as Go's %q writes it: invalid UTF-8 as \xNN.
std::string GoQuote(std::string_view text);

}  // namespace firn::inputs::write_endpoints
