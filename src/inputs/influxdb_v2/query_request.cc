#include "inputs/influxdb_v2/query_request.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace firn::inputs::influxdb_v2 {
namespace {

using Json = nlohmann::json;

std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Json Property(std::string_view name, Json value) {
  return {{"type", "Property"}, {"key", {{"type", "Identifier"}, {"name", name}}}, {"value", std::move(value)}};
}

Json TimeLiteral(int64_t ns) {
  return {{"type", "DateTimeLiteral"}, {"value", FormatTime(ns)}};
}

/// In the largest unit that divides it.
Json DurationLiteral(int64_t ns) {
  struct Unit {
    const char* name;
    int64_t ns;
  };
  static constexpr Unit kUnits[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                                    {"ms", 1'000'000},        {"us", 1'000},         {"ns", 1}};
  const Unit* unit = std::find_if(std::begin(kUnits), std::end(kUnits), [ns](const Unit& u) { return ns % u.ns == 0; });
  const Json value = {{"magnitude", ns / unit->ns}, {"unit", unit->name}};
  return {{"type", "DurationLiteral"}, {"values", Json::array({value})}};
}

/// `option v = {…}` as a file of the abstract syntax tree.
Json MakeExtern(const QueryOptions& query, int64_t from, int64_t to, int64_t window_period) {
  const Json object = {
      {"type", "ObjectExpression"},
      {"properties",
       Json::array({Property("bucket", {{"type", "StringLiteral"}, {"value", query.bucket}}),
                    Property("timeRangeStart", TimeLiteral(from)), Property("timeRangeStop", TimeLiteral(to)),
                    Property("windowPeriod", DurationLiteral(window_period))})}};
  const Json assignment = {
      {"type", "VariableAssignment"}, {"id", {{"type", "Identifier"}, {"name", "v"}}}, {"init", object}};
  const Json option = {{"type", "OptionStatement"}, {"assignment", assignment}};
  return {{"type", "File"}, {"package", nullptr}, {"imports", nullptr}, {"body", Json::array({option})}};
}

}  // namespace

http::ClientRequest MakeQueryRequest(const Options& options, const std::string& url, const QueryOptions& query,
                                     const Window& window, int64_t read_from) {
  const auto default_period = std::min<std::chrono::nanoseconds>(std::chrono::minutes(1), options.interval);
  const Json body = {
      {"query", query.query},
      {"type", "flux"},
      {"now", FormatTime(window.stop)},
      {"extern", MakeExtern(query, read_from, window.stop, options.window_period.value_or(default_period).count())},
      {"dialect", {{"header", true}, {"delimiter", ","}, {"annotations", {"datatype", "group", "default"}}}}};
  http::ClientRequest request;
  request.method = "POST";
  const std::string_view base = std::string_view(url).substr(0, url.find_last_not_of('/') + 1);
  request.url = fmt::format("{}/api/v2/query?org={}", base, PercentEncode(options.organization));
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/csv"}};
  if (!options.token.empty()) request.headers.emplace_back("Authorization", "Token " + options.token.Reveal());
  request.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  request.timeout = std::chrono::ceil<std::chrono::milliseconds>(options.timeout.value_or(std::chrono::seconds(30)));
  if (!options.tls_ca.empty()) request.tls.ca_files = {options.tls_ca};
  request.tls.certificate_file = options.tls_cert;
  request.tls.key_file = options.tls_key;
  request.tls.server_name = options.tls_server_name;
  request.tls.insecure_skip_verify = options.insecure_skip_verify;
  request.proxy = options.http_proxy_url;
  return request;
}

}  // namespace firn::inputs::influxdb_v2
