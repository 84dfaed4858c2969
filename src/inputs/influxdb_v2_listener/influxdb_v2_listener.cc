#include "inputs/influxdb_v2_listener/influxdb_v2_listener.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "inputs/influxdb_v2_listener/answers.h"
#include "inputs/write_endpoints/credentials.h"
#include "inputs/write_endpoints/influxdb2_answers.h"
#include "inputs/write_endpoints/influxdb2_write.h"
#include "inputs/write_endpoints/influxdb3_write.h"
#include "inputs/write_endpoints/plain_answers.h"
#include "inputs/write_endpoints/precision.h"
#include "inputs/write_endpoints/telegraf_error.h"
#include "inputs/write_endpoints/write_intake.h"

namespace firn::inputs::influxdb_v2_listener {

using namespace write_endpoints;

/// The routes' state; lives as long as the server has them.
class InfluxDbV2Listener::Endpoint : public std::enable_shared_from_this<Endpoint> {
 public:
  Endpoint(Options options, InputContext context)
      : options_(std::move(options)),
        intake_(std::make_shared<WriteIntake>(std::move(context))),
        influxdb2_(std::make_shared<InfluxDb2Write>(
            intake_, InfluxDb2Directory{options_.organizations, options_.buckets, options_.token.Reveal(),
                                        options_.bucket_tag})),
        started_ns_(intake_->clock().NowNs()) {}

  Status AddRoutes(http::Server& server) {
    const uint64_t max_bytes = options_.listener.max_body_bytes();
    FIRN_TRY(AddRoute(server, imitates_influxdb() ? influxdb2_->ApiV2WriteRoute(max_bytes) : WriteRoute(),
                      AddRouteMode::kMustBeFree));
    FIRN_TRY(AddRoute(server, InfluxDb3WriteRoute(intake_, options_.token.Reveal(), options_.bucket_tag, max_bytes),
                      AddRouteMode::kFirstKeepsIt));
    if (imitates_influxdb()) {
      FIRN_TRY(AddRoute(server, influxdb2_->CompatibleWriteRoute(max_bytes), AddRouteMode::kFirstKeepsIt));
      FIRN_TRY(AddRoute(server, SimpleRoute("/query", &Endpoint::Query), AddRouteMode::kFirstKeepsIt));
    }
    for (const char* path : {"/health", "/api/v2/health"}) {
      FIRN_TRY(AddRoute(server, SimpleRoute(path, &Endpoint::HealthAnswer), AddRouteMode::kFirstKeepsIt));
    }
    for (const char* path : {"/ready", "/api/v2/ready"}) {
      FIRN_TRY(AddRoute(server, SimpleRoute(path, &Endpoint::ReadyAnswer), AddRouteMode::kFirstKeepsIt));
    }
    FIRN_TRY(AddRoute(server, SimpleRoute("/ping", &Endpoint::PingAnswer), AddRouteMode::kFirstKeepsIt));
    return AddRoute(server, SimpleRoute("", &Endpoint::NotFound), AddRouteMode::kFirstKeepsIt);
  }
  void Close() { intake_->Close(); }

 private:
  using Answerer = http::Response (Endpoint::*)(const http::Request&) const;

  bool imitates_influxdb() const { return options_.dialect == AnswerDialect::kInfluxDb; }

  http::Route SimpleRoute(std::string path, Answerer answer) {
    http::Route route;
    route.path = std::move(path);
    route.max_body_bytes = 1 << 20;
    route.unknown_encoding_as_sent = true;
    route.handler = [self = shared_from_this(), answer](const http::Request& request, const http::Responder& respond) {
      self->intake_->Count("requests");
      respond(((*self).*answer)(request));
    };
    return route;
  }

  http::Route WriteRoute() {
    http::Route route;
    route.path = "/api/v2/write";
    route.max_body_bytes = options_.listener.max_body_bytes();
    route.unknown_encoding_as_sent = true;
    route.check_head = [self = shared_from_this()](const http::Request& request) {
      self->intake_->Count("requests");
      return self->Refuse(request);
    };
    route.refuse_body = [self = shared_from_this()](http::BodyError error, const http::Request&,
                                                    std::string_view detail) {
      if (error != http::BodyError::kTooLarge) return BadRequest("invalid", detail);
      self->intake_->Count("bodies_too_large");
      return BodyTooLarge(self->options_.listener.max_body_bytes());
    };
    route.handler = [self = shared_from_this()](http::Request request, const http::Responder& respond) {
      self->Write(std::move(request), respond);
    };
    return route;
  }

  // 401, or nothing for who may go on.
  std::optional<http::Response> Refuse(const http::Request& request) const {
    if (imitates_influxdb()) return influxdb2_->Authorize(request);
    if (options_.token.empty()) return std::nullopt;
    const auto credentials = ReadAuthorization(request);
    if (credentials && EqualInConstantTime(credentials->password, options_.token.Reveal())) return std::nullopt;
    intake_->Count("unauthorized");
    return PlainError(401, "Unauthorized");
  }

  void Write(http::Request request, const http::Responder& respond) {
    PushedBody pushed;
    pushed.database = request.Parameter("bucket");
    pushed.precision_ns = PrecisionOfV2(request.Parameter("precision"));
    pushed.grammar = LineGrammar::kTelegraf;
    pushed.endpoint = fmt::format("/api/v2/write?bucket={}&org={}", pushed.database, request.Parameter("org"));
    if (const auto credentials = ReadAuthorization(request)) pushed.user = TokenName(credentials->password);
    if (!options_.bucket_tag.empty() && !pushed.database.empty()) {
      pushed.tags.emplace_back(options_.bucket_tag, pushed.database);
    }
    pushed.body = std::move(request.body);
    ParsedBody parsed = intake_->Parse(std::move(pushed));
    if (!parsed.errors.empty()) {
      intake_->Count("lines_rejected", parsed.errors.total);
      return respond(BadRequest("invalid", TelegrafMessage(parsed.errors.kept.front())));
    }
    intake_->Accept(std::move(parsed),
                    {http::Response{204, {}, {}},
                     [](int status, const Error& error) { return WriteFailed(status, error.message()); }},
                    respond);
  }

  http::Response HealthAnswer(const http::Request&) const {
    if (!imitates_influxdb()) return Health();
    return InfluxDb2Response(
        200, fmt::format("{{\"name\":\"influxdb\", \"message\":\"ready for queries and writes\", "
                         "\"status\":\"pass\", \"checks\":[], \"version\": \"{}\", \"commit\": \"firn\"}}\n",
                         kInfluxDb2Version));
  }
  http::Response ReadyAnswer(const http::Request&) const { return Ready(started_ns_, intake_->clock().NowNs()); }
  http::Response PingAnswer(const http::Request&) const {
    return imitates_influxdb() ? InfluxDb2Response(204) : Ping();
  }
  http::Response Query(const http::Request& request) const {
    if (auto refused = Refuse(request)) return std::move(*refused);
    return InfluxDb2Response(200, "{\"results\":[{\"statement_id\":0}]}\n");
  }
  http::Response NotFound(const http::Request& request) const {
    if (auto refused = Refuse(request)) return std::move(*refused);
    return imitates_influxdb() ? InfluxDb2Error(404, "not found", "path not found") : NotFoundAnswer();
  }

  const Options options_;
  const std::shared_ptr<WriteIntake> intake_;
  const std::shared_ptr<InfluxDb2Write> influxdb2_;
  const int64_t started_ns_;
};

InfluxDbV2Listener::InfluxDbV2Listener(Options options, InputContext context)
    : options_(std::move(options)), context_(std::move(context)) {}

InfluxDbV2Listener::~InfluxDbV2Listener() {
  Stop();
}

Result<std::unique_ptr<InfluxDbV2Listener>> InfluxDbV2Listener::Make(Options options, InputContext context) {
  return std::unique_ptr<InfluxDbV2Listener>(new InfluxDbV2Listener(std::move(options), std::move(context)));
}

Status InfluxDbV2Listener::Start() {
  FIRN_ASSIGN(http::Server * server,
              context_.servers->ServerFor(MakeServerOptions(options_.service_address, options_.listener)));
  endpoint_ = std::make_shared<Endpoint>(options_, context_);
  FIRN_TRY(endpoint_->AddRoutes(*server).WithContext("inputs.influxdb_v2_listener"));
  log::Info("inputs.influxdb_v2_listener listens on {}", options_.service_address);
  return OkStatus();
}

void InfluxDbV2Listener::Stop() {
  if (endpoint_) endpoint_->Close();
}

}  // namespace firn::inputs::influxdb_v2_listener
