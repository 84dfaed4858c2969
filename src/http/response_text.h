#pragma once

#include <string>
#include <string_view>

#include "http/server.h"

namespace firn::http {

enum class AfterResponse { kKeepAlive, kKeepAliveHttp10, kClose };

/// Status line and headers of a response, up to and including the empty line. Line breaks in header values become
/// spaces, so that a message that quotes a client's bytes cannot forge headers. Content-Length is added except for 1xx,
/// 204 and 304.
std::string SerializeResponseHead(const Response& response, AfterResponse after);

/// "Not Found" for 404; "" for a status that has no name.
std::string_view ReasonPhrase(int status);

/// A text answer as Go's http.Error makes it: `text` and a line feed.
Response PlainResponse(int status, std::string_view text);

}  // namespace firn::http
