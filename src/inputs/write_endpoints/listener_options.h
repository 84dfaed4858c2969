#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "config/schema.h"
#include "config/secret.h"
#include "http/server.h"

namespace firn::inputs::write_endpoints {

/// Whose answers a listener gives.
enum class AnswerDialect { kTelegraf, kInfluxDb };

/// The options that all listeners share; names, defaults and rules are Telegraf's.
struct ListenerOptions {
  std::chrono::nanoseconds read_timeout{std::chrono::seconds(10)};   ///< below a second = 10 s
  std::chrono::nanoseconds write_timeout{std::chrono::seconds(10)};  ///< below a second = 10 s
  uint64_t max_body_size = 32ULL << 20;                              ///< 0 = 32 MiB
  uint32_t max_connections = 1'024;
  std::string tls_cert;
  std::string tls_key;
  config::Secret tls_key_pwd;
  std::vector<std::string> tls_allowed_cacerts;
  std::string tls_min_version;  ///< "" = TLS 1.2
  std::string tls_max_version;
  std::string parser_type = "internal";

  uint64_t max_body_bytes() const { return max_body_size == 0 ? 32ULL << 20 : max_body_size; }
};

config::Schema<ListenerOptions> ListenerOptionsSchema();

http::ServerOptions MakeServerOptions(const std::string& service_address, const ListenerOptions& options);

/// What happens when two listeners share a server and a path.
enum class AddRouteMode {
  kMustBeFree,    ///< a path that is taken is an error
  kFirstKeepsIt,  ///< it stays with the listener that had it first: what all listeners have, such as /ping
};
Status AddRoute(http::Server& server, http::Route route, AddRouteMode mode);

}  // namespace firn::inputs::write_endpoints
