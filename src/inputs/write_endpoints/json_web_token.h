#pragma once

#include <string_view>

#include "base/clock.h"
#include "http/server.h"

namespace firn::inputs::write_endpoints {

/// Whether the request carries `Bearer <token>` with a JSON web token (RFC 7519) that is signed with `secret` (HS256,
/// HS384, HS512), names `username` in its claim of that name and has not expired; a token without `exp` is refused. The
/// header is `Authorization`, or `Authentication`, the one that Telegraf reads.
bool HoldsToken(const http::Request& request, std::string_view secret, std::string_view username, const Clock& clock);

}  // namespace firn::inputs::write_endpoints
