#pragma once

#include <string>
#include <string_view>

#include "http/server.h"
#include "inputs/write_endpoints/listener_options.h"

/// Answers of a 1.x endpoint, as Telegraf's listener or as InfluxDB 1 gives them.

namespace firn::inputs::influxdb_listener {

/// X-Influxdb-Version and, for a body, its type.
http::Response Answer(write_endpoints::AnswerDialect dialect, int status, std::string body = {});
/// {"error":…} and X-Influxdb-Error.
http::Response ErrorAnswer(write_endpoints::AnswerDialect dialect, int status, std::string_view message);

}  // namespace firn::inputs::influxdb_listener
