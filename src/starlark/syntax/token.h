#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "starlark/syntax/position.h"

namespace firn::starlark {

enum class TokenKind : uint8_t {
  kEnd,  ///< of the text, or of what can be read of it
  kNewline,
  kIndent,
  kOutdent,
  // with values
  kIdentifier,
  kInt,
  kFloat,
  kString,
  kBytes,
  // punctuation
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kSlashSlash,
  kPercent,
  kAmpersand,
  kPipe,
  kCaret,
  kShiftLeft,
  kShiftRight,
  kPlusAssign,  // the augmented assignments, in the order of their operators above
  kMinusAssign,
  kStarAssign,
  kSlashAssign,
  kSlashSlashAssign,
  kPercentAssign,
  kAmpersandAssign,
  kPipeAssign,
  kCaretAssign,
  kShiftLeftAssign,
  kShiftRightAssign,
  kTilde,
  kDot,
  kComma,
  kAssign,
  kSemicolon,
  kColon,
  kLeftParen,
  kRightParen,
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kLess,
  kGreater,
  kGreaterEqual,
  kLessEqual,
  kEqual,
  kNotEqual,
  kStarStar,
  // keywords
  kAnd,
  kBreak,
  kContinue,
  kDef,
  kElif,
  kElse,
  kFor,
  kIf,
  kIn,
  kLambda,
  kLoad,
  kNot,
  kNotIn,  ///< made of `not` and `in` by the parser
  kOr,
  kPass,
  kReturn,
  kWhile,
  // words that are kept for Python's sake and mean nothing
  kAs,
  kAsync,
  kAwait,
  kClass,
  kDel,
  kExcept,
  kFinally,
  kFrom,
  kGlobal,
  kImport,
  kIs,
  kNonlocal,
  kRaise,
  kTry,
  kWith,
  kYield,
};

/// As written in a program, or what it is: "+=", "lambda", "int literal", "end of file".
std::string_view TokenText(TokenKind kind);

/// For messages: punctuation in quotes, all else as TokenText.
std::string QuotedToken(TokenKind kind);

/// The keyword that `word` is, else kIdentifier.
TokenKind KeywordOrIdentifier(std::string_view word);

/// A piece of the source. Its views live as long as the source, and `text` of a string until the next token.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  Position position;
  std::string_view text;  ///< of an identifier: its name; of a string or bytes literal: what it denotes
  int64_t int_value = 0;
  std::string_view digits;  ///< of an integer that does not fit `int_value`; empty if it does
  int base = 10;            ///< of `digits`
  double float_value = 0;
};

}  // namespace firn::starlark
