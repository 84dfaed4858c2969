#include "http/connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

#include "base/log.h"

// GCC 12 takes Asio's pair of operators for coroutine frames for a mismatch when it has inlined one of the two.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace firn::http {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
static_assert(kBufferBytes > kMaxHeadBytes);
// The rest of a refused body is read and thrown away up to here, so that the connection can go on.
constexpr uint64_t kMaxDiscardedBytes = 256 << 10;
// Closing with unread input resets the connection, and the client may lose the answer: read on for a while first.
constexpr std::chrono::seconds kLingerTime{2};
constexpr uint64_t kMaxLingerBytes = 4 << 20;
// Deflate unpacks to at most a thousand times the size: a slice gives about a MiB at most before it is charged.
constexpr size_t kCompressedSliceBytes = 1 << 10;
// Bodies are charged in steps; a small one is not charged at all, the buffer of its connection is larger.
constexpr uint64_t kChargeStepBytes = 32 << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Deadline In(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

Response PlainRefusal(const BodyRefusal& refusal) {
  switch (refusal.error) {
    case BodyError::kTooLarge:
      return PlainResponse(413, refusal.detail);
    case BodyError::kBadEncoding:
      return PlainResponse(400, refusal.detail);
    case BodyError::kUnknownEncoding:
      return PlainResponse(415, refusal.detail);
  }
  return PlainResponse(400, refusal.detail);
}

Response RefusalResponse(const Route& route, const Request& head, const BodyRefusal& refusal) {
  return route.refuse_body ? route.refuse_body(refusal.error, head, refusal.detail) : PlainRefusal(refusal);
}

// The handler's way to answer: whoever holds the last copy without having answered answers 500.
class Answer {
 public:
  explicit Answer(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}
  ~Answer() { Give(PlainResponse(500, "internal error: the request was not answered")); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  void Give(Response response) {
    if (given_.exchange(true)) return;
    if (const auto connection = connection_.lock()) connection->Respond(std::move(response));
  }

 private:
  std::weak_ptr<Connection> connection_;
  std::atomic<bool> given_{false};
};

}  // namespace

const Route& ServingContext::FindRoute(const std::string& path) const {
  const auto found = routes.find(path);
  return found == routes.end() ? fallback : found->second;
}

Connection::Connection(ServingContext& context, asio::any_io_executor strand, std::unique_ptr<Transport> transport,
                       std::string remote_address)
    : context_(context),
      strand_(strand),
      transport_(std::move(transport)),
      remote_address_(std::move(remote_address)),
      notice_(strand),
      buffer_(kBufferBytes) {}

asio::awaitable<void> Connection::Run() {
  const auto self = shared_from_this();
  const ErrorCode handshake = co_await transport_->Handshake(In(context_.options.read_timeout));
  auto next = handshake ? Next::kClose : Next::kNextRequest;
  while (next == Next::kNextRequest) {
    const bool requested = co_await AwaitFirstByte();
    next = Next::kClose;
    if (requested) next = co_await ServeRequest();
    ReleaseCharge();
    if (aborted_) next = Next::kClose;
  }
  if (next == Next::kCloseWithInputPending) co_await Linger();
  transport_->Close();
}

asio::awaitable<bool> Connection::AwaitFirstByte() {
  idle_ = true;
  ErrorCode error;
  read_deadline_ = In(context_.options.idle_timeout);
  const bool closing = context_.draining || aborted_;
  if (!closing && unread().empty()) error = co_await ReadMore();
  idle_ = false;
  read_deadline_ = In(context_.options.read_timeout);
  co_return !closing && !error;
}

asio::awaitable<Connection::Next> Connection::ServeRequest() {
  RequestParser parser;
  input_pending_ = false;
  std::optional<Response> refused = co_await ReadHead(parser);
  if (aborted_ || (!refused && parser.state() == RequestParser::State::kHead)) co_return Next::kClose;

  Request request;
  if (!refused) {
    Result<Request> head = parser.TakeHead();
    if (head.ok()) {
      request = std::move(*head);
    } else {
      refused = PlainResponse(400, "400 Bad Request");
      input_pending_ = true;
    }
  }
  request.remote_address = remote_address_;
  const std::string method = request.method;
  const Route& route = context_.FindRoute(request.path);
  if (!refused && route.check_head) {
    std::optional<Response> answer = route.check_head(request);
    if (answer) refused = co_await Refuse(parser, std::move(*answer));
  }
  if (!refused) refused = co_await ReadBody(parser, route, request);
  if (aborted_) co_return Next::kClose;

  Response response;
  if (refused) {
    response = std::move(*refused);
  } else {
    response = co_await Handle(route, std::move(request));
  }
  if (aborted_) co_return Next::kClose;

  const bool keep_alive =
      parser.state() == RequestParser::State::kDone && !input_pending_ && parser.keeps_alive() && !context_.draining;
  auto after = AfterResponse::kClose;
  if (keep_alive) after = parser.is_http_1_0() ? AfterResponse::kKeepAliveHttp10 : AfterResponse::kKeepAlive;
  const bool written = co_await WriteResponse(response, method, after);
  if (written && keep_alive) co_return Next::kNextRequest;
  co_return written && (input_pending_ || !unread().empty()) ? Next::kCloseWithInputPending : Next::kClose;
}

asio::awaitable<std::optional<Response>> Connection::ReadHead(RequestParser& parser) {
  for (;;) {
    const Result<RequestParser::Step> step = parser.Feed(unread());
    if (!step.ok()) {
      input_pending_ = true;
      const bool too_large = step.error().kind() == ErrorKind::kResourceExhausted;
      co_return too_large ? PlainResponse(431, "431 Request Header Fields Too Large")
                          : PlainResponse(400, "400 Bad Request");
    }
    read_from_ += step->consumed;
    if (parser.state() != RequestParser::State::kHead) co_return std::nullopt;
    const ErrorCode error = co_await ReadMore();
    if (error) co_return std::nullopt;
  }
}

asio::awaitable<std::optional<Response>> Connection::ReadBody(RequestParser& parser, const Route& route,
                                                              Request& request) {
  BodyAssembler assembler(route, request, parser.content_length());
  if (const auto& refusal = assembler.refused_by_head()) {
    Response response = RefusalResponse(route, request, *refusal);
    co_return co_await Refuse(parser, std::move(response));
  }
  if (parser.state() == RequestParser::State::kBody && parser.expects_continue() && unread().empty()) {
    const ErrorCode error = co_await transport_->Write(kContinue, {}, In(context_.options.write_timeout));
    if (error) aborted_ = true;
  }
  std::optional<Response> refused = co_await ReceiveBody(parser, assembler, route, request);
  request.body_was_compressed = assembler.compressed();
  request.body = assembler.TakeBody();
  co_return refused;
}

asio::awaitable<std::optional<Response>> Connection::ReceiveBody(RequestParser& parser, BodyAssembler& assembler,
                                                                 const Route& route, const Request& head) {
  std::optional<BodyRefusal> refusal;
  while (parser.state() == RequestParser::State::kBody && !refusal && !aborted_) {
    const Result<RequestParser::Step> step = parser.Feed(unread());
    if (!step.ok()) {
      input_pending_ = true;
      co_return PlainResponse(400, "400 Bad Request");
    }
    read_from_ += step->consumed;
    std::string_view piece = step->piece;
    while (!piece.empty() && !refusal && !aborted_) {
      const std::string_view slice = piece.substr(0, assembler.compressed() ? kCompressedSliceBytes : piece.size());
      piece.remove_prefix(slice.size());
      refusal = assembler.Append(slice);
      const uint64_t uncharged = assembler.size() - charged_;
      if (refusal || uncharged < kChargeStepBytes) continue;
      const bool charged = co_await Charge(uncharged);
      if (!charged) aborted_ = true;
    }
    if (step->consumed == 0 && step->piece.empty()) {
      if (parser.state() != RequestParser::State::kBody) break;
      const ErrorCode error = co_await ReadMore();
      if (error) aborted_ = true;
    }
  }
  if (!refusal && !aborted_) refusal = assembler.Finish();
  if (!refusal) co_return std::nullopt;
  Response response = RefusalResponse(route, head, *refusal);
  co_return co_await Refuse(parser, std::move(response));
}

// Reads on to the end of a body that is not wanted, where that is near; else the connection must close behind the
// answer.
asio::awaitable<std::optional<Response>> Connection::Refuse(RequestParser& parser, Response response) {
  const bool small = parser.content_length().value_or(0) <= kMaxDiscardedBytes;
  const bool told_to_wait = parser.expects_continue() && unread().empty();
  uint64_t discarded = 0;
  while (small && !told_to_wait && discarded <= kMaxDiscardedBytes && parser.state() == RequestParser::State::kBody) {
    const Result<RequestParser::Step> step = parser.Feed(unread());
    if (!step.ok()) break;
    read_from_ += step->consumed;
    discarded += step->consumed;
    if (step->consumed > 0 || parser.state() != RequestParser::State::kBody) continue;
    const ErrorCode error = co_await ReadMore();
    if (error) break;
  }
  input_pending_ = parser.state() == RequestParser::State::kBody;
  co_return response;
}

asio::awaitable<Response> Connection::Handle(const Route& route, Request request) {
  response_.reset();
  {
    auto answer = std::make_shared<Answer>(weak_from_this());
    try {
      route.handler(std::move(request), [answer](Response response) { answer->Give(std::move(response)); });
    } catch (const std::exception& failure) {  // a library's, such as bad_alloc; our code does not throw
      log::LogError("request handler failed: {}", failure.what());
      answer->Give(PlainResponse(500, "internal error"));
    }
  }
  while (!response_ && !aborted_) co_await WaitForNotice();
  co_return response_ ? std::move(*response_) : Response{503, {}, {}};
}

asio::awaitable<bool> Connection::WriteResponse(const Response& response, std::string_view method,
                                                AfterResponse after) {
  const std::string head = SerializeResponseHead(response, after);
  const bool has_body = method != "HEAD" && response.status != 204 && response.status != 304;
  const std::string_view body = has_body ? std::string_view(response.body) : std::string_view();
  const ErrorCode error = co_await transport_->Write(head, body, In(context_.options.write_timeout));
  co_return !error;
}

asio::awaitable<ErrorCode> Connection::ReadMore() {
  if (read_from_ == read_to_) {
    read_from_ = read_to_ = 0;
  } else if (read_from_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + read_from_, read_to_ - read_from_);
    read_to_ -= read_from_;
    read_from_ = 0;
  }
  // No part of HTTP's framing is as long as the buffer.
  if (read_to_ == buffer_.size()) co_return boost::system::errc::make_error_code(boost::system::errc::message_size);
  const asio::mutable_buffer room(buffer_.data() + read_to_, buffer_.size() - read_to_);
  const ReadOutcome outcome = co_await transport_->ReadSome(room, read_deadline_);
  read_to_ += outcome.bytes;
  co_return outcome.error;
}

asio::awaitable<bool> Connection::Charge(uint64_t bytes) {
  charge_granted_ = false;
  const auto on_charged = [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      asio::post(self->strand_, [weak] {
        if (const auto connection = weak.lock()) {
          connection->charge_granted_ = true;
          connection->Notify();
        }
      });
    }
  };
  if (context_.budget.Charge(this, bytes, on_charged)) {
    charged_ += bytes;
    co_return true;
  }
  const Deadline waits_since = std::chrono::steady_clock::now();
  while (!charge_granted_ && !aborted_) co_await WaitForNotice();
  // The client is not to blame for the time that it was made to wait.
  read_deadline_ += std::chrono::steady_clock::now() - waits_since;
  const bool charged = charge_granted_ || !context_.budget.Forget(this);
  if (charged) charged_ += bytes;
  co_return charged;
}

void Connection::ReleaseCharge() {
  context_.budget.Release(this, charged_);
  charged_ = 0;
}

asio::awaitable<void> Connection::Linger() {
  const Deadline deadline = In(kLingerTime);
  co_await transport_->EndWriting(deadline);
  read_deadline_ = deadline;
  uint64_t discarded = unread().size();
  ErrorCode error;
  while (!error && !aborted_ && discarded < kMaxLingerBytes) {
    read_from_ = read_to_ = 0;
    error = co_await ReadMore();
    discarded += read_to_;
  }
}

asio::awaitable<void> Connection::WaitForNotice() {
  notice_.expires_at(Deadline::max());
  co_await notice_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Connection::Notify() {
  notice_.cancel();
}

void Connection::Respond(Response response) {
  asio::dispatch(strand_, [weak = weak_from_this(), response = std::move(response)]() mutable {
    if (const auto self = weak.lock()) {
      self->response_ = std::move(response);
      self->Notify();
    }
  });
}

void Connection::Drain() {
  asio::post(strand_, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->idle_) self->transport_->Close();
  });
}

void Connection::Abort() {
  asio::post(strand_, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->aborted_ = true;
      self->transport_->Close();
      self->Notify();
    }
  });
}

}  // namespace firn::http
