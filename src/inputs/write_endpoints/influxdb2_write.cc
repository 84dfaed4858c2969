#include "inputs/write_endpoints/influxdb2_write.h"

#include <fmt/format.h>

#include <algorithm>

#include "inputs/write_endpoints/credentials.h"
#include "inputs/write_endpoints/influxdb2_answers.h"
#include "inputs/write_endpoints/precision.h"

namespace firn::inputs::write_endpoints {
namespace {

bool Knows(const std::vector<std::string>& names, std::string_view name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

http::Response RefusedBody(http::BodyError error) {
  if (error == http::BodyError::kTooLarge) {
    return InfluxDb2Error(413, "request too large", "unable to read data: points batch is too large");
  }
  // InfluxDB takes damaged gzip for a failure of its own.
  return InfluxDb2Error(500, "internal error", "An internal error has occurred - check server logs");
}

http::Response Failed(int status, const Error& error) {
  if (status == 503) return InfluxDb2Error(503, "unavailable", error.message());
  return InfluxDb2Error(500, "internal error", "unexpected error writing points to database: " + error.message());
}

std::string UserOf(const http::Request& request) {
  const auto credentials = ReadAuthorizationOrParameters(request);
  return credentials ? TokenName(credentials->password) : std::string();
}

// Checks of /api/v2/write that need no body, in InfluxDB's order.
std::optional<http::Response> CheckParameters(const http::Request& request, const InfluxDb2Directory& directory) {
  if (!StrictPrecisionOfV2(request.Parameter("precision"))) {
    return InfluxDb2Error(400, "invalid", "invalid precision; valid precision units are ns, us, ms, and s");
  }
  const std::string_view bucket = request.Parameter("bucket");
  if (bucket.empty()) return InfluxDb2Error(404, "not found", "bucket not found");
  const std::string_view org = request.Parameter("org");
  const std::string_view org_id = request.Parameter("orgID");
  if (org.empty() && org_id.empty()) return InfluxDb2Error(400, "invalid", "Please provide either orgID or org");
  if (!Knows(directory.organizations, org_id.empty() ? org : org_id)) {
    return InfluxDb2Error(404, "not found",
                          fmt::format("organization name \"{}\" not found", org.empty() ? org_id : org));
  }
  if (!Knows(directory.buckets, bucket)) {
    return InfluxDb2Error(404, "not found", fmt::format("bucket \"{}\" not found", bucket));
  }
  return std::nullopt;
}

std::optional<http::Response> CheckCompatibleParameters(const http::Request& request,
                                                        const InfluxDb2Directory& directory) {
  const std::string_view db = request.Parameter("db");
  if (db.empty()) return InfluxDb2Error(400, "invalid", "missing db");
  if (!Knows(directory.buckets, db)) return InfluxDb2Error(404, "not found", "no dbrp mapping found");
  return std::nullopt;
}

}  // namespace

std::optional<http::Response> InfluxDb2Write::Authorize(const http::Request& request) const {
  if (directory_.token.empty()) return std::nullopt;
  const auto credentials = ReadAuthorizationOrParameters(request);
  if (credentials && EqualInConstantTime(credentials->password, directory_.token)) return std::nullopt;
  intake_->Count("unauthorized");
  return InfluxDb2Error(401, "unauthorized", "unauthorized access");
}

http::Route InfluxDb2Write::WriteRoute(std::string path, uint64_t max_body_bytes) {
  http::Route route;
  route.path = std::move(path);
  route.max_body_bytes = max_body_bytes;
  route.unknown_encoding_as_sent = true;
  route.refuse_body = [self = shared_from_this()](http::BodyError error, const http::Request&, std::string_view) {
    if (error == http::BodyError::kTooLarge) self->intake_->Count("bodies_too_large");
    return RefusedBody(error);
  };
  return route;
}

http::Route InfluxDb2Write::ApiV2WriteRoute(uint64_t max_body_bytes) {
  http::Route route = WriteRoute("/api/v2/write", max_body_bytes);
  route.check_head = [self = shared_from_this()](const http::Request& request) -> std::optional<http::Response> {
    self->intake_->Count("requests");
    if (auto refused = self->Authorize(request)) return refused;
    return CheckParameters(request, self->directory_);
  };
  route.handler = [self = shared_from_this()](http::Request request, const http::Responder& respond) {
    PushedBody pushed;
    pushed.precision_ns = StrictPrecisionOfV2(request.Parameter("precision")).value_or(1);
    pushed.database = request.Parameter("bucket");
    pushed.endpoint = fmt::format("/api/v2/write?bucket={}&org={}&orgID={}", pushed.database, request.Parameter("org"),
                                  request.Parameter("orgID"));
    self->Write(std::move(request), std::move(pushed), respond);
  };
  return route;
}

http::Route InfluxDb2Write::CompatibleWriteRoute(uint64_t max_body_bytes) {
  http::Route route = WriteRoute("/write", max_body_bytes);
  route.check_head = [self = shared_from_this()](const http::Request& request) -> std::optional<http::Response> {
    self->intake_->Count("requests");
    if (auto refused = self->Authorize(request)) return refused;
    return CheckCompatibleParameters(request, self->directory_);
  };
  route.handler = [self = shared_from_this()](http::Request request, const http::Responder& respond) {
    PushedBody pushed;
    pushed.precision_ns = PrecisionOfV2(request.Parameter("precision"));
    pushed.database = request.Parameter("db");
    pushed.endpoint = fmt::format("/write?db={}&rp={}", pushed.database, request.Parameter("rp"));
    self->Write(std::move(request), std::move(pushed), respond);
  };
  return route;
}

void InfluxDb2Write::Write(http::Request request, PushedBody pushed, const http::Responder& respond) {
  pushed.user = UserOf(request);
  pushed.body = std::move(request.body);
  pushed.grammar = LineGrammar::kInfluxDb;
  if (!directory_.bucket_tag.empty()) pushed.tags.emplace_back(directory_.bucket_tag, pushed.database);
  ParsedBody parsed = intake_->Parse(std::move(pushed));
  if (!parsed.errors.empty()) {
    intake_->Count("lines_rejected", parsed.errors.total);
    return respond(InfluxDb2Error(400, "invalid", parsed.errors.Message()));
  }
  const FieldRefusals refusals = field_types_.Apply(parsed.batches);
  if (refusals.changed) ReplaceText(parsed);
  WriteAnswers answers{InfluxDb2Response(204), Failed};
  if (!refusals.empty()) {
    intake_->Count("lines_rejected", refusals.dropped);
    answers.done = InfluxDb2Error(422, "unprocessable entity",
                                  fmt::format("failure writing points to database: partial write: {} dropped={}",
                                              refusals.reason, refusals.dropped));
  }
  intake_->Accept(std::move(parsed), std::move(answers), respond);
}

}  // namespace firn::inputs::write_endpoints
