#include "inputs/influxdb_listener/answers.h"

#include "inputs/write_endpoints/quoting.h"

namespace firn::inputs::influxdb_listener {

using write_endpoints::AnswerDialect;

namespace {

constexpr size_t kMaxErrorHeader = 1'024;

}  // namespace

http::Response Answer(AnswerDialect dialect, int status, std::string body) {
  http::Response response{status, {}, std::move(body)};
  if (dialect == AnswerDialect::kInfluxDb) {
    response.headers = {
        {"Content-Type", "application/json"}, {"X-Influxdb-Build", "OSS"}, {"X-Influxdb-Version", "1.8.10"}};
    if (!response.body.empty()) response.body += '\n';
    return response;
  }
  if (!response.body.empty()) response.headers.emplace_back("Content-Type", "application/json");
  response.headers.emplace_back("X-Influxdb-Version", "1.0");
  return response;
}

http::Response ErrorAnswer(AnswerDialect dialect, int status, std::string_view message) {
  // Telegraf's listener quotes as Go does, not as JSON does; both agree on texts of printable characters.
  const std::string quoted =
      dialect == AnswerDialect::kTelegraf ? write_endpoints::GoQuote(message) : write_endpoints::JsonQuote(message);
  http::Response response = Answer(dialect, status, "{\"error\":" + quoted + "}");
  response.headers.emplace_back("X-Influxdb-Error", message.substr(0, kMaxErrorHeader));
  return response;
}

}  // namespace firn::inputs::influxdb_listener
