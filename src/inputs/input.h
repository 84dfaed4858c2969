#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"
#include "http/server.h"
#include "point/batch.h"

namespace firn::inputs {

/// Whose grammar a body was read by (line_protocol::Dialect); the numbers are stored in journals.
enum class LineGrammar : uint8_t { kFirn = 0, kInfluxDb = 1, kTelegraf = 2 };

/// A body as a client pushed it, with everything that its meaning depends on: what the journal keeps. Decoding it again
/// (DecodeBody) gives equal rows.
struct PushedBody {
  std::string source;  ///< id of the input
  std::string body;    ///< line protocol, after content decoding
  LineGrammar grammar = LineGrammar::kFirn;
  int64_t precision_ns = 1;  ///< unit of the times in the text
  int64_t arrival_ns = 0;    ///< time of lines that have none, already truncated to the precision
  std::string database;      ///< database or bucket, "" = none given
  std::vector<std::pair<std::string, std::string>>
      tags;  ///< added to each point (database_tag, bucket_tag); replace equal keys
  // What makes two bodies the same request, beside `body`:
  std::string endpoint;  ///< path and parameters that matter, without secrets
  std::string user;
  bool all_lines_timed = false;  ///< only such bodies are recognised as retries
};

/// Where listeners hand over. Thread-safe.
class PushSink {
 public:
  virtual ~PushSink() = default;
  /// Takes a body and the batches that it was parsed into. `done` is called exactly once, from any thread: OK = durable
  /// (or accepted before, within the retry window); kResourceExhausted = no room, answer 503 with Retry-After;
  /// kCancelled = stopping; anything else = answer 500.
  virtual void Accept(PushedBody body, std::vector<point::Batch> batches, std::function<void(Status)> done) = 0;
};

/// One position of a shard being pulled: its rows become visible all together or not at all. Destroyed without Finish,
/// they are discarded. One thread.
class PullTransaction {
 public:
  virtual ~PullTransaction() = default;
  /// Blocks while memory is short. kCancelled when stopping.
  virtual Status Write(std::vector<point::Batch> batches) = 0;
  virtual Status Finish() = 0;
};

/// Where pulling inputs hand over. Thread-safe.
class PullSink {
 public:
  virtual ~PullSink() = default;
  /// The highest finished position of the shard that was handed over (in this run or, durably, in an earlier one).
  virtual std::optional<int64_t> LastPosition(const std::string& shard) = 0;
  /// The lowest position above `position` up to which a part of some output already holds the shard (a table that was
  /// committed when the process ended before the others were): the next position must not go beyond it, or that part
  /// would take rows twice. Nothing when there is none.
  virtual std::optional<int64_t> NextHeldPosition(const std::string& shard, int64_t position) {
    (void)shard, (void)position;
    return std::nullopt;
  }
  /// Begins a position, higher than every one before. One open transaction a shard.
  virtual Result<std::unique_ptr<PullTransaction>> Begin(const std::string& shard, int64_t position) = 0;
};

/// Counters that every input keeps; shown by status lines and metrics. Thread-safe.
class InputCounters {
 public:
  virtual ~InputCounters() = default;
  /// e.g. ("rows_outside_window", 3), ("lines_rejected", 1), ("requests", 1).
  virtual void Add(std::string_view name, uint64_t count) = 0;
};

/// What the pipeline lends to an input; outlives it.
struct InputContext {
  std::string source;  ///< the input's id
  const Clock* clock = nullptr;
  http::ServerPool* servers = nullptr;
  http::Client* client = nullptr;
  PushSink* push = nullptr;
  PullSink* pull = nullptr;
  InputCounters* counters = nullptr;
};

/// An input that others push into. Routes are added in Start, before the servers run.
class ListeningInput {
 public:
  virtual ~ListeningInput() = default;
  virtual Status Start() = 0;
  /// No call to the sink begins after it returns.
  virtual void Stop() = 0;
};

/// An input that asks by schedule. The pipeline calls Gather every interval (aligned, as Telegraf's round_interval
/// does), never twice at a time, and once more at start when it has fallen behind.
class PollingInput {
 public:
  virtual ~PollingInput() = default;
  /// Does all that is due now, window by window. Retries within are its own; an error returned is logged and tried
  /// again at the next interval.
  virtual Status Gather(std::stop_token stop) = 0;
};

using AnyInput = std::variant<std::unique_ptr<ListeningInput>, std::unique_ptr<PollingInput>>;

/// The rows of a pushed body. Bad lines are skipped: they were answered when the body came.
std::vector<point::Batch> DecodeBody(const PushedBody& body);

}  // namespace firn::inputs
