#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace firn::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of this name (names compare without case), or "".
std::string_view FindHeader(const Headers& headers, std::string_view name);

struct Request {
  std::string method;                                      ///< upper case
  std::string path;                                        ///< decoded, without the query
  std::string raw_query;                                   ///< as sent, without '?'
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in order
  Headers headers;
  std::string body;  ///< decoded when the route decodes (gzip, …), else as sent
  bool body_was_compressed = false;
  std::string remote_address;  ///< "127.0.0.1:5000"

  /// The first value of a query parameter, or "".
  std::string_view Parameter(std::string_view name) const;
  bool HasParameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

/// Answers one request; call it exactly once, from any thread. A responder that is destroyed without a call answers
/// 500.
using Responder = std::function<void(Response)>;
/// Runs on one of the server's worker threads; may block for parsing, must not block for durability (answer later
/// instead).
using Handler = std::function<void(Request request, Responder respond)>;

/// Why a body was refused before the handler saw it.
enum class BodyError { kTooLarge, kBadEncoding, kUnknownEncoding };

struct Route {
  std::string path;                       ///< exact; "" = every path that no other route has
  uint64_t max_body_bytes = 32ULL << 20;  ///< bound on the body as sent and on the body as decoded
  bool decode_body = true;                ///< by Content-Encoding: gzip, x-gzip, identity (others: kUnknownEncoding)
  bool unknown_encoding_as_sent = false;  ///< hand over bodies of unknown encodings as they are instead of refusing
  Handler handler;
  /// Looks at a request before its body is read (credentials, parameters). A response ends it there; the rest of the
  /// body is thrown away. Null = every head is taken. Same threads as the handler.
  std::function<std::optional<Response>(const Request& head)> check_head;
  /// Makes the answer to a refused body; null = a plain 413, 400 or 415.
  std::function<Response(BodyError, const Request& head, std::string_view detail)> refuse_body;
};

struct TlsOptions {
  std::string certificate_file;  ///< PEM chain; "" = no TLS
  std::string key_file;
  std::vector<std::string> client_ca_files;  ///< not empty = clients must present a certificate signed by one of these
  std::string min_version = "1.2";           ///< "1.2" or "1.3"; Telegraf's "TLS12", "TLS13" too
  std::string max_version;                   ///< "" = the newest
  std::string key_password;                  ///< of an encrypted key file
  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

struct ServerOptions {
  std::string address;  ///< "127.0.0.1:8086", ":8086" (all interfaces), "[::1]:0", "tcp://…"
  TlsOptions tls;
  unsigned worker_threads = 2;
  std::chrono::milliseconds read_timeout{
      10'000};  ///< whole request, from its first byte; then closed without an answer
  std::chrono::milliseconds write_timeout{10'000};
  std::chrono::milliseconds idle_timeout{60'000};  ///< between requests of one connection
  size_t max_connections = 1'024;                  ///< more are answered 503 and closed
  uint64_t max_bytes_in_flight =
      256ULL << 20;  ///< bodies being read or handled; beyond it reading waits (back-pressure by TCP)
};

/// An HTTP/1.1 server: keep-alive, pipelining in order, chunked bodies, Expect: 100-continue. Add routes before Start.
class Server {
 public:
  /// Binds and listens (so that a taken port is an error here), but serves nothing yet.
  static Result<std::unique_ptr<Server>> Make(ServerOptions options);
  virtual ~Server() = default;

  /// Takes the wider of the present limits and those of `options`. Before Start.
  virtual void WidenLimits(const ServerOptions& options) = 0;
  /// kAlreadyExists when the path has a handler.
  virtual Status AddRoute(Route route) = 0;
  virtual void Start() = 0;
  /// Stops accepting, lets requests in progress end until `deadline` has passed, closes. Idempotent. Responders may be
  /// called after it, without effect. Not to be called by a handler.
  virtual void Stop(std::chrono::milliseconds deadline) = 0;
  /// The port bound, also where the address asked for 0.
  virtual uint16_t port() const = 0;
};

/// One server an address, so that several listeners can share a port.
class ServerPool {
 public:
  /// The server of this address, made on first use. Later callers must ask for the same TLS; limits take the wider
  /// value.
  Result<Server*> ServerFor(const ServerOptions& options);
  void StartAll();
  void StopAll(std::chrono::milliseconds deadline);

 private:
  std::vector<std::pair<ServerOptions, std::unique_ptr<Server>>> servers_;
};

}  // namespace firn::http
