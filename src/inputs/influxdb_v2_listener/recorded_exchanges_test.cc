// Plays recorded exchanges against the listeners: those of Telegraf's listeners, and those of an InfluxDB 2 server
// against the dialect "influxdb". Status and body must be equal, and what was kept must be what the recorder kept.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "inputs/influxdb_listener/influxdb_listener.h"
#include "inputs/influxdb_v2_listener/influxdb_v2_listener.h"
#include "inputs/write_endpoints/credentials.h"
#include "inputs/write_endpoints/recording_sink.h"
#include "shared_fixtures.h"

namespace firn::inputs {
namespace {

using nlohmann::json;
using testing::ListenerSurroundings;
namespace fs = std::filesystem;

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::vector<fs::path> FoldersOf(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

struct Counts {
  int agreed = 0;
  int on_purpose = 0;
  int differ = 0;
  void Print(std::string_view folder) const {
    std::cout << "[conformance] " << folder << ": " << agreed << " agree, " << on_purpose << " differ on purpose, "
              << differ << " differ\n";
  }
};

// `key = "value"` of a recorded configuration; the whole language is the configuration's business.
std::string OptionOf(const std::string& conf, const std::string& key) {
  const size_t at = conf.find("  " + key + " = \"");
  if (at == std::string::npos) return {};
  const size_t from = at + key.size() + 6;
  return conf.substr(from, conf.find('"', from) - from);
}

Result<http::Response> Play(http::Client& client, uint16_t port, const json& request, std::string body) {
  http::ClientRequest sent;
  sent.method = request.at("method").get<std::string>();
  sent.url = "http://127.0.0.1:" + std::to_string(port) + request.at("path").get<std::string>();
  for (const auto& [name, value] : request.at("headers").items())
    sent.headers.emplace_back(name, value.get<std::string>());
  sent.body = std::move(body);
  return client.Send(sent);
}

std::string BodyOf(const json& request) {
  if (request.contains("body_base64")) {
    return write_endpoints::DecodeBase64(request["body_base64"].get<std::string>()).value_or("not base64");
  }
  return request.value("body", std::string());
}

std::unique_ptr<ListeningInput> MakeListener(const std::string& conf, InputContext context) {
  if (conf.find("[[inputs.influxdb_v2_listener]]") != std::string::npos) {
    influxdb_v2_listener::Options options;
    options.service_address = "127.0.0.1:0";
    options.bucket_tag = OptionOf(conf, "bucket_tag");
    options.token = config::Secret(OptionOf(conf, "token"));
    return std::move(influxdb_v2_listener::InfluxDbV2Listener::Make(options, std::move(context))).value();
  }
  influxdb_listener::Options options;
  options.service_address = "127.0.0.1:0";
  options.database_tag = OptionOf(conf, "database_tag");
  options.retention_policy_tag = OptionOf(conf, "retention_policy_tag");
  options.basic_username = OptionOf(conf, "basic_username");
  options.basic_password = config::Secret(OptionOf(conf, "basic_password"));
  return std::move(influxdb_listener::InfluxDbListener::Make(options, std::move(context))).value();
}

TEST(RecordedExchanges, TelegrafsListenersAgree) {
  const fs::path folder = firn::testing::FixtureFolder("telegraf/inputs.influxdb_listeners");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  Counts exchanges;
  Counts outputs;
  for (const fs::path& path : FoldersOf(folder)) {
    const json recorded = json::parse(ReadFile(path / "case.json"));
    ListenerSurroundings surroundings;
    auto listener = MakeListener(ReadFile(path / "telegraf.conf"), surroundings.Context());
    ASSERT_TRUE(listener->Start().ok());
    const uint16_t port = surroundings.StartServers();
    for (const json& request : recorded.at("requests")) {
      const auto response = Play(*surroundings.client, port, request, BodyOf(request));
      ASSERT_TRUE(response.ok()) << response.error().message();
      const json& expected = request.at("response");
      const std::string body = expected.at("body").get<std::string>();
      const bool is_clock = body.find("\"started\"") != std::string::npos;  // times of the recording
      const bool same =
          response->status == expected.at("status").get<int>() &&
          (is_clock ? response->body.find("\"status\":\"ready\"") != std::string::npos : response->body == body);
      ++(same ? exchanges.agreed : exchanges.differ);
      EXPECT_TRUE(same) << path.filename() << " " << request.at("path") << "\n  expected " << expected.at("status")
                        << " " << body << "\n  got      " << response->status << " " << response->body;
      for (const auto& [name, value] : expected.at("headers").items()) {
        if (name == "Date") continue;
        EXPECT_EQ(http::FindHeader(response->headers, name).empty(), false) << path.filename() << " lacks " << name;
      }
    }
    const bool kept = surroundings.sink.lines() == ReadFile(path / "expected.out");
    ++(kept ? outputs.agreed : outputs.differ);
    EXPECT_EQ(surroundings.sink.lines(), ReadFile(path / "expected.out")) << path.filename();
    EXPECT_EQ(surroundings.sink.replayed(), surroundings.sink.lines()) << path.filename();
    listener->Stop();
  }
  exchanges.Print("telegraf/inputs.influxdb_listeners (exchanges)");
  outputs.Print("telegraf/inputs.influxdb_listeners (outputs)");
  EXPECT_GT(exchanges.agreed, 0);
}

TEST(RecordedExchanges, InfluxDb2sWriteEndpointsAgree) {
  const fs::path folder = firn::testing::FixtureFolder("influxdb2/write");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  ListenerSurroundings surroundings;
  influxdb_v2_listener::Options options;
  options.service_address = "127.0.0.1:0";
  options.dialect = write_endpoints::AnswerDialect::kInfluxDb;
  options.organizations = {"firn-org"};
  options.buckets = {"scratch", "mixed"};
  options.token = config::Secret("firn-admin-token-0001");
  auto listener = std::move(influxdb_v2_listener::InfluxDbV2Listener::Make(options, surroundings.Context())).value();
  ASSERT_TRUE(listener->Start().ok());
  const uint16_t port = surroundings.StartServers();
  // The order of the recording: what succeeds came first and taught the server the types of fields.
  std::vector<fs::path> folders = FoldersOf(folder);
  std::stable_partition(folders.begin(), folders.end(), [](const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with("ok") || name == "v1_write_ok";
  });
  Counts counts;
  for (const fs::path& path : folders) {
    const json request = json::parse(ReadFile(path / "request.json"));
    const auto response = Play(*surroundings.client, port, request, ReadFile(path / "request.body"));
    ASSERT_TRUE(response.ok()) << response.error().message();
    const std::string head = ReadFile(path / "response.headers");
    const int status = std::stoi(head.substr(head.find(' ') + 1, 3));
    const std::string body = ReadFile(path / "response.body");
    const bool same = response->status == status && response->body == body;
    ++(same ? counts.agreed : counts.differ);
    EXPECT_TRUE(same) << path.filename() << "\n  expected " << status << " " << body << "\n  got      "
                      << response->status << " " << response->body;
    for (const char* name : {"Content-Type", "X-Platform-Error-Code", "X-Influxdb-Version", "X-Influxdb-Build"}) {
      const std::string line = std::string(name) + ": " + std::string(http::FindHeader(response->headers, name));
      const bool recorded = head.find(std::string(name) + ": ") != std::string::npos;
      EXPECT_EQ(recorded, !http::FindHeader(response->headers, name).empty()) << path.filename() << " " << name;
      EXPECT_TRUE(!recorded || head.find(line) != std::string::npos) << path.filename() << " " << line;
    }
  }
  counts.Print("influxdb2/write");
  EXPECT_EQ(surroundings.sink.replayed(), surroundings.sink.lines());
  EXPECT_GT(counts.agreed, 0);
}

TEST(RecordedExchanges, InfluxDb1sWriteEndpointAgrees) {
  const fs::path folder = firn::testing::FixtureFolder("influxdb1");
  FIRN_SKIP_WITHOUT_FIXTURES(folder);
  ListenerSurroundings surroundings;
  influxdb_listener::Options options;
  options.service_address = "127.0.0.1:0";
  options.dialect = write_endpoints::AnswerDialect::kInfluxDb;
  options.databases = {"mixed"};
  auto listener = std::move(influxdb_listener::InfluxDbListener::Make(options, surroundings.Context())).value();
  ASSERT_TRUE(listener->Start().ok());
  const uint16_t port = surroundings.StartServers();
  std::vector<fs::path> folders = FoldersOf(folder);
  std::erase_if(folders, [](const fs::path& path) {
    const std::string name = path.filename().string();
    return !name.starts_with("write_") && name != "ping" && name != "create_database";
  });
  // The recording's order: write_precision_s came before write_type_conflict, as it does here.
  const std::vector<std::string> on_purpose = {
      "write_unsigned_error",  // 1.x is built without unsigned integers; they are taken here
  };
  Counts counts;
  for (const fs::path& path : folders) {
    const json request = json::parse(ReadFile(path / "request.json"));
    const auto response = Play(*surroundings.client, port, request, ReadFile(path / "request.body"));
    ASSERT_TRUE(response.ok()) << response.error().message();
    const std::string head = ReadFile(path / "response.headers");
    const int status = std::stoi(head.substr(head.find(' ') + 1, 3));
    const bool same = response->status == status && response->body == ReadFile(path / "response.body");
    if (std::find(on_purpose.begin(), on_purpose.end(), path.filename()) != on_purpose.end()) {
      ++counts.on_purpose;
      continue;
    }
    ++(same ? counts.agreed : counts.differ);
    EXPECT_TRUE(same) << path.filename() << "\n  got " << response->status << " " << response->body;
  }
  counts.Print("influxdb1 (write, ping, create_database)");
  EXPECT_EQ(surroundings.sink.replayed(), surroundings.sink.lines());
}

}  // namespace
}  // namespace firn::inputs
