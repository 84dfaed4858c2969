#include "inputs/write_endpoints/listener_options.h"

#include <algorithm>
#include <thread>

namespace firn::inputs::write_endpoints {
namespace {

std::chrono::milliseconds AtLeastASecond(std::chrono::nanoseconds written) {
  const auto used = written < std::chrono::seconds(1) ? std::chrono::seconds(10) : written;
  return std::chrono::duration_cast<std::chrono::milliseconds>(used);
}

}  // namespace

config::Schema<ListenerOptions> ListenerOptionsSchema() {
  using T = ListenerOptions;
  config::Schema<T> schema("listener", "What all listeners share.");
  schema
      .Duration("read_timeout", &T::read_timeout, "The longest that a request may take to arrive; below 1s means 10s.")
      .Duration("write_timeout", &T::write_timeout, "The longest that an answer may take to send; below 1s means 10s.")
      .Size("max_body_size", &T::max_body_size, "Longest body, as sent and unpacked; 0 means 32MiB.")
      .Integer("max_connections", &T::max_connections, "Connections at a time; more are answered 503.")
      .Range(1, 1'000'000)
      .String("tls_cert", &T::tls_cert, "PEM file with the certificate chain; switches TLS on.")
      .String("tls_key", &T::tls_key, "PEM file with the certificate's key.")
      .Secret("tls_key_pwd", &T::tls_key_pwd, "Password of an encrypted key file.")
      .StringList("tls_allowed_cacerts", &T::tls_allowed_cacerts,
                  "Authorities; clients must show a certificate signed by one of them.")
      .String("tls_min_version", &T::tls_min_version, "\"TLS12\" (the default) or \"TLS13\".")
      .String("tls_max_version", &T::tls_max_version, "The newest version of TLS to speak.")
      .Enum("parser_type", &T::parser_type, {{"internal", "internal"}, {"upstream", "upstream"}},
            "Accepted; both read the same grammar, see docs/formats/line_protocol.md.")
      .Check([](const T& options) -> Status {
        if (options.tls_cert.empty() == options.tls_key.empty()) return OkStatus();
        return InvalidConfig("tls_cert and tls_key are needed both or neither");
      });
  return schema;
}

http::ServerOptions MakeServerOptions(const std::string& service_address, const ListenerOptions& options) {
  http::ServerOptions server;
  server.address = service_address;
  server.read_timeout = AtLeastASecond(options.read_timeout);
  server.write_timeout = AtLeastASecond(options.write_timeout);
  server.max_connections = options.max_connections;
  server.worker_threads = std::max(2U, std::thread::hardware_concurrency());
  server.tls.certificate_file = options.tls_cert;
  server.tls.key_file = options.tls_key;
  server.tls.key_password = options.tls_key_pwd.Reveal();
  server.tls.client_ca_files = options.tls_allowed_cacerts;
  if (!options.tls_min_version.empty()) server.tls.min_version = options.tls_min_version;
  server.tls.max_version = options.tls_max_version;
  return server;
}

Status AddRoute(http::Server& server, http::Route route, AddRouteMode mode) {
  const Status added = server.AddRoute(std::move(route));
  const bool taken = !added.ok() && added.error().kind() == ErrorKind::kAlreadyExists;
  return taken && mode == AddRouteMode::kFirstKeepsIt ? OkStatus() : added;
}

}  // namespace firn::inputs::write_endpoints
