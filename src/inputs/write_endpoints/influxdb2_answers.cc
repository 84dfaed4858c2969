#include "inputs/write_endpoints/influxdb2_answers.h"

#include <fmt/format.h>

#include "inputs/write_endpoints/quoting.h"

namespace firn::inputs::write_endpoints {

http::Response InfluxDb2Response(int status, std::string body) {
  http::Response response{status, {}, std::move(body)};
  if (!response.body.empty()) response.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  response.headers.emplace_back("X-Influxdb-Build", "OSS");
  response.headers.emplace_back("X-Influxdb-Version", kInfluxDb2Version);
  return response;
}

http::Response InfluxDb2Error(int status, std::string_view code, std::string_view message) {
  http::Response response =
      InfluxDb2Response(status, fmt::format("{{\"code\":{},\"message\":{}}}", JsonQuote(code), JsonQuote(message)));
  response.headers.emplace_back("X-Platform-Error-Code", code);
  return response;
}

}  // namespace firn::inputs::write_endpoints
