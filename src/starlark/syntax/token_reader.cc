#include "starlark/syntax/token_reader.h"

#include <fmt/format.h>

#include <utility>

namespace firn::starlark {

Position TokenReader::Take() {
  const Position position = token_.position;
  token_ = scanner_.Next();
  return position;
}

Position TokenReader::Expect(TokenKind kind) {
  if (!Is(kind)) FailHere(fmt::format("got {}, want {}", QuotedToken(token_.kind), QuotedToken(kind)));
  return Take();
}

void TokenReader::Fail(Position position, std::string message) {
  // The end of the text also ends the blocks that are open.
  if (Is(TokenKind::kEnd) || (Is(TokenKind::kOutdent) && scanner_.is_at_end())) {
    scanner_.FailAtEnd(position, std::move(message));
  } else {
    scanner_.Fail(position, std::move(message));
  }
  token_ = scanner_.Next();
}

void TokenReader::FailTooDeep(Position position) {
  Fail(position, "too many levels of nesting");
}

std::string_view TokenReader::Intern(std::string_view name) {
  const auto known = names_.find(name);
  if (known != names_.end()) return *known;
  return *names_.insert(arena_.Copy(name)).first;
}

}  // namespace firn::starlark
