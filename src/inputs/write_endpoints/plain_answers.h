#pragma once

#include <string_view>

#include "http/server.h"

/// Text answers as Go's net/http gives them.

namespace firn::inputs::write_endpoints {

/// `text` and a line feed.
http::Response PlainError(int status, std::string_view text);
http::Response NotFoundAnswer();
/// 405 with the header Allow.
http::Response MethodNotAllowed(std::string_view allowed);

}  // namespace firn::inputs::write_endpoints
