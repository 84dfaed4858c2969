// Feeds a request in pieces to the server's parser and decoder: heads, chunk framing, gzip. The first byte says how
// large the pieces are. The same bytes must give the same body whatever the pieces.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/body_assembler.h"
#include "http/request_parser.h"

namespace {

/// Bytes that end before the request does are as good as refused: how soon the parser says so may depend on the pieces.
struct Outcome {
  bool refused = true;
  std::string body;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome Read(std::string_view bytes, size_t piece_bytes) {
  using firn::http::RequestParser;
  RequestParser parser;
  std::string unread;
  std::optional<firn::http::BodyAssembler> assembler;
  firn::http::Route route;
  route.max_body_bytes = 1 << 20;
  Outcome outcome;
  while (!bytes.empty() && parser.state() != RequestParser::State::kDone) {
    const std::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    unread.append(piece);
    for (bool moved = true; moved && parser.state() != RequestParser::State::kDone;) {
      const bool in_head = parser.state() == RequestParser::State::kHead;
      const auto step = parser.Feed(unread);
      if (!step.ok()) return {true, {}};
      if (assembler && !step->piece.empty() && assembler->Append(step->piece)) return {true, {}};
      moved = step->consumed > 0;
      unread.erase(0, step->consumed);
      if (!in_head || parser.state() == RequestParser::State::kHead) continue;
      const auto head = parser.TakeHead();
      if (!head.ok()) return {true, {}};
      assembler.emplace(route, *head, parser.content_length());
      if (assembler->refused_by_head()) return {true, {}};
      moved = true;
    }
    if (unread.size() > 64 << 10) return {true, {}};
  }
  if (!assembler || parser.state() != RequestParser::State::kDone) return outcome;
  outcome.refused = assembler->Finish().has_value();
  if (!outcome.refused) outcome.body = assembler->TakeBody();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t piece_bytes = 1 + data[0] % 64;
  if (!(Read(bytes, piece_bytes) == Read(bytes, bytes.size() + 1))) std::abort();
  return 0;
}
