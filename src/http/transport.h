#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/server.h"

/// Bytes to and from a client, in the clear or under TLS. Seen by the server's own files only: Asio ends here.

namespace firn::http {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Deadline = std::chrono::steady_clock::time_point;

struct ReadOutcome {
  ErrorCode error;
  size_t bytes = 0;
};

/// One client's byte stream. All calls on the strand that its socket was made with, one at a time, save Close, which
/// also ends a call under way. A call that is not done by its deadline fails, and the stream is closed.
class Transport {
 public:
  virtual ~Transport() = default;
  /// TLS hand-shake; nothing to do in the clear.
  virtual asio::awaitable<ErrorCode> Handshake(Deadline deadline) = 0;
  virtual asio::awaitable<ReadOutcome> ReadSome(asio::mutable_buffer into, Deadline deadline) = 0;
  /// Writes both pieces whole.
  virtual asio::awaitable<ErrorCode> Write(std::string_view head, std::string_view body, Deadline deadline) = 0;
  /// Says that no more will be written.
  virtual asio::awaitable<void> EndWriting(Deadline deadline) = 0;
  virtual void Close() = 0;
};

std::unique_ptr<Transport> MakePlainTransport(asio::ip::tcp::socket socket);
/// `context` outlives the transport.
std::unique_ptr<Transport> MakeTlsTransport(asio::ip::tcp::socket socket, asio::ssl::context& context);

/// Loads certificates and keys. kInvalidConfig with the file's name when one cannot be used.
Result<std::unique_ptr<asio::ssl::context>> MakeTlsContext(const TlsOptions& options);

}  // namespace firn::http
