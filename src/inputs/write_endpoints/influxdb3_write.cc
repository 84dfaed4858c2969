#include "inputs/write_endpoints/influxdb3_write.h"

#include <fmt/format.h>

#include <utility>

#include "inputs/write_endpoints/credentials.h"
#include "inputs/write_endpoints/plain_answers.h"
#include "inputs/write_endpoints/precision.h"
#include "inputs/write_endpoints/quoting.h"

namespace firn::inputs::write_endpoints {
namespace {

bool IsBoolean(std::string_view text) {
  return text.empty() || text == "true" || text == "false";
}

std::string LineErrorJson(const line_protocol::ParseError& error) {
  return fmt::format("{{\"original_line\":{},\"line_number\":{},\"error_message\":{}}}", JsonQuote(error.text),
                     error.line, JsonQuote(line_protocol::ParseErrorText(error.code)));
}

http::Response JsonError(std::string_view message, std::string_view data) {
  return {400,
          {{"Content-Type", "application/json"}},
          fmt::format("{{\"error\":{},\"data\":{}}}", JsonQuote(message), data)};
}

http::Response PartialWrite(const line_protocol::ParseErrors& errors) {
  std::string list;
  for (const auto& error : errors.kept) {
    if (!list.empty()) list += ',';
    list += LineErrorJson(error);
  }
  return JsonError("partial write of line protocol occurred", "[" + list + "]");
}

std::optional<http::Response> CheckParameters(const http::Request& request) {
  if (request.method != "POST") return MethodNotAllowed("POST");
  if (!request.HasParameter("db")) return PlainError(400, "missing query parameter 'db'");
  if (request.Parameter("db").empty()) return PlainError(400, "db name cannot be empty");
  if (!PrecisionOfV3(request.Parameter("precision"))) {
    return PlainError(400, fmt::format("invalid precision \"{}\": auto, nanosecond, microsecond, millisecond or second",
                                       request.Parameter("precision")));
  }
  for (const char* name : {"accept_partial", "no_sync"}) {
    if (!IsBoolean(request.Parameter(name))) return PlainError(400, fmt::format("{} must be true or false", name));
  }
  return std::nullopt;
}

struct Endpoint {
  std::shared_ptr<WriteIntake> intake;
  std::string token;
  std::string database_tag;
  uint64_t max_body_bytes = 0;

  std::optional<http::Response> CheckHead(const http::Request& request) const {
    intake->Count("requests");
    const auto credentials = ReadAuthorization(request);
    if (!token.empty() && !(credentials && EqualInConstantTime(credentials->password, token))) {
      intake->Count("unauthorized");
      return PlainError(401, "Unauthorized");
    }
    return CheckParameters(request);
  }

  http::Response RefuseBody(http::BodyError error, std::string_view detail) const {
    if (error != http::BodyError::kTooLarge) return PlainError(400, detail);
    intake->Count("bodies_too_large");
    return PlainError(413, fmt::format("the request body exceeded the maximum size of {} bytes", max_body_bytes));
  }

  void Write(http::Request request, const http::Responder& respond) const {
    const int64_t precision = PrecisionOfV3(request.Parameter("precision")).value_or(0);
    PushedBody pushed;
    pushed.precision_ns = precision == 0 ? 1 : precision;
    pushed.database = request.Parameter("db");
    pushed.endpoint =
        fmt::format("/api/v3/write_lp?db={}&precision={}", pushed.database, request.Parameter("precision"));
    if (const auto credentials = ReadAuthorization(request)) pushed.user = TokenName(credentials->password);
    if (!database_tag.empty()) pushed.tags.emplace_back(database_tag, pushed.database);
    pushed.body = std::move(request.body);
    ParsedBody parsed = intake->Parse(std::move(pushed));
    if (!parsed.errors.empty() && request.Parameter("accept_partial") == "false") {
      intake->Count("lines_rejected", parsed.errors.total);
      return respond(JsonError("line protocol parsing error", LineErrorJson(parsed.errors.kept.front())));
    }
    if (precision == 0 && GuessUnits(parsed.batches)) ReplaceText(parsed);
    WriteAnswers answers{http::Response{204, {}, {}},
                         [](int status, const Error& error) { return PlainError(status, error.message()); }};
    if (!parsed.errors.empty()) answers.done = PartialWrite(parsed.errors);
    intake->Accept(std::move(parsed), std::move(answers), respond);
  }
};

}  // namespace

http::Route InfluxDb3WriteRoute(std::shared_ptr<WriteIntake> intake, std::string token, std::string database_tag,
                                uint64_t max_body_bytes) {
  const auto endpoint = std::make_shared<Endpoint>(
      Endpoint{std::move(intake), std::move(token), std::move(database_tag), max_body_bytes});
  http::Route route;
  route.path = "/api/v3/write_lp";
  route.max_body_bytes = max_body_bytes;
  route.check_head = [endpoint](const http::Request& request) { return endpoint->CheckHead(request); };
  route.refuse_body = [endpoint](http::BodyError error, const http::Request&, std::string_view detail) {
    return endpoint->RefuseBody(error, detail);
  };
  route.handler = [endpoint](http::Request request, const http::Responder& respond) {
    endpoint->Write(std::move(request), respond);
  };
  return route;
}

}  // namespace firn::inputs::write_endpoints
