#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "formats/influx_csv/cell_values.h"
#include "http/client.h"
#include "inputs/influxdb_v2/sleeper.h"
#include "inputs/influxdb_v2/windows.h"
#include "inputs/input.h"
#include "point/row.h"

// What the tests of this input stand on: a server that answers from a data set by the request's own `now` and `extern`,
// with failures on order, and a sink that keeps what was finished.

namespace firn::inputs::influxdb_v2 {

inline int64_t TimeOf(const nlohmann::json& text) {
  return influx_csv::TimeParser().Parse(text.get<std::string>()).value_or(INT64_MIN);
}

/// The bounds and the bucket that a request gives its query, read from the AST as Flux would.
struct RequestedWindow {
  int64_t now = 0, start = 0, stop = 0;
  std::string bucket, window_period;

  explicit RequestedWindow(const std::string& body) {
    const auto json = nlohmann::json::parse(body);
    now = TimeOf(json.at("now"));
    const auto& assignment = json.at("extern").at("body").at(0).at("assignment");
    EXPECT_EQ(assignment.at("id").at("name"), "v");
    for (const auto& property : assignment.at("init").at("properties")) {
      const std::string key = property.at("key").at("name");
      const auto& value = property.at("value");
      if (key == "bucket") bucket = value.at("value");
      if (key == "timeRangeStart") start = TimeOf(value.at("value"));
      if (key == "timeRangeStop") stop = TimeOf(value.at("value"));
      if (key == "windowPeriod") {
        window_period = fmt::format("{}{}", value.at("values").at(0).at("magnitude").get<int64_t>(),
                                    value.at("values").at(0).at("unit").get<std::string>());
      }
    }
  }
};

class FakeInfluxDb final : public http::Client {
 public:
  enum class Fault {
    kNone,
    kReset,
    kTimeout,
    kBusy,
    kErrorTable,
    kCutCleanly,
    kServerError,
    kBadRequest,
    kUnauthorized
  };

  std::map<int64_t, int> data;  ///< time → value of the field v
  std::deque<Fault> faults;     ///< of the next requests
  std::vector<http::ClientRequest> requests;
  std::optional<std::string> fixed_body;  ///< instead of the data
  int fixed_status = 200;
  int64_t reads_back_ns = 0;  ///< as range(start: -…): from now back; 0 = v.timeRangeStart
  std::function<void()> during_request;
  size_t piece = 100;

  Result<http::Response> Send(const http::ClientRequest&, std::stop_token) override { return Internal("not used"); }

  Status Stream(const http::ClientRequest& request, const std::function<Status(const http::Response& head)>& on_head,
                const std::function<Status(std::string_view chunk)>& on_body, std::stop_token stop) override {
    requests.push_back(request);
    if (during_request) during_request();
    if (stop.stop_requested()) return Cancelled("stopping");
    Fault fault = Fault::kNone;
    if (!faults.empty()) fault = faults.front(), faults.pop_front();
    http::Response head;
    head.status = fixed_status;
    std::string body = fixed_body ? *fixed_body : Answer(RequestedWindow(request.body));
    switch (fault) {
      case Fault::kTimeout:
        return Timeout("no answer");
      case Fault::kBusy:
        head = {503, {{"Retry-After", "7"}}, {}};
        body = R"({"code":"unavailable","message":"busy"})";
        break;
      case Fault::kServerError:
        head.status = 500, body = R"({"code":"internal error","message":"oops"})";
        break;
      case Fault::kBadRequest:
        head.status = 400, body = R"({"code":"invalid","message":"error @1:1"})";
        break;
      case Fault::kUnauthorized:
        head.status = 401, body = R"({"code":"unauthorized","message":"unauthorized access"})";
        break;
      case Fault::kErrorTable:
        body += "#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,died,\r\n";
        break;
      case Fault::kCutCleanly:
        body.resize(body.size() - 2);
        break;
      case Fault::kReset:
      case Fault::kNone:
        break;
    }
    FIRN_TRY(on_head(head));
    const size_t end = fault == Fault::kReset ? body.size() / 2 : body.size();
    for (size_t at = 0; at < end; at += piece) {
      const std::string chunk = body.substr(at, std::min(piece, end - at));
      FIRN_TRY(on_body(chunk));
    }
    return fault == Fault::kReset ? Status(Unavailable("connection reset")) : OkStatus();
  }

 private:
  std::string Answer(const RequestedWindow& window) const {
    std::string out =
        "#datatype,string,long,dateTime:RFC3339,string,string,string,long\r\n#group,false,false,false,true,true,true,"
        "false\r\n"
        "#default,_result,,,,,,\r\n,result,table,_time,_measurement,_field,host,_value\r\n";
    const int64_t from = reads_back_ns != 0 ? window.now - reads_back_ns : window.start;
    for (auto row = data.lower_bound(from); row != data.end() && row->first < window.stop; ++row) {
      out += fmt::format(",,0,{},cpu,v,a,{}\r\n", FormatTime(row->first), row->second);
    }
    return out + "\r\n";
  }
};

/// Keeps the rows of finished positions, as text, in order.
class FakeSink final : public PullSink {
 public:
  std::map<std::string, std::vector<std::pair<int64_t, std::string>>> finished;  ///< shard → (position, its rows)
  std::map<std::string, size_t> open;
  bool refuse_writes = false;
  size_t writes = 0;

  std::string AllRows() const {
    std::string all;
    for (const auto& [shard, positions] : finished) {
      for (const auto& [position, rows] : positions) all += rows;
    }
    return all;
  }

  std::optional<int64_t> LastPosition(const std::string& shard) override {
    const auto found = finished.find(shard);
    if (found == finished.end()) return std::nullopt;
    return found->second.back().first;
  }
  Result<std::unique_ptr<PullTransaction>> Begin(const std::string& shard, int64_t position) override {
    EXPECT_EQ(open[shard], 0U) << "two open transactions";
    EXPECT_LT(LastPosition(shard).value_or(INT64_MIN), position);
    ++open[shard];
    return std::unique_ptr<PullTransaction>(std::make_unique<Transaction>(*this, shard, position));
  }

 private:
  class Transaction final : public PullTransaction {
   public:
    Transaction(FakeSink& sink, std::string shard, int64_t position)
        : sink_(sink), shard_(std::move(shard)), position_(position) {}
    ~Transaction() override { --sink_.open[shard_]; }
    Status Write(std::vector<point::Batch> batches) override {
      if (sink_.refuse_writes) return Cancelled("stopping");
      ++sink_.writes;
      for (const point::Batch& batch : batches) {
        rows_ += (batch.only_if_absent ? "if absent: " : "") + point::ToText(batch);
      }
      return OkStatus();
    }
    Status Finish() override {
      sink_.finished[shard_].emplace_back(position_, rows_);
      return OkStatus();
    }

   private:
    FakeSink& sink_;
    std::string shard_;
    int64_t position_;
    std::string rows_;
  };
};

class FakeCounters final : public InputCounters {
 public:
  std::map<std::string, uint64_t, std::less<>> values;
  void Add(std::string_view name, uint64_t count) override { values[std::string(name)] += count; }
};

/// Lets fake time pass instead of waiting.
class FakeSleeper final : public Sleeper {
 public:
  explicit FakeSleeper(FakeClock& clock) : clock_(clock) {}
  std::vector<std::chrono::nanoseconds> slept;
  std::function<void()> during_sleep;
  bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) override {
    slept.push_back(duration);
    clock_.Advance(duration);
    if (during_sleep) during_sleep();
    return !stop.stop_requested();
  }

 private:
  FakeClock& clock_;
};

}  // namespace firn::inputs::influxdb_v2
