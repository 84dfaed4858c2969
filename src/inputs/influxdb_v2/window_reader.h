#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "inputs/influxdb_v2/existing_rows.h"
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
  std::string name;  ///< as messages call it
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
  /// All outlive the reader. `existing_rows` may be null when there is no overlap.
  WindowReader(const Options& options, const InputContext& context, ExistingRows* existing_rows)
      : options_(options), context_(context), existing_rows_(existing_rows) {}

  /// One attempt. Errors carry the query's name and the window. kUnavailable, kTimeout: try again; kUnauthorized and
  /// kInvalidInput: the query, the token or the answer must change first; others come from the sink.
  Attempt Read(const Target& target, const Window& window, std::stop_token stop);

 private:
  class Exchange;

  const Options& options_;
  const InputContext& context_;
  ExistingRows* existing_rows_;
};

}  // namespace firn::inputs::influxdb_v2
