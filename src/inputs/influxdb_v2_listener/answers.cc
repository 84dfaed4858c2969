#include "inputs/influxdb_v2_listener/answers.h"

#include <fmt/format.h>

#include "base/rfc3339.h"
#include "inputs/write_endpoints/quoting.h"

namespace firn::inputs::influxdb_v2_listener {

using write_endpoints::JsonQuote;

namespace {

// The version of Telegraf whose answers these are.
constexpr std::string_view kVersion = "Telegraf 1.39.3";

http::Response Json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

// `value` / `unit` without trailing zeros.
std::string Decimal(int64_t value, int64_t unit) {
  std::string text = fmt::format("{}", value / unit);
  if (value % unit == 0) return text;
  const auto digits = fmt::formatted_size("{}", unit) - 1;
  std::string fraction = fmt::format("{:0{}}", value % unit, digits);
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return text + "." + fraction;
}

}  // namespace

http::Response BadRequest(std::string_view code, std::string_view message) {
  const std::string quoted = JsonQuote(message);
  http::Response response =
      Json(400, fmt::format(R"({{"code":{},"err":{},"message":{},"op":""}})", JsonQuote(code), quoted, quoted));
  response.headers.emplace_back("X-Influxdb-Error", message);
  return response;
}

http::Response BodyTooLarge(uint64_t max_bytes) {
  http::Response response = Json(
      413, fmt::format(R"({{"code":"invalid","maxLength":"{}","message":"http: request body too large"}})", max_bytes));
  response.headers.emplace_back("X-Influxdb-Error", "http: request body too large");
  return response;
}

http::Response WriteFailed(int status, std::string_view message) {
  const std::string_view code = status == 503 ? "unavailable" : "internal error";
  return Json(status, fmt::format(R"({{"code":"{}","message":{}}})", code, JsonQuote(message)));
}

std::string GoDuration(int64_t nanoseconds) {
  constexpr int64_t kMicrosecond = 1'000, kMillisecond = 1'000'000, kSecond = 1'000'000'000;
  if (nanoseconds == 0) return "0s";
  if (nanoseconds < 0) return "-" + GoDuration(-nanoseconds);
  if (nanoseconds < kMicrosecond) return fmt::format("{}ns", nanoseconds);
  if (nanoseconds < kMillisecond) return Decimal(nanoseconds, kMicrosecond) + "µs";
  if (nanoseconds < kSecond) return Decimal(nanoseconds, kMillisecond) + "ms";
  const int64_t minutes = nanoseconds / (60 * kSecond);
  std::string text;
  if (minutes >= 60) text += fmt::format("{}h", minutes / 60);
  if (minutes > 0) text += fmt::format("{}m", minutes % 60);
  return text + Decimal(nanoseconds % (60 * kSecond), kSecond) + "s";
}

http::Response Ready(int64_t started_ns, int64_t now_ns) {
  return Json(200, fmt::format(R"({{"started":"{}","status":"ready","up":"{}"}})", FormatRfc3339(started_ns),
                               GoDuration(now_ns - started_ns)));
}

http::Response Health() {
  return Json(
      200,
      fmt::format(
          R"({{"checks":[],"message":"ready for queries and writes","name":"influxdb","status":"pass","version":"{}"}})",
          kVersion));
}

http::Response Ping() {
  return {204, {{"X-Influxdb-Build", "telegraf"}, {"X-Influxdb-Version", std::string(kVersion)}}, {}};
}

}  // namespace firn::inputs::influxdb_v2_listener
