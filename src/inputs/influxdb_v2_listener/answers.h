#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/server.h"

/// Answers of Telegraf's influxdb_v2_listener.

namespace firn::inputs::influxdb_v2_listener {

/// 400 {"code":…,"err":…,"message":…,"op":""}
http::Response BadRequest(std::string_view code, std::string_view message);
http::Response BodyTooLarge(uint64_t max_bytes);
/// 500 or 503.
http::Response WriteFailed(int status, std::string_view message);
/// What /ready says: since when, and for how long, in Go's forms.
http::Response Ready(int64_t started_ns, int64_t now_ns);
http::Response Health();
http::Response Ping();

/// A duration as Go prints it: "84.829358ms", "1h2m3.5s".
std::string GoDuration(int64_t nanoseconds);

}  // namespace firn::inputs::influxdb_v2_listener
