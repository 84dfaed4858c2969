#include "starlark/syntax/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace firn::starlark {
namespace {

// In the order of TokenKind.
constexpr std::string_view kTexts[] = {
    "end of file",
    "newline",
    "indent",
    "outdent",
    "identifier",
    "int literal",
    "float literal",
    "string literal",
    "bytes literal",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "&",
    "|",
    "^",
    "<<",
    ">>",
    "+=",
    "-=",
    "*=",
    "/=",
    "//=",
    "%=",
    "&=",
    "|=",
    "^=",
    "<<=",
    ">>=",
    "~",
    ".",
    ",",
    "=",
    ";",
    ":",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ">=",
    "<=",
    "==",
    "!=",
    "**",
    "and",
    "break",
    "continue",
    "def",
    "elif",
    "else",
    "for",
    "if",
    "in",
    "lambda",
    "load",
    "not",
    "not in",
    "or",
    "pass",
    "return",
    "while",
    "as",
    "async",
    "await",
    "class",
    "del",
    "except",
    "finally",
    "from",
    "global",
    "import",
    "is",
    "nonlocal",
    "raise",
    "try",
    "with",
    "yield",
};
static_assert(std::size(kTexts) == static_cast<size_t>(TokenKind::kYield) + 1);

}  // namespace

std::string_view TokenText(TokenKind kind) {
  return kTexts[static_cast<int>(kind)];
}

std::string QuotedToken(TokenKind kind) {
  if (kind >= TokenKind::kPlus && kind <= TokenKind::kStarStar) return fmt::format("'{}'", TokenText(kind));
  return std::string(TokenText(kind));
}

TokenKind KeywordOrIdentifier(std::string_view word) {
  constexpr size_t kShortest = 2;
  constexpr size_t kLongest = 8;
  if (word.size() < kShortest || word.size() > kLongest) return TokenKind::kIdentifier;
  const auto* first = std::begin(kTexts) + static_cast<int>(TokenKind::kAnd);
  const auto* keyword = std::find(first, std::end(kTexts), word);
  if (keyword == std::end(kTexts)) return TokenKind::kIdentifier;
  return static_cast<TokenKind>(keyword - std::begin(kTexts));
}

}  // namespace firn::starlark
