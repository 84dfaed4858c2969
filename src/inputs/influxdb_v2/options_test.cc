#include "inputs/influxdb_v2/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "config/document.h"
#include "inputs/influxdb_v2/influxdb_v2.h"
#include "shared_fixtures.h"

namespace firn::inputs::influxdb_v2 {
namespace {

using namespace std::chrono_literals;  // NOLINT
using ::testing::HasSubstr;

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The options of the first inputs.influxdb_v2 in a configuration, its timing resolved.
Options Load(const std::string& text) {
  config::Diagnostics diagnostics;
  const std::vector<config::SourceFile> files{{"telegraf.conf", text}};
  const config::Document document = config::LoadDocument(files, {}, diagnostics);
  for (const config::PluginTable* plugin : document.Of(config::Category::kInput)) {
    if (plugin->name != "influxdb_v2") continue;
    auto options = OptionsSchema().Bind(plugin->table, diagnostics);
    EXPECT_TRUE(options.ok()) << diagnostics.ToStatus().error().message();
    if (!options.ok()) break;
    const Status status = ResolveTiming(*options, plugin->input().interval, 10s);
    EXPECT_TRUE(status.ok()) << status.error().message();
    return *options;
  }
  ADD_FAILURE() << "no inputs.influxdb_v2";
  return {};
}

TEST(Options, TakeTheGuidesConfigurationsAsTheyStand) {
  const auto folder = firn::testing::SharedFolder() / "guide" / "conf";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "recorded cases are absent: set FIRN_SHARED";
  const Options method_a = Load(ReadFile(folder / "method_a_influxdb_v2.conf"));
  ASSERT_EQ(method_a.query.size(), 2U);
  EXPECT_EQ(method_a.interval, 1h);
  EXPECT_EQ(method_a.timeout, 30s);
  EXPECT_EQ(method_a.query[1].measurement, "memory_metrics");
  EXPECT_TRUE(CheckQueries(method_a).empty()) << "range and window are both one hour";

  const Options pipeline = Load(ReadFile(folder / "telegraf_pipeline.conf"));
  ASSERT_EQ(pipeline.query.size(), 3U);
  EXPECT_EQ(pipeline.timeout, 60s);
}

TEST(Options, TimingOfAnyTableHoldsForTheWholeInput) {
  Options options;
  options.query = {{"b", "x", "", {}, {}}, {"b", "y", "", 1h, 5s}};
  ASSERT_TRUE(ResolveTiming(options, std::nullopt, 10s).ok());
  EXPECT_EQ(options.interval, 1h);
  EXPECT_EQ(options.timeout, 5s);
  EXPECT_THAT(ResolveTiming(options, 2h, 10s).error().message(), HasSubstr("different values for 'interval'"));
  options.query[1] = options.query[0];
  options.timeout.reset();
  ASSERT_TRUE(ResolveTiming(options, std::nullopt, 10s).ok());
  EXPECT_EQ(options.interval, 10s);
  EXPECT_EQ(options.timeout, 30s);
}

TEST(ShardName, SurvivesEditsThatDoNotChangeWhatIsRead) {
  Options options;
  options.urls = {"http://a:8086"};
  QueryOptions query{"metrics", "from(bucket: v.bucket) |> range(start: -1h)", "cpu", {}, {}};
  const std::string name = ShardName(options, options.urls[0], query);
  EXPECT_THAT(name, HasSubstr("metrics-"));
  options.delay = 5min;
  options.urls = {"http://b:8086/"};
  query.query = "// hourly\nfrom(bucket:v.bucket)\n  |> range(start: -1h)\n";
  EXPECT_EQ(ShardName(options, options.urls[0], query), name);
  for (const auto& [text, measurement, bucket] :
       {std::tuple{"from(bucket: v.bucket) |> range(start: -2h)", "cpu", "metrics"},
        std::tuple{query.query.c_str(), "mem", "metrics"}, std::tuple{query.query.c_str(), "cpu", "other"}}) {
    EXPECT_NE(ShardName(options, options.urls[0], {bucket, text, measurement, {}, {}}), name);
  }
  options.urls.push_back("http://c:8086");
  EXPECT_NE(ShardName(options, options.urls[0], query), ShardName(options, options.urls[1], query));
}

TEST(DatabasesOf, AreTheBucketElseThoseThatTheQueryNames) {
  const auto of = [](const char* bucket, const char* text) { return DatabasesOf({bucket, text, "", {}, {}}); };
  using Names = std::vector<std::string>;
  EXPECT_EQ(of("b", "from(bucket: \"x\")"), Names{"b"});
  EXPECT_EQ(of("", "from(bucket: \"x\")"), Names{"x"});
  EXPECT_EQ(of("", "union(tables: [from(bucket: \"x\"), from(bucket: \"y\")])"), (Names{"x", "y"}));
  EXPECT_EQ(of("", "from(bucket: name)"), Names{});
}

TEST(SourceId, NamesServersAndOrganisationButNoSecret) {
  Options options;
  options.urls = {"http://a:8086/"};
  options.organization = "my-org";
  options.token = config::Secret("t0ken");
  EXPECT_EQ(SourceId(options), "influxdb_v2 http://a:8086 my-org");
}

}  // namespace
}  // namespace firn::inputs::influxdb_v2
