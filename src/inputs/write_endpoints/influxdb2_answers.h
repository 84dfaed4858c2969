#pragma once

#include <string>
#include <string_view>

#include "http/server.h"

/// Answers in InfluxDB 2's words and form (recorded from 2.7.12).

namespace firn::inputs::write_endpoints {

/// The version that the answers are those of.
inline constexpr std::string_view kInfluxDb2Version = "v2.7.12";

/// With the headers that every answer of InfluxDB 2 has.
http::Response InfluxDb2Response(int status, std::string body = {});
/// {"code":…,"message":…} and X-Platform-Error-Code; `code` in InfluxDB's words, as "not found".
http::Response InfluxDb2Error(int status, std::string_view code, std::string_view message);

}  // namespace firn::inputs::write_endpoints
