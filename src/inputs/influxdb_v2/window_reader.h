#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "inputs/influxdb_v2/options.h"
#include "inputs/influxdb_v2/query_facts.h"
#include "inputs/influxdb_v2/windows.h"
#include "inputs/input.h"

namespace firn::inputs::influxdb_v2 {

/// One query at one URL.
struct Target {
  std::string url;
  QueryOptions query;
  QueryFacts facts;
  std::string database;  ///< of its rows; "" = not known
  std::string name;      ///< as messages call it
  std::string shard;
};

/// How an attempt ended. `retry_after` is what the server asked for.
struct Attempt {
  Status status;
  std::optional<std::chrono::nanoseconds> retry_after;

  /// Another attempt at the same window may end otherwise.
  bool may_retry() const {
    return !status.ok() &&
           (status.error().kind() == ErrorKind::kUnavailable || status.error().kind() == ErrorKind::kTimeout);
  }
};

/// Reads windows: one request, its rows into one transaction while they arrive. The transaction is finished only when
/// the answer ended well: status 200, every row good, no error table, the closing empty line, no cut connection. Not
/// thread-safe.
class WindowReader {
 public:
  /// Both outlive the reader.
  WindowReader(const Options& options, const InputContext& context) : options_(options), context_(context) {}

  /// One attempt. `read_from` ≤ window.start: rows from there to the window are read again, and taken where the output
  /// does not hold them yet (Batch::only_if_absent). Errors carry the query's name and the window. kUnavailable,
  /// kTimeout: try again; kUnauthorized and kInvalidInput: the query, the token or the answer must change first; others
  /// come from the sink.
  Attempt Read(const Target& target, const Window& window, int64_t read_from, std::stop_token stop);

 private:
  class Exchange;

  const Options& options_;
  const InputContext& context_;
};

}  // namespace firn::inputs::influxdb_v2
