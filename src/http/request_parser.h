#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/server.h"

namespace firn::http {

/// The longest request line and headers that are taken.
inline constexpr size_t kMaxHeadBytes = 32 << 10;

/// Parses one HTTP/1.x request out of bytes as they come: head, then the body without its framing. Pure; one thread.
class RequestParser {
 public:
  enum class State { kHead, kBody, kDone };

  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// What one call used up. `piece` is a part of the body, valid until the next call or until `bytes` change. Nothing
  /// consumed and no change of state: more bytes are needed, behind those that were not consumed.
  struct Step {
    size_t consumed = 0;
    std::string_view piece;
  };
  /// kInvalidInput = not HTTP; kResourceExhausted = the head is too large.
  Result<Step> Feed(std::string_view bytes);

  State state() const { return state_; }

  // About the head; after kHead.
  /// Method, path, query and headers; once. kInvalidInput when the target is malformed.
  Result<Request> TakeHead();
  std::optional<uint64_t> content_length() const;
  bool expects_continue() const;
  bool keeps_alive() const;
  bool is_http_1_0() const;

 private:
  class Message;  // of the HTTP library

  Result<Step> FeedHead(std::string_view bytes);
  Result<Step> FeedChunked(std::string_view bytes);

  std::unique_ptr<Message> message_;
  State state_ = State::kHead;
  uint64_t body_left_ = 0;       // with a Content-Length
  bool asked_for_more_ = false;  // the last chunked bytes were too few to take any
};

}  // namespace firn::http
