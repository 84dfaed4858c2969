#include "http/transport.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <string>
#include <utility>

namespace firn::http {
namespace {

namespace beast = boost::beast;
constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
// A short body goes into the record of its head.
constexpr size_t kMaxJoinedBytes = 8 << 10;
using Buffers = std::array<asio::const_buffer, 2>;

Buffers Join(std::string_view head, std::string_view body) {
  return {asio::const_buffer(head.data(), head.size()), asio::const_buffer(body.data(), body.size())};
}

void CloseSocket(beast::tcp_stream& stream) {
  ErrorCode ignored;
  stream.socket().close(ignored);
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {}

  asio::awaitable<ErrorCode> Handshake(Deadline /*deadline*/) override { co_return ErrorCode(); }

  asio::awaitable<ReadOutcome> ReadSome(asio::mutable_buffer into, Deadline deadline) override {
    stream_.expires_at(deadline);
    auto [error, bytes] = co_await stream_.async_read_some(into, kNoThrow);
    co_return ReadOutcome{error, bytes};
  }

  asio::awaitable<ErrorCode> Write(std::string_view head, std::string_view body, Deadline deadline) override {
    stream_.expires_at(deadline);
    const Buffers buffers = Join(head, body);
    auto [error, bytes] = co_await asio::async_write(stream_, buffers, kNoThrow);
    co_return error;
  }

  asio::awaitable<void> EndWriting(Deadline /*deadline*/) override {
    ErrorCode ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    co_return;
  }

  void Close() override { CloseSocket(stream_); }

 private:
  beast::tcp_stream stream_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(asio::ip::tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  asio::awaitable<ErrorCode> Handshake(Deadline deadline) override {
    Expire(deadline);
    auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kNoThrow);
    co_return error;
  }

  asio::awaitable<ReadOutcome> ReadSome(asio::mutable_buffer into, Deadline deadline) override {
    Expire(deadline);
    auto [error, bytes] = co_await stream_.async_read_some(into, kNoThrow);
    co_return ReadOutcome{error, bytes};
  }

  // One buffer at a time: Beast's stream takes an empty buffer in front of a long one for the end of what is to be
  // written.
  asio::awaitable<ErrorCode> Write(std::string_view head, std::string_view body, Deadline deadline) override {
    Expire(deadline);
    std::string first(head);
    if (body.size() <= kMaxJoinedBytes) first += std::exchange(body, {});
    auto [error, bytes] = co_await asio::async_write(stream_, asio::buffer(first), kNoThrow);
    if (error || body.empty()) co_return error;
    auto [body_error, body_bytes] = co_await asio::async_write(stream_, asio::buffer(body), kNoThrow);
    co_return body_error;
  }

  asio::awaitable<void> EndWriting(Deadline deadline) override {
    Expire(deadline);
    co_await stream_.async_shutdown(kNoThrow);
  }

  void Close() override { CloseSocket(beast::get_lowest_layer(stream_)); }

 private:
  void Expire(Deadline deadline) { beast::get_lowest_layer(stream_).expires_at(deadline); }

  beast::ssl_stream<beast::tcp_stream> stream_;
};

}  // namespace

std::unique_ptr<Transport> MakePlainTransport(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

std::unique_ptr<Transport> MakeTlsTransport(asio::ip::tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsTransport>(std::move(socket), context);
}

}  // namespace firn::http
