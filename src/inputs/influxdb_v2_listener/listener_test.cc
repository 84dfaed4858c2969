#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "config/common_options.h"
#include "config/toml.h"
#include "formats/compression/compression.h"
#include "inputs/influxdb_listener/influxdb_listener.h"
#include "inputs/influxdb_v2_listener/influxdb_v2_listener.h"
#include "inputs/write_endpoints/recording_sink.h"
#include "shared_fixtures.h"

namespace firn::inputs {
namespace {

using ::testing::HasSubstr;
using testing::ListenerSurroundings;
using ::testing::Not;
using write_endpoints::AnswerDialect;

// Both listeners on one port, v1 first, as in a configuration that names the same address twice.
class ListenerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    v1_options_.service_address = "127.0.0.1:0";
    v2_options_.service_address = "tcp://127.0.0.1:0";
  }
  void Start() {
    v1_ = std::move(influxdb_listener::InfluxDbListener::Make(v1_options_, around_.Context())).value();
    v2_ = std::move(influxdb_v2_listener::InfluxDbV2Listener::Make(v2_options_, around_.Context())).value();
    ASSERT_TRUE(v1_->Start().ok());
    ASSERT_TRUE(v2_->Start().ok());
    port_ = around_.StartServers();
  }
  http::Response Ask(const std::string& method, const std::string& path, std::string body = {},
                     http::Headers headers = {}) {
    http::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port_) + path;
    request.body = std::move(body);
    request.headers = std::move(headers);
    auto response = around_.client->Send(request);
    EXPECT_TRUE(response.ok()) << response.error().message();
    return response.ok() ? *response : http::Response{0, {}, {}};
  }
  http::Response Post(const std::string& path, std::string body, http::Headers headers = {}) {
    return Ask("POST", path, std::move(body), std::move(headers));
  }

  ListenerSurroundings around_;
  influxdb_listener::Options v1_options_;
  influxdb_v2_listener::Options v2_options_;
  std::unique_ptr<influxdb_listener::InfluxDbListener> v1_;
  std::unique_ptr<influxdb_v2_listener::InfluxDbV2Listener> v2_;
  uint16_t port_ = 0;
};

TEST_F(ListenerTest, TwoListenersShareAPort) {
  Start();
  EXPECT_EQ(Post("/write?db=d", "a v=1i 1\n").status, 204);
  EXPECT_EQ(Post("/api/v2/write?bucket=b", "b v=1i 1\n").status, 204);
  EXPECT_EQ(around_.sink.lines(), "a v=1i 1\nb v=1i 1\n");
  EXPECT_EQ(http::FindHeader(Ask("GET", "/ping").headers, "X-Influxdb-Version"), "1.0");
  EXPECT_THAT(Ask("GET", "/health").body, HasSubstr("\"status\":\"pass\""));
  EXPECT_EQ(Ask("GET", "/nosuch").status, 404);
}

TEST_F(ListenerTest, ASecondListenerOfTheSamePathIsRefused) {
  Start();
  auto again = std::move(influxdb_listener::InfluxDbListener::Make(v1_options_, around_.Context())).value();
  const Status status = again->Start();
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message(), HasSubstr("/write is served already"));
}

TEST_F(ListenerTest, DescribesABodyForTheJournalWithoutSecrets) {
  v2_options_.token = config::Secret("topsecret");
  Start();
  Post("/api/v2/write?bucket=b&org=o&precision=ms", "m v=1\n", {{"Authorization", "Bearer topsecret"}});
  Post("/write?db=d&rp=r&precision=s", "m v=1 1\n");
  const auto bodies = around_.sink.bodies();
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0].source, "under test");
  EXPECT_EQ(bodies[0].arrival_ns, 1'700'000'000'123'000'000);
  EXPECT_FALSE(bodies[0].all_lines_timed);
  EXPECT_EQ(bodies[0].database, "b");
  EXPECT_EQ(bodies[0].user.size(), 16U);
  EXPECT_EQ(bodies[0].endpoint, "/api/v2/write?bucket=b&org=o");
  EXPECT_EQ(bodies[1].arrival_ns, 1'700'000'000'000'000'000);
  EXPECT_TRUE(bodies[1].all_lines_timed);
  EXPECT_EQ(bodies[1].endpoint, "/write?db=d&rp=r");
  EXPECT_EQ(around_.sink.lines(), "m v=1 1700000000123000000\nm v=1 1000000000\n");
}

TEST_F(ListenerTest, TellsClientsToComeBackWhenThereIsNoRoom) {
  Start();
  around_.sink.set_result(ResourceExhausted("journal is full"));
  for (const char* path : {"/write", "/api/v2/write", "/api/v3/write_lp?db=d"}) {
    const http::Response full = Post(path, "m v=1 1\n");
    EXPECT_EQ(full.status, 503) << path;
    EXPECT_EQ(http::FindHeader(full.headers, "Retry-After"), "5") << path;
    EXPECT_THAT(full.body, HasSubstr("journal is full")) << path;
  }
  around_.sink.set_result(Internal("disk is gone"));
  EXPECT_EQ(Post("/write", "m v=1 1\n").status, 500);
  // A line that was refused does not hide that the others were not kept.
  EXPECT_EQ(Post("/write", "m v=1 1\nbad\n").status, 500);
  EXPECT_EQ(around_.sink.lines(), "");
}

TEST_F(ListenerTest, HandsNothingOverAfterStop) {
  Start();
  v1_->Stop();
  EXPECT_EQ(Post("/write", "m v=1 1\n").status, 503);
  EXPECT_EQ(around_.sink.lines(), "");
}

TEST_F(ListenerTest, RefusesBodiesThatAreTooLongPackedOrNot) {
  v1_options_.listener.max_body_size = 1000;
  v2_options_.listener.max_body_size = 1000;
  Start();
  const std::string lines(2'000, '\n');
  const std::string packed = compression::Encode(compression::Codec::kGzip, lines);
  const std::string cut = compression::Encode(compression::Codec::kGzip, "m v=1 1\n").substr(0, 20);
  for (const char* path : {"/write", "/api/v2/write", "/api/v3/write_lp?db=d"}) {
    EXPECT_EQ(Post(path, lines).status, 413) << path;
    EXPECT_EQ(Post(path, packed, {{"Content-Encoding", "gzip"}}).status, 413) << path;
    EXPECT_EQ(Post(path, cut, {{"Content-Encoding", "gzip"}}).status, 400) << path;
  }
  EXPECT_EQ(Post("/api/v2/write", lines).body,
            R"({"code":"invalid","maxLength":"1000","message":"http: request body too large"})");
  EXPECT_EQ(around_.counters.of("bodies_too_large"), 7U);
}

TEST_F(ListenerTest, AsksForBasicCredentialsOnV1) {
  v1_options_.basic_username = "u";
  v1_options_.basic_password = config::Secret("p");
  Start();
  const http::Response refused = Post("/write", "m v=1 1\n");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(http::FindHeader(refused.headers, "WWW-Authenticate"), "Basic realm=\"influxdb\"");
  EXPECT_EQ(Post("/write?u=u&p=x", "m v=1 1\n").status, 401);
  EXPECT_EQ(Post("/write?u=u&p=p", "m v=1 1\n").status, 204);
  EXPECT_EQ(Post("/write", "m v=1 1\n", {{"Authorization", "Token u:p"}}).status, 204);
  EXPECT_EQ(Post("/write", "m v=1 1\n", {{"Authorization", "Basic dTpw"}}).status, 204);
  EXPECT_EQ(Ask("GET", "/query?q=x").status, 401);
  EXPECT_EQ(Ask("GET", "/ping").status, 204);
  EXPECT_EQ(around_.counters.of("unauthorized"), 3U);
}

TEST_F(ListenerTest, CountsWhatItDoes) {
  Start();
  Post("/write", "m v=1 1\nbad\nm v=2 2\n");
  Post("/api/v2/write", "m v=1 1\nbad\n");
  EXPECT_EQ(around_.counters.of("requests"), 2U);
  EXPECT_EQ(around_.counters.of("lines_accepted"), 2U);
  EXPECT_EQ(around_.counters.of("lines_rejected"), 2U);
}

TEST_F(ListenerTest, ReadsBodiesByTelegrafsGrammarAndReplaysThemSo) {
  Start();
  EXPECT_EQ(Post("/write", "m,t=a,t=b v=1i\t1\r\n").status, 204);
  EXPECT_EQ(around_.sink.lines(), "m,t=b v=1i 1\n");
  EXPECT_EQ(around_.sink.replayed(), around_.sink.lines());
}

TEST_F(ListenerTest, V3KeepsGoodLinesNextToBadOnesUnlessToldNotTo) {
  Start();
  const http::Response partial = Post("/api/v3/write_lp?db=d&precision=second", "m v=1 1\nbad\nm v=2 2\n");
  EXPECT_EQ(partial.status, 400);
  EXPECT_EQ(partial.body,
            R"({"error":"partial write of line protocol occurred","data":[{"original_line":"bad","line_number":2,)"
            R"("error_message":"missing fields"}]})");
  EXPECT_EQ(around_.sink.lines(), "m v=1 1000000000\nm v=2 2000000000\n");
  const http::Response none = Post("/api/v3/write_lp?db=d&accept_partial=false", "m v=3 3\nbad\n");
  EXPECT_EQ(none.status, 400);
  EXPECT_THAT(none.body, HasSubstr(R"({"error":"line protocol parsing error","data":{"original_line":"bad",)"));
  EXPECT_THAT(around_.sink.lines(), Not(HasSubstr("v=3")));
  EXPECT_EQ(Post("/api/v3/write_lp?db=d&no_sync=true", "").status, 204);
}

TEST_F(ListenerTest, V3GuessesTheUnitOfEachTime) {
  Start();
  EXPECT_EQ(Post("/api/v3/write_lp?db=d", "m v=1 1700000000\nm v=2 1700000000000\nm v=3\n").status, 204);
  EXPECT_EQ(around_.sink.lines(), "m v=1 1700000000000000000\nm v=2 1700000000000000000\nm v=3 1700000000123456789\n");
  EXPECT_EQ(around_.sink.replayed(), around_.sink.lines());
}

TEST_F(ListenerTest, V3ChecksItsParameters) {
  v2_options_.token = config::Secret("t");
  Start();
  const http::Headers bearer = {{"Authorization", "Bearer t"}};
  EXPECT_EQ(Post("/api/v3/write_lp?db=d", "m v=1 1\n").status, 401);
  EXPECT_EQ(Post("/api/v3/write_lp", "m v=1 1\n", bearer).body, "missing query parameter 'db'\n");
  EXPECT_EQ(Post("/api/v3/write_lp?db=", "m v=1 1\n", bearer).body, "db name cannot be empty\n");
  EXPECT_EQ(Post("/api/v3/write_lp?db=d&precision=day", "m v=1 1\n", bearer).status, 400);
  EXPECT_EQ(Post("/api/v3/write_lp?db=d&accept_partial=perhaps", "m v=1 1\n", bearer).status, 400);
  EXPECT_EQ(Ask("GET", "/api/v3/write_lp?db=d", "", bearer).status, 405);
  for (const char* form : {"Bearer t", "Token t", "Basic dTp0"}) {
    EXPECT_EQ(Post("/api/v3/write_lp?db=d", "m v=1 1\n", {{"Authorization", form}}).status, 204) << form;
  }
}

TEST_F(ListenerTest, InfluxDbDialectServesTheFormsOf1xToo) {
  v1_options_.service_address = "localhost:0";  // a server of its own
  v2_options_.dialect = AnswerDialect::kInfluxDb;
  v2_options_.token = config::Secret("t");
  Start();
  EXPECT_EQ(Post("/write?db=d&u=any&p=t", "m v=1i 1\n").status, 204);
  EXPECT_EQ(Post("/query?q=CREATE+DATABASE+d&p=t", "").body, "{\"results\":[{\"statement_id\":0}]}\n");
  EXPECT_EQ(Ask("GET", "/api/v2/nosuch").status, 401);
  EXPECT_EQ(Ask("GET", "/api/v2/nosuch", "", {{"Authorization", "Token t"}}).status, 404);
  EXPECT_THAT(Ask("GET", "/health").body, HasSubstr("\"name\":\"influxdb\""));
}

template <typename Options>
Result<Options> BindSample(const config::Schema<Options>& schema, const std::string& plugin, const std::string& text) {
  config::Diagnostics diagnostics;
  const auto table = config::ParseToml(text, "sample.conf", diagnostics);
  if (!table) return InvalidConfig("the sample is not TOML");
  const config::Value* inputs = table->Find("inputs");
  const config::Value* array = inputs->table()->Find(plugin);
  return schema.Bind(*array->array()->values.front().table(), diagnostics);
}

std::string ReadSample(const std::string& plugin) {
  std::ifstream file(firn::testing::SourceFolder() / "src/inputs" / plugin / "sample.conf");
  std::ostringstream text;
  // With every option switched on, so that each of them is known to the schema.
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("  # ")) line.erase(2, 2);
    text << line << '\n';
  }
  return std::move(text).str();
}

TEST(ListenerOptions, TheSamplesBindWithEveryOptionSwitchedOn) {
  const auto v1 = BindSample(influxdb_listener::OptionsSchema(), "influxdb_listener", ReadSample("influxdb_listener"));
  ASSERT_TRUE(v1.ok()) << v1.error().message();
  EXPECT_EQ(v1->service_address, ":8186");
  EXPECT_EQ(v1->listener.max_body_size, 32U << 20);
  const auto v2 =
      BindSample(influxdb_v2_listener::OptionsSchema(), "influxdb_v2_listener", ReadSample("influxdb_v2_listener"));
  ASSERT_TRUE(v2.ok()) << v2.error().message();
  EXPECT_EQ(v2->listener.max_connections, 1024U);
}

TEST(ListenerOptions, ShortTimeoutsMeanTheDefaultAsInTelegraf) {
  write_endpoints::ListenerOptions options;
  options.read_timeout = std::chrono::milliseconds(999);
  options.write_timeout = std::chrono::seconds(3);
  const http::ServerOptions server = write_endpoints::MakeServerOptions(":1", options);
  EXPECT_EQ(server.read_timeout, std::chrono::seconds(10));
  EXPECT_EQ(server.write_timeout, std::chrono::seconds(3));
}

}  // namespace
}  // namespace firn::inputs
