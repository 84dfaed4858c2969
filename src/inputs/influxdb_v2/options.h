#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace firn::inputs::influxdb_v2 {

/// One `[[inputs.influxdb_v2.query]]`.
struct QueryOptions {
  std::string bucket;       ///< `v.bucket` of the query, and the database of its rows
  std::string query;        ///< Flux
  std::string measurement;  ///< name of the rows; "" = `_measurement`
  // TOML puts lines below the last [[…query]] into it; they hold for the whole input (see MoveTimingUp).
  std::chrono::nanoseconds interval{0};
  std::chrono::nanoseconds timeout{0};
};

/// `[[inputs.influxdb_v2]]`. Zero durations mean "not given".
struct Options {
  std::vector<std::string> urls{"http://localhost:8086"};  ///< each one is read
  std::string token;                                       ///< secret
  std::string organization;                                ///< name of the organisation
  std::vector<QueryOptions> queries;

  std::chrono::nanoseconds interval{0};  ///< length of a window; who makes the input puts the agent's here if not given
  std::chrono::nanoseconds timeout{0};   ///< of one query; default 30 s
  std::chrono::nanoseconds delay{std::chrono::seconds(30)};  ///< a window is asked for so long after its end
  std::chrono::nanoseconds overlap{0};                       ///< each window reads back so far for late rows
  std::string start;  ///< of the first window: RFC 3339 or a duration back; "" = one window back
  std::chrono::nanoseconds window_period{0};  ///< `v.windowPeriod`; default 1 min, at most the window

  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_server_name;
  bool insecure_skip_verify = false;
  std::string http_proxy_url;
};

/// Lets `interval` and `timeout` of query tables hold for the whole input. kInvalidConfig when two disagree.
Status MoveTimingUp(Options& options);

/// The id of the source where the config gives no alias: plugin, URLs and organisation; no secrets.
std::string SourceId(const Options& options);

/// The name of a query's shard at one URL. It depends on what is read only: bucket, measurement and the query's tokens,
/// so that comments, layout, the order of queries and all tuning may change without losing the position.
std::string ShardName(const Options& options, const std::string& url, const QueryOptions& query);

/// What a message calls the query: its measurement, else its number and bucket. `index` counts from 0.
std::string QueryName(const QueryOptions& query, size_t index);

}  // namespace firn::inputs::influxdb_v2
