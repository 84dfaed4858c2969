#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/schema.h"
#include "config/secret.h"

namespace firn::inputs::influxdb_v2 {

/// One `[[inputs.influxdb_v2.query]]`.
struct QueryOptions {
  std::string bucket;       ///< `v.bucket` of the query, and the database of its rows (see DatabasesOf)
  std::string query;        ///< Flux
  std::string measurement;  ///< name of the rows; "" = `_measurement`
  // TOML puts lines below the last [[…query]] into it; they hold for the whole input (see ResolveTiming).
  std::optional<std::chrono::nanoseconds> interval;
  std::optional<std::chrono::nanoseconds> timeout;
};

/// `[[inputs.influxdb_v2]]`.
struct Options {
  std::vector<std::string> urls{"http://localhost:8086"};  ///< each one is read
  config::Secret token;
  std::string organization;  ///< name of the organisation
  std::vector<QueryOptions> query;

  std::optional<std::chrono::nanoseconds> timeout;           ///< of one query, from request to last byte; default 30 s
  std::chrono::nanoseconds delay{std::chrono::seconds(30)};  ///< a window is asked for so long after its end
  std::chrono::nanoseconds overlap{0};                       ///< each window reads back so far for late rows
  std::string start;  ///< of the first window: RFC 3339 or a duration back; "" = one window back
  std::optional<std::chrono::nanoseconds> window_period;  ///< `v.windowPeriod`; default 1 min, at most the window

  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string tls_server_name;
  bool insecure_skip_verify = false;
  std::string http_proxy_url;

  /// The length of a window. Every input has the option `interval`, so it is bound elsewhere and put here by
  /// ResolveTiming.
  std::chrono::nanoseconds interval{0};
};

/// Binds all options but `interval` and the others that every input has.
config::Schema<Options> OptionsSchema();

/// Sets `interval` and `timeout`: what the input says (`written`: its own `interval`), else what a query table says,
/// else `agent_interval` and 30 s. kInvalidConfig when two places disagree.
Status ResolveTiming(Options& options, std::optional<std::chrono::nanoseconds> written,
                     std::chrono::nanoseconds agent_interval);

/// The id of the source where the config gives no alias: plugin, URLs and organisation; no secrets.
std::string SourceId(const Options& options);

/// The name of a query's shard at one URL. It depends on what is read only: bucket, measurement and the query's tokens,
/// so that comments, layout, the order of queries and all tuning may change without losing the position. The URL counts
/// only where there are several, so that a server may move.
std::string ShardName(const Options& options, const std::string& url, const QueryOptions& query);

/// Where a query's rows come from, as far as the configuration tells: its bucket, else the buckets that its text names.
/// One = the database of its rows; else they have none.
std::vector<std::string> DatabasesOf(const QueryOptions& query);

/// What a message calls a query: its measurement, else its number (from 1) and bucket. `index` counts from 0.
std::string QueryName(const QueryOptions& query, size_t index);

}  // namespace firn::inputs::influxdb_v2
