#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/body_assembler.h"
#include "http/byte_budget.h"
#include "http/request_parser.h"
#include "http/response_text.h"
#include "http/server.h"
#include "http/transport.h"

namespace firn::http {

/// What the connections of a server share. Outlives them.
struct ServingContext {
  explicit ServingContext(ServerOptions the_options)
      : options(std::move(the_options)), budget(options.max_bytes_in_flight) {}

  const Route& FindRoute(const std::string& path) const;

  ServerOptions options;
  ByteBudget budget;
  std::unordered_map<std::string, Route> routes;
  Route fallback;                     ///< answers 404 unless a route "" was added
  std::atomic<bool> draining{false};  ///< answer what is under way, then close
};

/// Serves one client: requests one behind the other, each read whole, handled, answered.
///
/// A coroutine on a strand of its own, so its members need no locks; Drain, Abort and the responder post to that
/// strand.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServingContext& context, asio::any_io_executor strand, std::unique_ptr<Transport> transport,
             std::string remote_address);

  /// Ends when the client or the server closes.
  asio::awaitable<void> Run();

  /// Closes when no request is under way; otherwise after it. Any thread.
  void Drain();
  /// Closes now. Any thread.
  void Abort();
  /// The answer to the request under way. Any thread.
  void Respond(Response response);

 private:
  enum class Next { kNextRequest, kClose, kCloseWithInputPending };

  asio::awaitable<bool> AwaitFirstByte();
  asio::awaitable<Next> ServeRequest();
  asio::awaitable<std::optional<Response>> ReadHead(RequestParser& parser);
  asio::awaitable<std::optional<Response>> ReadBody(RequestParser& parser, const Route& route, Request& request);
  asio::awaitable<std::optional<Response>> ReceiveBody(RequestParser& parser, BodyAssembler& assembler,
                                                       const Route& route, const Request& head);
  asio::awaitable<std::optional<Response>> Refuse(RequestParser& parser, Response response);
  asio::awaitable<Response> Handle(const Route& route, Request request);
  asio::awaitable<bool> WriteResponse(const Response& response, std::string_view method, AfterResponse after);
  asio::awaitable<ErrorCode> ReadMore();
  asio::awaitable<bool> Charge(uint64_t bytes);
  asio::awaitable<void> Linger();
  asio::awaitable<void> WaitForNotice();
  void Notify();
  void ReleaseCharge();
  std::string_view unread() const { return {buffer_.data() + read_from_, read_to_ - read_from_}; }

  ServingContext& context_;
  asio::any_io_executor strand_;
  std::unique_ptr<Transport> transport_;
  const std::string remote_address_;
  asio::steady_timer notice_;  // its wait ends when something happened that the coroutine waits for

  std::vector<char> buffer_;
  size_t read_from_ = 0;
  size_t read_to_ = 0;
  Deadline read_deadline_{};
  uint64_t charged_ = 0;
  bool charge_granted_ = false;
  bool idle_ = true;
  bool aborted_ = false;
  bool input_pending_ = false;  // bytes of a refused body may still come
  std::optional<Response> response_;
};

}  // namespace firn::http
