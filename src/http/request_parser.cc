#include "http/request_parser.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "http/target.h"

namespace firn::http {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::buffer_body>;

class RequestParser::Message {
 public:
  Message() {
    parser.header_limit(kMaxHeadBytes);
    parser.body_limit(boost::none);  // the reader of the body has a limit of its own, by route
    parser.eager(false);
  }

  Parser parser;
  std::array<char, 16 << 10> unchunked;
};

namespace {

Error Malformed(const boost::system::error_code& error) {
  if (error == beast::http::error::header_limit)
    return ResourceExhausted("request head is longer than {}", kMaxHeadBytes);
  return InvalidInput("malformed request: {}", error.message());
}

}  // namespace

RequestParser::RequestParser() : message_(std::make_unique<Message>()) {}
RequestParser::~RequestParser() = default;

Result<RequestParser::Step> RequestParser::Feed(std::string_view bytes) {
  if (state_ == State::kHead) return FeedHead(bytes);
  if (state_ == State::kDone) return Step{};
  if (message_->parser.chunked()) return FeedChunked(bytes);
  const auto piece = bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(bytes.size(), body_left_)));
  body_left_ -= piece.size();
  if (body_left_ == 0) state_ = State::kDone;
  return Step{piece.size(), piece};
}

Result<RequestParser::Step> RequestParser::FeedHead(std::string_view bytes) {
  Parser& parser = message_->parser;
  Step step;
  while (!parser.is_header_done()) {
    const std::string_view rest = bytes.substr(step.consumed);
    boost::system::error_code error;
    step.consumed += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    if (error == beast::http::error::need_more) return step;
    if (error) return Malformed(error);
  }
  body_left_ = content_length().value_or(0);
  state_ = parser.chunked() || body_left_ > 0 ? State::kBody : State::kDone;
  return step;
}

Result<RequestParser::Step> RequestParser::FeedChunked(std::string_view bytes) {
  // So many bytes are still to come in any case, and Beast 1.81 asserts that it sees them when it is asked again about
  // the last chunk.
  constexpr std::string_view kShortestEnd = "0\r\n\r\n";
  if (asked_for_more_ && bytes.size() < kShortestEnd.size()) return Step{};
  Parser& parser = message_->parser;
  auto& room = parser.get().body();
  room.data = message_->unchunked.data();
  room.size = message_->unchunked.size();
  room.more = true;
  boost::system::error_code error;
  Step step;
  step.consumed = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != beast::http::error::need_more && error != beast::http::error::need_buffer) {
    return Malformed(error);
  }
  asked_for_more_ = step.consumed == 0;
  step.piece = std::string_view(message_->unchunked.data(), message_->unchunked.size() - room.size);
  if (parser.is_done()) state_ = State::kDone;
  return step;
}

Result<Request> RequestParser::TakeHead() {
  const auto& head = message_->parser.get();
  FIRN_ASSIGN(Target target, ParseTarget({head.target().data(), head.target().size()}));
  Request request;
  request.method = std::string(head.method_string());
  std::transform(request.method.begin(), request.method.end(), request.method.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  request.path = std::move(target.path);
  request.raw_query = std::move(target.raw_query);
  request.query = ParseQuery(request.raw_query);
  for (const auto& field : head) request.headers.emplace_back(field.name_string(), field.value());
  return request;
}

std::optional<uint64_t> RequestParser::content_length() const {
  const auto length = message_->parser.content_length();
  return length ? std::optional<uint64_t>(*length) : std::nullopt;
}

bool RequestParser::expects_continue() const {
  const auto& head = message_->parser.get();
  return head.version() >= 11 && beast::iequals(head[beast::http::field::expect], "100-continue");
}

bool RequestParser::keeps_alive() const {
  return message_->parser.keep_alive();
}

bool RequestParser::is_http_1_0() const {
  return message_->parser.get().version() < 11;
}

}  // namespace firn::http
