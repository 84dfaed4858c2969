#include "inputs/influxdb_v2/influxdb_v2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "base/log.h"
#include "inputs/influxdb_v2/fake_influxdb.h"
#include "shared_fixtures.h"

namespace firn::inputs::influxdb_v2 {
namespace {

using namespace std::chrono_literals;  // NOLINT
using ::testing::Each;
using ::testing::HasSubstr;
using Fault = FakeInfluxDb::Fault;

constexpr int64_t kMinute = 60'000'000'000;
constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kStart = 1'704'067'200 * kSecond;  // 2024-01-01

class InfluxdbV2Test : public ::testing::Test {
 protected:
  InfluxdbV2Test() {
    EXPECT_TRUE(log::InitLogging({.level = log::Level::kError, .format = log::Format::kText, .file = {}}).ok());
    options.organization = "my org";
    options.token = config::Secret("t0ken");
    options.interval = 10min;
    options.query = {{.bucket = "metrics",
                      .query = "from(bucket: v.bucket) |> range(start: v.timeRangeStart)",
                      .measurement = {},
                      .interval = {},
                      .timeout = {}}};
  }

  void MakeInputNow() {
    context = {"test", &clock, nullptr, &server, nullptr, &sink, &counters};
    auto made = MakeInput(options, context, {random.get(), &sleeper});
    ASSERT_TRUE(made.ok()) << made.error().message();
    input = std::move(made).value();
  }
  /// Gives "" or the error's message.
  std::string Gather() {
    const Status status = input->Gather(stop.get_token());
    return status.ok() ? "" : status.error().message();
  }
  std::string MakeError() {
    context = {"test", &clock, nullptr, &server, nullptr, &sink, &counters};
    auto made = MakeInput(options, context, {random.get(), &sleeper});
    return made.ok() ? "" : made.error().message();
  }
  RequestedWindow Requested(size_t i) const { return RequestedWindow(server.requests.at(i).body); }
  static std::string Row(int64_t time, int value) { return fmt::format("cpu{{host=a}} v={}i @{}\n", value, time); }

  Options options;
  FakeClock clock{kStart + 20 * kMinute + 30 * kSecond};
  FakeInfluxDb server;
  FakeSink sink;
  FakeCounters counters;
  FakeSleeper sleeper{clock};
  std::unique_ptr<Random> random = MakeSeededRandom(1);
  InputContext context;
  std::stop_source stop;
  std::unique_ptr<PollingInput> input;
};

TEST_F(InfluxdbV2Test, SendsTheQueryWithItsWindowAndTheToken) {
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  ASSERT_EQ(server.requests.size(), 1U);
  const http::ClientRequest& request = server.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "http://localhost:8086/api/v2/query?org=my%20org");
  EXPECT_EQ(http::FindHeader(request.headers, "authorization"), "Token t0ken");
  EXPECT_EQ(request.timeout, 30s);
  const auto json = nlohmann::json::parse(request.body);
  EXPECT_EQ(json.at("query"), options.query[0].query);
  EXPECT_EQ(json.at("now"), "2024-01-01T00:20:00Z");
  EXPECT_EQ(json.at("dialect").at("annotations"), nlohmann::json({"datatype", "group", "default"}));
  EXPECT_EQ(json.at("extern").at("type"), "File");
  EXPECT_EQ(json.at("extern").at("body").at(0).at("type"), "OptionStatement");
  const RequestedWindow window = Requested(0);
  EXPECT_EQ(window.start, kStart + 10 * kMinute);
  EXPECT_EQ(window.stop, kStart + 20 * kMinute);
  EXPECT_EQ(window.bucket, "metrics");
  EXPECT_EQ(window.window_period, "1m");
}

TEST_F(InfluxdbV2Test, WaitsForLateDataBeforeItAsks) {
  clock.JumpTo(kStart + 20 * kMinute + 30 * kSecond - 1);
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(Requested(0).stop, kStart + 10 * kMinute);
}

TEST_F(InfluxdbV2Test, CatchesUpWindowByWindowAfterDowntime) {
  for (int i = 0; i < 60; ++i) server.data[kStart + i * kMinute] = i;
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  clock.JumpTo(kStart + 60 * kMinute + 30 * kSecond);
  MakeInputNow();  // as after a restart
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(server.requests.size(), 5U);
  std::string expected;
  for (int i = 10; i < 60; ++i) expected += Row(kStart + i * kMinute, i);
  EXPECT_EQ(sink.AllRows(), expected);
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(server.requests.size(), 5U) << "nothing is due";
}

TEST_F(InfluxdbV2Test, BeginsWhereStartSays) {
  options.start = "2024-01-01T00:03:00Z";
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  ASSERT_EQ(server.requests.size(), 2U);
  EXPECT_EQ(Requested(0).start, kStart + 3 * kMinute);
  EXPECT_EQ(Requested(0).stop, kStart + 10 * kMinute);
  EXPECT_EQ(Requested(1).start, kStart + 10 * kMinute);
}

TEST_F(InfluxdbV2Test, KeepsTheFirstWindowsStartWhileItFails) {
  server.faults = {Fault::kBadRequest};
  MakeInputNow();
  EXPECT_THAT(Gather(), HasSubstr("error @1:1"));
  clock.Advance(10min);
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(Requested(1).start, kStart + 10 * kMinute);
  EXPECT_EQ(server.requests.size(), 3U);
}

TEST_F(InfluxdbV2Test, TakesAWindowOnlyWhenItsAnswerEndedWell) {
  for (int i = 0; i < 20; ++i) server.data[kStart + i * kMinute] = i;
  for (const Fault fault :
       {Fault::kReset, Fault::kTimeout, Fault::kErrorTable, Fault::kCutCleanly, Fault::kServerError}) {
    sink.finished.clear();
    server.faults = {fault, fault};
    MakeInputNow();
    EXPECT_EQ(Gather(), "") << static_cast<int>(fault);
    std::string expected;
    for (int i = 10; i < 20; ++i) expected += Row(kStart + i * kMinute, i);
    EXPECT_EQ(sink.AllRows(), expected);
    clock.JumpTo(kStart + 20 * kMinute + 30 * kSecond);
  }
  EXPECT_EQ(counters.values["retries"], 10U);
}

TEST_F(InfluxdbV2Test, WaitsLongerFromAttemptToAttemptAndGivesUpForTheTick) {
  server.faults = std::deque<Fault>(5, Fault::kReset);
  MakeInputNow();
  EXPECT_THAT(Gather(), HasSubstr("connection reset"));
  ASSERT_EQ(sleeper.slept.size(), 4U);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_LE(sleeper.slept[i], 1s * (1 << i));
    EXPECT_GE(sleeper.slept[i], 500ms * (1 << i));
  }
  EXPECT_EQ(Gather(), "") << "the next tick tries again";
}

TEST_F(InfluxdbV2Test, KeepsToTheServersRetryAfter) {
  server.faults = {Fault::kBusy};
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_THAT(sleeper.slept, ::testing::ElementsAre(7s));
}

TEST_F(InfluxdbV2Test, DoesNotRepeatWhatTheServerRefuses) {
  for (const auto& [fault, kind] : {std::pair{Fault::kBadRequest, ErrorKind::kInvalidInput},
                                    std::pair{Fault::kUnauthorized, ErrorKind::kUnauthorized}}) {
    server.faults = {fault};
    server.requests.clear();
    MakeInputNow();
    const Status status = input->Gather({});
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), kind);
    EXPECT_THAT(status.error().message(), HasSubstr("query 1 (bucket 'metrics')"));
    EXPECT_EQ(server.requests.size(), 1U);
  }
}

TEST_F(InfluxdbV2Test, OneFailingQueryHoldsBackNoOther) {
  options.query.push_back(options.query[0]);
  options.query[1].measurement = "other";
  server.faults = {Fault::kBadRequest};
  MakeInputNow();
  EXPECT_THAT(Gather(), HasSubstr("query 1"));
  EXPECT_EQ(sink.finished.size(), 1U);
}

TEST_F(InfluxdbV2Test, StopsWhileItWaits) {
  server.faults = std::deque<Fault>(5, Fault::kReset);
  sleeper.during_sleep = [&] { stop.request_stop(); };
  MakeInputNow();
  const Status status = input->Gather(stop.get_token());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(sleeper.slept.size(), 1U);
}

TEST_F(InfluxdbV2Test, DropsTheWindowWhenTheSinkIsStopping) {
  server.data[kStart + 11 * kMinute] = 1;
  sink.refuse_writes = true;
  MakeInputNow();
  EXPECT_THAT(Gather(), HasSubstr("stopping"));
  EXPECT_TRUE(sink.finished.empty());
}

TEST_F(InfluxdbV2Test, LeavesOutAndCountsRowsOutsideTheWindow) {
  for (int i = 0; i < 40; ++i) server.data[kStart + i * kMinute] = i;
  options.query[0].query = "from(bucket: \"metrics\") |> range(start: -1h)";
  server.reads_back_ns = 60 * kMinute;
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  clock.Advance(10min);
  EXPECT_EQ(Gather(), "");
  std::string expected;
  for (int i = 10; i < 30; ++i) expected += Row(kStart + i * kMinute, i);
  EXPECT_EQ(sink.AllRows(), expected);
  EXPECT_EQ(counters.values["rows_outside_window"], 30U);
  EXPECT_EQ(counters.values["rows"], 20U);
}

TEST_F(InfluxdbV2Test, TakesRowsThatTheQueryStampsItself) {
  server.data[kStart] = 1;
  options.query[0].query = "from(bucket: \"metrics\") |> range(start: -1h) |> aggregateWindow(every: 1h, fn: mean)";
  server.reads_back_ns = 60 * kMinute;
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(sink.AllRows(), Row(kStart, 1));
}

TEST_F(InfluxdbV2Test, StampsRowsWithoutAnyTimeWithTheWindowsStop) {
  server.fixed_body =
      "#datatype,string,long,string\r\n#group,false,false,false\r\n#default,_result,,\r\n,result,table,name\r\n,,0,"
      "b\r\n\r\n";
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(sink.AllRows(), fmt::format("influxdb_v2{{}} name=\"b\" @{}\n", kStart + 20 * kMinute));
}

TEST_F(InfluxdbV2Test, HandsOverLargeAnswersPieceByPiece) {
  for (int i = 0; i < 30'000; ++i) server.data[kStart + 10 * kMinute + i] = i;
  server.piece = 4'000;
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(sink.writes, 4U);
}

TEST_F(InfluxdbV2Test, OverlapReadsAgainWhatTheOutputShallJudge) {
  options.overlap = 4min;
  for (int i = 4; i < 30; i += 3) server.data[kStart + i * kMinute] = i;
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(Requested(0).start, kStart + 10 * kMinute) << "before the first window nothing was ever taken";
  sink.finished.begin()->second.back().second.clear();
  clock.Advance(10min);
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(Requested(1).start, kStart + 16 * kMinute);
  EXPECT_EQ(sink.AllRows(), "if absent: " + Row(kStart + 16 * kMinute, 16) + Row(kStart + 19 * kMinute, 19) +
                                Row(kStart + 22 * kMinute, 22) + Row(kStart + 25 * kMinute, 25) +
                                Row(kStart + 28 * kMinute, 28));
}

TEST_F(InfluxdbV2Test, OverlapDoesNotReachBehindTheStartThatIsConfigured) {
  options.overlap = 1h;
  options.start = "2024-01-01T00:05:00Z";
  MakeInputNow();
  EXPECT_EQ(Gather(), "");
  EXPECT_EQ(Requested(0).start, kStart + 5 * kMinute);
  EXPECT_EQ(Requested(1).start, kStart + 5 * kMinute);
  EXPECT_EQ(Requested(1).stop, kStart + 20 * kMinute);
}

TEST_F(InfluxdbV2Test, RefusesOptionsThatCannotWork) {
  options.query.push_back(options.query[0]);
  options.query[1].query = "from( bucket:v.bucket )\n|> range(start: v.timeRangeStart) // the same";
  EXPECT_THAT(MakeError(), HasSubstr("query 2 (bucket 'metrics') at http://localhost:8086 stands here twice"));
  options.query.clear();
  EXPECT_THAT(MakeError(), HasSubstr("no [[inputs.influxdb_v2.query]]"));
  options.query = {{"b", "from()", "", {}, {}}};
  options.start = "yesterday";
  EXPECT_THAT(MakeError(), HasSubstr("start: expected a time"));
}

// Random downtime, restarts, delays of data and failures of every kind: each row is taken exactly once, whatever
// happens, as long as it was there when its window's delay had passed.
TEST_F(InfluxdbV2Test, TilesUnderRandomDowntimeDelaysAndFailures) {
  constexpr Fault kFaults[] = {Fault::kReset,      Fault::kTimeout,     Fault::kBusy,       Fault::kErrorTable,
                               Fault::kCutCleanly, Fault::kServerError, Fault::kBadRequest, Fault::kUnauthorized};
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    auto dice = MakeSeededRandom(seed);
    server = FakeInfluxDb();
    sink = FakeSink();
    server.piece = 1 + dice->Below(300);
    server.reads_back_ns = dice->Below(2) == 0 ? 0 : static_cast<int64_t>(10 + dice->Below(60)) * kMinute;
    options.start = "2024-01-01T00:00:00Z";
    clock.JumpTo(kStart + static_cast<int64_t>(dice->Below(100)) * kMinute);
    std::map<int64_t, int> coming;  // row's time → value; visible up to `delay` later
    int next_value = 0;
    for (int64_t t = kStart; t < kStart + 600 * kMinute;) {
      coming[t] = next_value++;
      t += 1 + static_cast<int64_t>(dice->Below(4 * kMinute));
    }
    server.during_request = [&] {
      const int64_t visible = clock.NowNs() - static_cast<int64_t>(dice->Below(30 * kSecond + 1));
      server.data.insert(coming.begin(), coming.upper_bound(visible));
    };
    MakeInputNow();
    while (clock.NowNs() < kStart + 640 * kMinute) {
      for (uint64_t i = dice->Below(8); i > 0; --i) server.faults.push_back(kFaults[dice->Below(std::size(kFaults))]);
      (void)input->Gather({});
      clock.Advance(std::chrono::seconds(dice->Below(dice->Below(5) == 0 ? 20'000 : 900)));
      if (dice->Below(4) == 0) MakeInputNow();
    }
    server.faults.clear();
    EXPECT_EQ(Gather(), "");
    std::string expected;
    for (const auto& [time, value] : coming) expected += Row(time, value);
    ASSERT_EQ(sink.AllRows(), expected) << "seed " << seed;
    int64_t position = 0;
    for (const auto& [stop_ns, rows] : sink.finished.begin()->second) {
      EXPECT_EQ(stop_ns % (10 * kMinute), 0);
      EXPECT_TRUE(position == 0 || stop_ns == position + 10 * kMinute);
      position = stop_ns;
    }
  }
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_F(InfluxdbV2Test, MakesOfEachRecordedAnswerRowsOrAnErrorThatSaysWhatToDo) {
  const auto flux = firn::testing::FixtureFolder("influxdb2/flux");
  FIRN_SKIP_WITHOUT_FIXTURES(flux);
  size_t agree = 0;
  size_t differ = 0;
  for (const auto& folder : std::filesystem::directory_iterator(flux)) {
    const std::string name = folder.path().filename();
    const std::string body = ReadFile(folder.path() / "response.body");
    // These answers are not of a dialect that this input asks for.
    if (name.starts_with("dialect_no_header") || name == "dialect_tab") continue;
    server = FakeInfluxDb();
    server.fixed_body = body;
    server.fixed_status = std::stoi(ReadFile(folder.path() / "response.headers").substr(9, 3));
    sink = FakeSink();
    clock.JumpTo(kStart + 20 * kMinute + 30 * kSecond);
    MakeInputNow();
    const Status status = input->Gather({});
    const bool retried = server.requests.size() > 1;
    bool good = false;
    if (server.fixed_status == 200 && !name.starts_with("error_")) {
      good = status.ok();
    } else if (!status.ok() && sink.finished.empty()) {
      const auto json = nlohmann::json::parse(body, nullptr, false);
      const std::string message = json.is_object() ? json["message"].get<std::string>() : "schema collision";
      good = status.error().message().find(message) != std::string::npos &&
             retried == (server.fixed_status == 200 || server.fixed_status >= 500) &&
             (status.error().kind() == ErrorKind::kUnauthorized) == (server.fixed_status == 401);
    }
    good ? ++agree : ++differ;
    EXPECT_TRUE(good) << name << ": " << (status.ok() ? "ok" : status.error().message());
  }
  std::cout << fmt::format("[conformance] influxdb2/flux through the input: {} agree, 0 differ on purpose, {} differ\n",
                           agree, differ);
}

}  // namespace
}  // namespace firn::inputs::influxdb_v2
