#include "inputs/influxdb_listener/influxdb_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "inputs/influxdb_listener/answers.h"
#include "inputs/write_endpoints/credentials.h"
#include "inputs/write_endpoints/field_types.h"
#include "inputs/write_endpoints/json_web_token.h"
#include "inputs/write_endpoints/plain_answers.h"
#include "inputs/write_endpoints/precision.h"
#include "inputs/write_endpoints/telegraf_error.h"
#include "inputs/write_endpoints/write_intake.h"

namespace firn::inputs::influxdb_listener {

using namespace write_endpoints;

namespace {

bool IsVerbose(const http::Request& request) {
  const std::string_view verbose = request.Parameter("verbose");
  return !verbose.empty() && verbose != "0" && verbose != "false";
}

// What the last two lines of InfluxDB 1's errors add: where the points were to go.
std::string PartialWriteMessage(const ParsedBody& parsed, const FieldRefusals& refusals) {
  if (!refusals.empty()) return fmt::format("partial write: {} dropped={}", refusals.reason, refusals.dropped);
  if (parsed.rows() == 0) return parsed.errors.Message();
  return fmt::format("partial write: {} dropped=0", parsed.errors.Message());
}

}  // namespace

/// The routes' state; lives as long as the server has them.
class InfluxDbListener::Endpoint : public std::enable_shared_from_this<Endpoint> {
 public:
  Endpoint(Options options, InputContext context)
      : options_(std::move(options)), intake_(std::make_shared<WriteIntake>(std::move(context))) {}

  Status AddRoutes(http::Server& server) {
    FIRN_TRY(AddRoute(server, WriteRoute(), AddRouteMode::kMustBeFree));
    FIRN_TRY(AddRoute(server, SimpleRoute("/query", kAuthorized, &Endpoint::Query), AddRouteMode::kFirstKeepsIt));
    FIRN_TRY(AddRoute(server, SimpleRoute("/ping", kOpen, &Endpoint::Ping), AddRouteMode::kFirstKeepsIt));
    return AddRoute(server, SimpleRoute("", kAuthorized, &Endpoint::NotFound), AddRouteMode::kFirstKeepsIt);
  }
  void Close() { intake_->Close(); }

 private:
  enum Access { kOpen, kAuthorized };
  using Answerer = http::Response (Endpoint::*)(const http::Request&) const;

  http::Route SimpleRoute(std::string path, Access access, Answerer answer) {
    http::Route route;
    route.path = std::move(path);
    route.max_body_bytes = 1 << 20;
    route.unknown_encoding_as_sent = true;
    route.check_head = [self = shared_from_this(),
                        access](const http::Request& request) -> std::optional<http::Response> {
      self->intake_->Count("requests");
      return access == kOpen ? std::nullopt : self->Refuse(request);
    };
    route.handler = [self = shared_from_this(), answer](const http::Request& request, const http::Responder& respond) {
      respond(((*self).*answer)(request));
    };
    return route;
  }

  http::Route WriteRoute() {
    http::Route route;
    route.path = "/write";
    route.max_body_bytes = options_.listener.max_body_bytes();
    route.unknown_encoding_as_sent = true;
    route.check_head = [self = shared_from_this()](const http::Request& request) -> std::optional<http::Response> {
      self->intake_->Count("requests");
      if (auto refused = self->Refuse(request)) return refused;
      return self->CheckDatabase(request);
    };
    route.refuse_body = [self = shared_from_this()](http::BodyError error, const http::Request&,
                                                    std::string_view detail) {
      return self->RefusedBody(error, detail);
    };
    route.handler = [self = shared_from_this()](http::Request request, const http::Responder& respond) {
      self->Write(std::move(request), respond);
    };
    return route;
  }

  bool imitates_influxdb() const { return options_.dialect == AnswerDialect::kInfluxDb; }

  http::Response RefusedBody(http::BodyError error, std::string_view detail) const {
    if (error != http::BodyError::kTooLarge) return ErrorAnswer(options_.dialect, 400, detail);
    intake_->Count("bodies_too_large");
    return ErrorAnswer(options_.dialect, 413, imitates_influxdb() ? "Request Entity Too Large" : detail);
  }

  // 401, or nothing for who may go on.
  std::optional<http::Response> Refuse(const http::Request& request) const {
    if (MayAsk(request)) return std::nullopt;
    intake_->Count("unauthorized");
    http::Response response = imitates_influxdb() ? ErrorAnswer(options_.dialect, 401, "authorization failed")
                                                  : PlainError(401, "Unauthorized");
    const std::string_view realm = imitates_influxdb() ? "InfluxDB" : "influxdb";
    response.headers.emplace_back("WWW-Authenticate", fmt::format("Basic realm=\"{}\"", realm));
    return response;
  }

  bool MayAsk(const http::Request& request) const {
    if (!options_.token_shared_secret.empty()) {
      return HoldsToken(request, options_.token_shared_secret.Reveal(), options_.token_username, intake_->clock());
    }
    if (options_.basic_username.empty() && options_.basic_password.empty()) return true;
    const auto credentials = ReadAuthorizationOrParameters(request);
    if (!credentials) return false;
    const bool user = EqualInConstantTime(credentials->user, options_.basic_username);
    return EqualInConstantTime(credentials->password, options_.basic_password.Reveal()) && user;
  }

  std::optional<http::Response> CheckDatabase(const http::Request& request) const {
    if (!imitates_influxdb()) return std::nullopt;
    const std::string db(request.Parameter("db"));
    if (db.empty()) return ErrorAnswer(options_.dialect, 400, "database is required");
    const auto& known = options_.databases;
    if (known.empty() || std::find(known.begin(), known.end(), db) != known.end()) return std::nullopt;
    return ErrorAnswer(options_.dialect, 404, fmt::format("database not found: \"{}\"", db));
  }

  http::Response Query(const http::Request&) const {
    return Answer(options_.dialect, 200,
                  imitates_influxdb() ? R"({"results":[{"statement_id":0}]})" : R"({"results":[]})");
  }
  http::Response Ping(const http::Request& request) const {
    if (!IsVerbose(request)) return Answer(options_.dialect, 204);
    return Answer(options_.dialect, 200, imitates_influxdb() ? R"({"version":"1.8.10"})" : R"({"version":"1.0"})");
  }
  http::Response NotFound(const http::Request&) const { return NotFoundAnswer(); }

  PushedBody PushedFrom(http::Request& request) const {
    const std::string rp(request.Parameter("rp"));
    PushedBody pushed;
    pushed.database = request.Parameter("db");
    pushed.precision_ns = PrecisionOfV1(request.Parameter("precision"));
    pushed.grammar = imitates_influxdb() ? LineGrammar::kInfluxDb : LineGrammar::kTelegraf;
    pushed.endpoint = fmt::format("/write?db={}&rp={}", pushed.database, rp);
    if (const auto credentials = ReadAuthorizationOrParameters(request)) pushed.user = credentials->user;
    if (!options_.database_tag.empty() && !pushed.database.empty()) {
      pushed.tags.emplace_back(options_.database_tag, pushed.database);
    }
    if (!options_.retention_policy_tag.empty() && !rp.empty())
      pushed.tags.emplace_back(options_.retention_policy_tag, rp);
    pushed.body = std::move(request.body);
    return pushed;
  }

  void Write(http::Request request, const http::Responder& respond) {
    ParsedBody parsed = intake_->Parse(PushedFrom(request));
    FieldRefusals refusals;
    if (imitates_influxdb()) refusals = field_types_.Apply(parsed.batches);
    WriteAnswers answers{Answer(options_.dialect, 204), [dialect = options_.dialect](int status, const Error& error) {
                           return ErrorAnswer(dialect, status, error.message());
                         }};
    if (!parsed.errors.empty() || !refusals.empty()) {
      answers.done =
          ErrorAnswer(options_.dialect, 400,
                      imitates_influxdb() ? PartialWriteMessage(parsed, refusals) : TelegrafMessage(parsed.errors));
    }
    if (refusals.changed) ReplaceText(parsed);
    intake_->Count("lines_rejected", refusals.dropped);
    intake_->Accept(std::move(parsed), std::move(answers), respond);
  }

  const Options options_;
  const std::shared_ptr<WriteIntake> intake_;
  FieldTypes field_types_;
};

InfluxDbListener::InfluxDbListener(Options options, InputContext context)
    : options_(std::move(options)), context_(std::move(context)) {}

InfluxDbListener::~InfluxDbListener() {
  Stop();
}

Result<std::unique_ptr<InfluxDbListener>> InfluxDbListener::Make(Options options, InputContext context) {
  return std::unique_ptr<InfluxDbListener>(new InfluxDbListener(std::move(options), std::move(context)));
}

Status InfluxDbListener::Start() {
  FIRN_ASSIGN(http::Server * server,
              context_.servers->ServerFor(MakeServerOptions(options_.service_address, options_.listener)));
  endpoint_ = std::make_shared<Endpoint>(options_, context_);
  FIRN_TRY(endpoint_->AddRoutes(*server).WithContext("inputs.influxdb_listener"));
  log::Info("inputs.influxdb_listener listens on {}", options_.service_address);
  return OkStatus();
}

void InfluxDbListener::Stop() {
  if (endpoint_) endpoint_->Close();
}

}  // namespace firn::inputs::influxdb_listener
