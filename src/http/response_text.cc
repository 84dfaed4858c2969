#include "http/response_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <chrono>

namespace firn::http {
namespace {

void AppendHeader(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (const char c : value) out.push_back(c == '\r' || c == '\n' ? ' ' : c);
  out.append("\r\n");
}

bool HasBodyLength(int status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace

std::string_view ReasonPhrase(int status) {
  const auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  if (known == boost::beast::http::status::unknown) return {};
  const auto text = boost::beast::http::obsolete_reason(known);
  return {text.data(), text.size()};
}

std::string SerializeResponseHead(const Response& response, AfterResponse after) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, ReasonPhrase(response.status));
  for (const auto& [name, value] : response.headers) AppendHeader(out, name, value);
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  fmt::format_to(std::back_inserter(out), "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n",
                 fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  if (HasBodyLength(response.status)) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", response.body.size());
  }
  if (after == AfterResponse::kClose) out.append("Connection: close\r\n");
  if (after == AfterResponse::kKeepAliveHttp10) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
  return out;
}

Response PlainResponse(int status, std::string_view text) {
  Response response{status, {{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}}, {}};
  response.body.append(text).append("\n");
  return response;
}

}  // namespace firn::http
