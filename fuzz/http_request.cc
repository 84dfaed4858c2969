// Feeds a request in pieces to the server's parser and decoder: heads, chunk framing, gzip. The first byte says how
// large the pieces are. What is accepted must be the same body whatever the pieces. (Whether a malformed trailer is
// noticed depends on them: Beast judges it by what lies in its buffer.)
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_assembler.h"
#include "http/request_parser.h"

namespace {

/// The body; nothing when the request was refused or its bytes ended too soon.
std::optional<std::string> Read(std::string_view bytes, size_t piece_bytes) {
  using firn::http::RequestParser;
  RequestParser parser;
  std::string unread;
  std::optional<firn::http::BodyAssembler> assembler;
  firn::http::Route route;
  route.max_body_bytes = 1 << 20;
  while (!bytes.empty() && parser.state() != RequestParser::State::kDone) {
    const std::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    unread.append(piece);
    for (bool moved = true; moved && parser.state() != RequestParser::State::kDone;) {
      const bool in_head = parser.state() == RequestParser::State::kHead;
      const auto step = parser.Feed(unread);
      if (!step.ok()) return std::nullopt;
      if (assembler && !step->piece.empty() && assembler->Append(step->piece)) return std::nullopt;
      moved = step->consumed > 0;
      unread.erase(0, step->consumed);
      if (!in_head || parser.state() == RequestParser::State::kHead) continue;
      const auto head = parser.TakeHead();
      if (!head.ok()) return std::nullopt;
      assembler.emplace(route, *head, parser.content_length());
      if (assembler->refused_by_head()) return std::nullopt;
      moved = true;
    }
    if (unread.size() > 64 << 10) return std::nullopt;
  }
  if (!assembler || parser.state() != RequestParser::State::kDone || assembler->Finish()) return std::nullopt;
  return assembler->TakeBody();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t piece_bytes = 1 + data[0] % 64;
  const auto in_pieces = Read(bytes, piece_bytes);
  const auto whole = Read(bytes, bytes.size() + 1);
  if (in_pieces && whole && *in_pieces != *whole) std::abort();
  return 0;
}
