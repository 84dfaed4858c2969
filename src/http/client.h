#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/server.h"

namespace firn::http {

struct ClientTls {
  std::vector<std::string> ca_files;  ///< empty = the system's
  std::string certificate_file;
  std::string key_file;
  std::string server_name;  ///< "" = the URL's host
  bool insecure_skip_verify = false;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{0};             ///< whole exchange; 0 = none
  std::chrono::milliseconds stall_timeout{60'000};  ///< no byte for so long = kTimeout
  bool accept_compressed = true;                    ///< Accept-Encoding: gzip; bodies arrive decoded
  bool follow_redirects = false;                    ///< within the same host only; Authorization never crosses hosts
  uint64_t max_body_bytes = 64ULL << 20;            ///< of Send's response; streams are not bounded
  ClientTls tls;
  std::string proxy;
};

/// A client over libcurl with connections kept alive. Thread-safe. Errors: kUnavailable (no connection, reset),
/// kTimeout, kCancelled (stop requested). An HTTP status is no error: look at it.
class Client {
 public:
  virtual ~Client() = default;
  /// Reads the whole response.
  virtual Result<Response> Send(const ClientRequest& request, std::stop_token stop = {}) = 0;

  /// Gives status and headers to `on_head`, then the body to `on_body` as it arrives; an error from either ends the
  /// exchange and is returned. A body that ends early (connection cut, chunk framing open) is kUnavailable, never
  /// success.
  virtual Status Stream(const ClientRequest& request, const std::function<Status(const Response& head)>& on_head,
                        const std::function<Status(std::string_view chunk)>& on_body, std::stop_token stop = {}) = 0;
};

std::unique_ptr<Client> MakeClient();

}  // namespace firn::http
