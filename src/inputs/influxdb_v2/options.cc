#include "inputs/influxdb_v2/options.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "http/shown_url.h"
#include "inputs/influxdb_v2/query_facts.h"

namespace firn::inputs::influxdb_v2 {
namespace {

using Duration = std::optional<std::chrono::nanoseconds>;

/// Lets `candidate` decide where nothing has decided yet.
Status Settle(Duration& value, const Duration& candidate, std::string_view option) {
  if (!candidate || value == candidate) return OkStatus();
  if (value) {
    return InvalidConfig(
        "two tables of one inputs.influxdb_v2 give different values for '{}', which holds for the whole input", option);
  }
  value = candidate;
  return OkStatus();
}

std::string ShortDigest(std::string_view text) {
  const Digest128 digest = ContentDigest(text);
  return ToHex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size())).substr(0, 16);
}

/// A password that changes makes no other server of it.
std::string NameOf(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return http::ShownUrl(url);
}

config::Schema<QueryOptions> QuerySchema() {
  using T = QueryOptions;
  config::Schema<T> schema("inputs.influxdb_v2.query", "One Flux query; its rows become points.");
  schema
      .String(
          "bucket", &T::bucket,
          "Bucket that the query reads (v.bucket), and database of its rows; default: the bucket that its text names.")
      .String("query", &T::query, "Flux. It may use v.bucket, v.timeRangeStart, v.timeRangeStop and v.windowPeriod.")
      .Required()
      .String("measurement", &T::measurement, "Name of the rows; default: their _measurement.")
      .Duration("interval", &T::interval, "Holds for the whole input (TOML puts a line at the input's end here).")
      .Duration("timeout", &T::timeout, "Holds for the whole input (TOML puts a line at the input's end here).");
  return schema;
}

}  // namespace

config::Schema<Options> OptionsSchema() {
  using T = Options;
  config::Schema<T> schema("inputs.influxdb_v2", "Asks InfluxDB 2 by Flux, window by window.");
  schema.StringList("urls", &T::urls, "Servers; each one is read.")
      .Secret("token", &T::token, "API token that may read the buckets.")
      .String("organization", &T::organization, "Name of the organisation.")
      .Required()
      .Duration("timeout", &T::timeout, "Longest time of one query, from request to last byte; default 30s.")
      .Duration("delay", &T::delay, "Waits so long after a window's end for late data before asking for it.")
      .Duration("overlap", &T::overlap,
                "Reads back so far before each window and takes rows that the table does not hold yet.")
      .String("start", &T::start,
              "Start of the first window: a time (RFC 3339) or a duration back; default one window back.")
      .Duration("window_period", &T::window_period, "v.windowPeriod; default 1m, at most the window.")
      .String("tls_ca", &T::tls_ca, "File of certificate authorities; default: the system's.")
      .String("tls_cert", &T::tls_cert, "Client certificate.")
      .String("tls_key", &T::tls_key, "Key of the client certificate.")
      .String("tls_server_name", &T::tls_server_name, "Name to expect in the server's certificate.")
      .Bool("insecure_skip_verify", &T::insecure_skip_verify, "Accepts any certificate.")
      .String("http_proxy_url", &T::http_proxy_url, "Proxy.")
      .Tables("query", &T::query, QuerySchema(), "Queries; each is read in windows of its own.");
  return schema;
}

Status ResolveTiming(Options& options, std::optional<std::chrono::nanoseconds> written,
                     std::chrono::nanoseconds agent_interval) {
  Duration interval = written;
  for (const QueryOptions& query : options.query) {
    FIRN_TRY(Settle(interval, query.interval, "interval"));
    FIRN_TRY(Settle(options.timeout, query.timeout, "timeout"));
  }
  options.interval = interval.value_or(agent_interval);
  if (!options.timeout) options.timeout = std::chrono::seconds(30);
  return OkStatus();
}

std::string SourceId(const Options& options) {
  std::string id = "influxdb_v2";
  for (const std::string& url : options.urls) id += fmt::format(" {}", NameOf(url));
  return id + fmt::format(" {}", options.organization);
}

std::string ShardName(const Options& options, const std::string& url, const QueryOptions& query) {
  std::string what = AnalyzeQuery(query.query).normalized + '\0' + query.measurement;
  if (options.urls.size() > 1) what += '\0' + NameOf(url);
  return fmt::format("{}-{}", query.bucket, ShortDigest(what));
}

std::vector<std::string> DatabasesOf(const QueryOptions& query) {
  if (!query.bucket.empty()) return {query.bucket};
  return AnalyzeQuery(query.query).buckets;
}

std::string QueryName(const QueryOptions& query, size_t index) {
  if (!query.measurement.empty()) return fmt::format("query '{}'", query.measurement);
  return fmt::format("query {} (bucket '{}')", index + 1, query.bucket);
}

}  // namespace firn::inputs::influxdb_v2
