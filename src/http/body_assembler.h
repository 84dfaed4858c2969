#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/compression/compression.h"
#include "http/server.h"

namespace firn::http {

/// Why a body was refused, and the words for it.
struct BodyRefusal {
  BodyError error;
  std::string detail;
};

/// Puts a body together from the pieces that come from the wire, decoding it on the way. Bounded by the route's
/// max_body_bytes both as sent and as decoded. One thread.
class BodyAssembler {
 public:
  /// `content_length` = what the head announced, if it did.
  BodyAssembler(const Route& route, const Request& head, std::optional<uint64_t> content_length);

  /// Why the head alone is reason enough to refuse.
  const std::optional<BodyRefusal>& refused_by_head() const { return refused_by_head_; }
  bool compressed() const { return decoder_ != nullptr; }

  /// Takes the next piece, without chunk framing.
  std::optional<BodyRefusal> Append(std::string_view piece);
  /// Says that the body has ended.
  std::optional<BodyRefusal> Finish();

  uint64_t size() const { return body_.size(); }
  std::string TakeBody() { return std::move(body_); }

 private:
  BodyRefusal TooLarge() const;

  const uint64_t max_bytes_;
  uint64_t bytes_sent_ = 0;
  std::string body_;
  std::unique_ptr<compression::Decoder> decoder_;
  std::optional<BodyRefusal> refused_by_head_;
};

}  // namespace firn::http
