#include "inputs/influxdb_v2/influxdb_v2.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "http/shown_url.h"
#include "inputs/influxdb_v2/back_off.h"
#include "inputs/influxdb_v2/query_facts.h"
#include "inputs/influxdb_v2/window_reader.h"
#include "inputs/influxdb_v2/windows.h"

namespace firn::inputs::influxdb_v2 {
namespace {

/// All queries at all URLs. kInvalidConfig when two would be one shard.
Result<std::vector<Target>> MakeTargets(const Options& options) {
  std::vector<Target> targets;
  for (const std::string& url : options.urls) {
    for (size_t i = 0; i < options.query.size(); ++i) {
      const QueryOptions& query = options.query[i];
      const std::vector<std::string> databases = DatabasesOf(query);
      targets.push_back({url, query, AnalyzeQuery(query.query), databases.size() == 1 ? databases.front() : "",
                         QueryName(query, i), ShardName(options, url, query)});
      const auto same = [&](const Target& other) { return other.shard == targets.back().shard; };
      if (std::count_if(targets.begin(), targets.end(), same) > 1) {
        return InvalidConfig("inputs.influxdb_v2: {} at {} stands here twice", targets.back().name,
                             http::ShownUrl(url));
      }
    }
  }
  return targets;
}

class InfluxdbV2 final : public PollingInput {
 public:
  InfluxdbV2(Options options, const InputContext& context, const Seams& seams, WindowPlan plan,
             std::vector<Target> targets)
      : options_(std::move(options)), context_(context), seams_(seams), plan_(plan), reader_(options_, context_) {
    for (Target& target : targets) queries_.push_back({std::move(target), std::nullopt, false});
  }

  /// One window of each query in turn, so that one that is far behind does not keep the others waiting.
  Status Gather(std::stop_token stop) override {
    for (Query& query : queries_) query.failed = false;
    std::optional<Error> first_error;
    std::string others;
    for (bool did_something = true; did_something;) {
      did_something = false;
      for (Query& query : queries_) {
        if (stop.stop_requested()) return Cancelled("stopping");
        if (query.failed) continue;
        const auto window = DueWindow(query);
        if (!window) continue;
        const Status status = ReadWithRetries(query.target, *window, stop);
        if (status.ok()) {
          did_something = true;
          continue;
        }
        if (status.error().kind() == ErrorKind::kCancelled) return status;
        query.failed = true;
        if (first_error) {
          others += "; " + status.error().message();
        } else {
          first_error = status.error();
        }
      }
    }
    if (!first_error) return OkStatus();
    return Error(first_error->kind(), first_error->message() + others);
  }

 private:
  struct Query {
    Target target;
    std::optional<int64_t> first_start;  // stays the same while the first window fails
    bool failed = false;                 // in this tick
  };

  std::optional<Window> DueWindow(Query& query) const {
    const int64_t now = context_.clock->NowNs();
    const std::string& shard = query.target.shard;
    const auto position = context_.pull->LastPosition(shard);
    if (!position && !query.first_start) query.first_start = plan_.StartAt(now);
    const int64_t start = position ? *position : *query.first_start;
    return plan_.Due(start, now, context_.pull->NextHeldPosition(shard, start));
  }

  Status ReadWithRetries(const Target& target, const Window& window, std::stop_token stop) {
    BackOff back_off(*seams_.random);
    while (true) {
      const Attempt attempt = reader_.Read(target, window, ReadFrom(target, window), stop);
      if (attempt.status.ok()) return CheckPosition(target, window);
      const auto wait = attempt.may_retry() ? back_off.Next(attempt.retry_after) : std::nullopt;
      if (!wait) return attempt.status;
      if (context_.counters != nullptr) context_.counters->Add("retries", 1);
      log::Warn("{}: {}; trying again in {} ms", context_.source, attempt.status.error().message(),
                std::chrono::duration_cast<std::chrono::milliseconds>(*wait).count());
      if (!seams_.sleeper->SleepFor(*wait, stop)) return Cancelled("stopping");
    }
  }

  /// Where reading begins: `overlap` before the window. Nothing before the first window was ever taken, so none is read
  /// again there.
  int64_t ReadFrom(const Target& target, const Window& window) const {
    if (!context_.pull->LastPosition(target.shard).has_value()) return window.start;
    int64_t from = 0;
    if (__builtin_sub_overflow(window.start, options_.overlap.count(), &from)) return window.start;
    return std::min(window.start, std::max(from, plan_.earliest()));
  }

  /// A window that was taken but does not count would be read for ever.
  Status CheckPosition(const Target& target, const Window& window) const {
    const auto position = context_.pull->LastPosition(target.shard);
    if (position && *position >= window.stop) return OkStatus();
    return Internal("{}: the window to {} was finished, but the position did not move", target.name,
                    FormatTime(window.stop));
  }

  Options options_;
  InputContext context_;
  Seams seams_;
  WindowPlan plan_;
  std::vector<Query> queries_;
  WindowReader reader_;
};

Status CheckOptions(const Options& options) {
  const std::chrono::nanoseconds zero{0};
  if (options.query.empty()) return InvalidConfig("inputs.influxdb_v2: no [[inputs.influxdb_v2.query]] is given");
  if (options.urls.empty()) return InvalidConfig("inputs.influxdb_v2: urls is empty");
  if (options.interval <= zero) return InvalidConfig("inputs.influxdb_v2: interval must be longer than 0");
  if (options.delay < zero) return InvalidConfig("inputs.influxdb_v2: delay must not be negative");
  if (options.overlap < zero) return InvalidConfig("inputs.influxdb_v2: overlap must not be negative");
  if (options.window_period.value_or(options.interval) <= zero) {
    return InvalidConfig("inputs.influxdb_v2: window_period must be longer than 0");
  }
  for (size_t i = 0; i < options.query.size(); ++i) {
    if (options.query[i].query.empty()) {
      return InvalidConfig("inputs.influxdb_v2: {} has no text", QueryName(options.query[i], i));
    }
  }
  return OkStatus();
}

}  // namespace

Result<std::unique_ptr<PollingInput>> MakeInput(Options options, const InputContext& context, const Seams& seams) {
  FIRN_TRY(CheckOptions(options));
  auto first = ParseFirstStart(options.start);
  if (!first.ok()) return first.error().WithContext("inputs.influxdb_v2");
  FIRN_ASSIGN(std::vector<Target> targets, MakeTargets(options));
  const WindowPlan plan(options.interval, options.delay, *first);
  return std::unique_ptr<PollingInput>(
      std::make_unique<InfluxdbV2>(std::move(options), context, seams, plan, std::move(targets)));
}

}  // namespace firn::inputs::influxdb_v2
