#include "http/body_assembler.h"

#include <algorithm>
#include <cctype>

namespace firn::http {
namespace {

// What is made room for on the word of a Content-Length; more is taken when it has come.
constexpr uint64_t kMaxReserveBytes = 8 << 20;

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return lower;
}

}  // namespace

BodyAssembler::BodyAssembler(const Route& route, const Request& head, std::optional<uint64_t> content_length)
    : max_bytes_(route.max_body_bytes) {
  const std::string encoding = Lower(FindHeader(head.headers, "Content-Encoding"));
  const bool gzip = encoding == "gzip" || encoding == "x-gzip";
  const bool identity = encoding.empty() || encoding == "identity";
  if (content_length.value_or(0) > max_bytes_) {
    refused_by_head_ = TooLarge();
  } else if (route.decode_body && !gzip && !identity && !route.unknown_encoding_as_sent) {
    refused_by_head_ = BodyRefusal{BodyError::kUnknownEncoding, "unknown content encoding: " + encoding};
  } else if (route.decode_body && gzip) {
    decoder_ = compression::MakeDecoder(compression::Codec::kGzip, max_bytes_);
  }
  if (!refused_by_head_ && content_length && !decoder_) body_.reserve(std::min(*content_length, kMaxReserveBytes));
}

std::optional<BodyRefusal> BodyAssembler::Append(std::string_view piece) {
  bytes_sent_ += piece.size();
  if (bytes_sent_ > max_bytes_) return TooLarge();
  if (!decoder_) {
    body_.append(piece);
    return std::nullopt;
  }
  const Status status = decoder_->Append(piece, body_);
  if (status.ok()) return std::nullopt;
  if (status.error().kind() == ErrorKind::kResourceExhausted) return TooLarge();
  return BodyRefusal{BodyError::kBadEncoding, status.error().message()};
}

std::optional<BodyRefusal> BodyAssembler::Finish() {
  if (!decoder_) return std::nullopt;
  const Status status = decoder_->Finish();
  if (status.ok()) return std::nullopt;
  return BodyRefusal{BodyError::kBadEncoding, status.error().message()};
}

BodyRefusal BodyAssembler::TooLarge() const {
  return {BodyError::kTooLarge, "http: request body too large"};
}

}  // namespace firn::http
