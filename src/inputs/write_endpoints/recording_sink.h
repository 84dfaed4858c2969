#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "formats/line_protocol/writer.h"
#include "inputs/input.h"

/// For tests: what a pipeline lends to a listener, kept in memory.

namespace firn::inputs::testing {

/// Takes every body, remembers rows as lines in order of arrival, and answers with `result`.
class RecordingSink final : public PushSink {
 public:
  void Accept(PushedBody body, std::vector<point::Batch> batches, std::function<void(Status)> done) override {
    {
      const std::lock_guard lock(mutex_);
      if (result_.ok()) {
        line_protocol::WriterOptions options;
        options.field_order = line_protocol::FieldOrder::kSorted;
        options.unsigned_integers = true;
        line_protocol::WriteReport report;
        for (const point::Batch& batch : batches) line_protocol::WriteBatch(batch, options, lines_, report);
        for (const point::Batch& batch : DecodeBody(body)) line_protocol::WriteBatch(batch, options, replayed_, report);
        bodies_.push_back(std::move(body));
      }
    }
    done(result_);
  }

  std::string lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// The same rows as a replay of the journal would give them.
  std::string replayed() const {
    const std::lock_guard lock(mutex_);
    return replayed_;
  }
  std::vector<PushedBody> bodies() const {
    const std::lock_guard lock(mutex_);
    return bodies_;
  }
  void set_result(Status result) { result_ = std::move(result); }

 private:
  mutable std::mutex mutex_;
  Status result_;
  std::string lines_;
  std::string replayed_;
  std::vector<PushedBody> bodies_;
};

class MapCounters final : public InputCounters {
 public:
  void Add(std::string_view name, uint64_t count) override {
    const std::lock_guard lock(mutex_);
    counts_[std::string(name)] += count;
  }
  uint64_t of(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(name);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, uint64_t> counts_;
};

/// Sink, counters, clock, servers and client of one listener on a port of its own.
struct ListenerSurroundings {
  FakeClock clock{1'700'000'000'123'456'789};
  http::ServerPool servers;
  std::unique_ptr<http::Client> client = http::MakeClient();
  RecordingSink sink;
  MapCounters counters;

  InputContext Context() {
    InputContext context;
    context.source = "under test";
    context.clock = &clock;
    context.servers = &servers;
    context.client = client.get();
    context.push = &sink;
    context.counters = &counters;
    return context;
  }
  /// The server of 127.0.0.1:0; call after the listener's Start.
  uint16_t StartServers() {
    http::ServerOptions options;
    options.address = "127.0.0.1:0";
    servers.StartAll();
    return (*servers.ServerFor(options))->port();
  }
  ~ListenerSurroundings() { servers.StopAll(std::chrono::seconds(5)); }
};

}  // namespace firn::inputs::testing
