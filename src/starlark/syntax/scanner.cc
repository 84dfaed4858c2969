#include "starlark/syntax/scanner.h"

#include <fmt/format.h>

#include <utility>

#include "starlark/syntax/code_points.h"
#include "starlark/syntax/letters.h"
#include "starlark/syntax/number_literal.h"
#include "starlark/syntax/string_literal.h"

namespace firn::starlark {
namespace {

constexpr uint32_t kTabWidth = 8;

bool IsDigit(char32_t c) {
  return c >= '0' && c <= '9';
}

bool StartsIdentifier(char32_t c) {
  return c == '_' || IsLetter(c);
}

/// A character as a message shows it.
std::string Quoted(char32_t c) {
  std::string text;
  if (c < ' ' || c == 0x7F) return fmt::format("'\\x{:02x}'", static_cast<uint32_t>(c));
  AppendUtf8(c, text);
  return fmt::format("'{}'", text);
}

}  // namespace

// ---- characters

char32_t Scanner::Peek() const {
  if (offset_ == source_.size()) return kNoMore;
  const auto byte = static_cast<unsigned char>(source_[offset_]);
  if (byte == '\r') return '\n';
  if (byte < 0x80) return byte;
  return DecodeCodePoint(source_.substr(offset_)).value;
}

char32_t Scanner::Advance() {
  const CodePoint next = DecodeCodePoint(source_.substr(offset_));
  offset_ += next.size;
  if (next.value != '\n' && next.value != '\r') {
    ++position_.column;
    return next.value;
  }
  if (next.value == '\r' && offset_ < source_.size() && source_[offset_] == '\n') ++offset_;
  position_ = {position_.line + 1, 1};
  return '\n';
}

bool Scanner::Skip(char32_t c) {
  if (Peek() != c) return false;
  Advance();
  return true;
}

void Scanner::Fail(Position position, std::string message) {
  if (error_) return;
  if (brackets_ > 0 && offset_ == source_.size()) wants_more_ = true;
  error_ = SyntaxError{position, std::move(message)};
  offset_ = source_.size();
  brackets_ = 0;
  dents_ = 0;
  indentation_ = {0};
}

void Scanner::FailAtEnd(Position position, std::string message) {
  if (!error_) wants_more_ = true;
  Fail(position, std::move(message));
}

// ---- lines

Token Scanner::Make(TokenKind kind) const {
  Token token;
  token.kind = error_ ? TokenKind::kEnd : kind;
  token.position = token_position_;
  return token;
}

Token Scanner::Next() {
  while (true) {
    const bool began_line = std::exchange(at_line_start_, false);
    bool is_blank = false;
    if (began_line) {
      const uint32_t width = SkipIndentation();
      const char32_t c = Peek();
      is_blank = c == '#' || c == '\n' || c == kNoMore;
      if (!is_blank && brackets_ == 0) MeasureIndentation(width);
    }
    if (auto dent = TakeDent()) return *dent;
    SkipBlanksAndComment();
    const char32_t c = Peek();
    token_position_ = position_;
    if (c == kNoMore) return EndOfSource(began_line);
    if (c == '\n') {
      at_line_start_ = true;
      if (brackets_ == 0 && !is_blank) return MakeNewline();
      Advance();
      continue;
    }
    if (c == '\\') {
      Advance();
      if (!Skip('\n')) Fail(position_, "stray backslash in program");
      continue;
    }
    if (auto string = ScanStringToken()) return *string;
    if (StartsIdentifier(c)) return ScanWord();
    if (IsDigit(c)) return ScanNumberToken();
    return ScanOperator(c);
  }
}

Token Scanner::MakeNewline() {
  Advance();
  return Make(TokenKind::kNewline);
}

/// Closes the blocks that are open, behind a line end if the text lacks it.
Token Scanner::EndOfSource(bool began_line) {
  if (indentation_.size() == 1) return Make(TokenKind::kEnd);
  if (!began_line) {
    at_line_start_ = true;
    return Make(TokenKind::kNewline);
  }
  dents_ = 1 - static_cast<int>(indentation_.size());
  indentation_.resize(1);
  return *TakeDent();
}

uint32_t Scanner::SkipIndentation() {
  uint32_t width = 0;
  while (true) {
    const char32_t c = Peek();
    if (c == ' ') {
      ++width;
    } else if (c == '\t') {
      width += kTabWidth - (position_.column - 1) % kTabWidth;
    } else {
      return width;
    }
    Advance();
  }
}

void Scanner::MeasureIndentation(uint32_t width) {
  if (width > indentation_.back()) {
    ++dents_;
    indentation_.push_back(width);
    return;
  }
  while (width < indentation_.back()) {
    --dents_;
    indentation_.pop_back();
  }
  if (width != indentation_.back()) Fail(position_, "unindent does not match any outer indentation level");
}

std::optional<Token> Scanner::TakeDent() {
  if (dents_ == 0) return std::nullopt;
  token_position_ = position_;
  if (dents_ > 0) {
    --dents_;
    return Make(TokenKind::kIndent);
  }
  ++dents_;
  return Make(TokenKind::kOutdent);
}

void Scanner::SkipBlanksAndComment() {
  while (Peek() == ' ' || Peek() == '\t') Advance();
  if (Peek() != '#') return;
  while (Peek() != '\n' && Peek() != kNoMore) Advance();
}

// ---- words and numbers

Token Scanner::ScanWord() {
  const size_t begin = offset_;
  while (Peek() != kNoMore && (StartsIdentifier(Peek()) || IsDigit(Peek()))) Advance();
  const std::string_view word = source_.substr(begin, offset_ - begin);
  Token token = Make(KeywordOrIdentifier(word));
  token.text = word;
  return token;
}

Token Scanner::ScanNumberToken() {
  const NumberLiteral literal = ScanNumber(source_.substr(offset_));
  if (literal.error) {
    const Position where{position_.line, position_.column + static_cast<uint32_t>(literal.error->offset)};
    Fail(where, literal.error->message);
    return Make(TokenKind::kEnd);
  }
  offset_ += literal.size;
  position_.column += static_cast<uint32_t>(literal.size);
  Token token = Make(literal.is_float ? TokenKind::kFloat : TokenKind::kInt);
  token.int_value = literal.int_value;
  token.digits = literal.digits;
  token.base = literal.base;
  token.float_value = literal.float_value;
  return token;
}

// ---- strings

std::optional<Token> Scanner::ScanStringToken() {
  // The prefixes: r, b and rb, in lower case and this order only.
  size_t prefix = 0;
  if (StartsWith("r")) ++prefix;
  const bool is_raw = prefix == 1;
  if (source_.substr(offset_ + prefix).starts_with('b')) ++prefix;
  const char quote = offset_ + prefix < source_.size() ? source_[offset_ + prefix] : '\0';
  if (quote != '"' && quote != '\'') return std::nullopt;
  const bool is_bytes = prefix == (is_raw ? 2U : 1U);
  for (; prefix > 0; --prefix) Advance();
  return ScanString(is_raw, is_bytes);
}

Token Scanner::ScanString(bool is_raw, bool is_bytes) {
  const Position quote_position = position_;
  const char32_t quote = Advance();
  const std::string delimiter(2, static_cast<char>(quote));
  const bool is_triple = StartsWith(delimiter);
  if (is_triple) {
    Advance();
    Advance();
  }
  const auto body = StringBody(quote, is_triple);
  if (!body) return Make(TokenKind::kEnd);
  string_value_.clear();
  if (is_raw) {
    string_value_ = *body;
  } else if (auto status = is_bytes ? UnescapeBytes(*body, string_value_) : UnescapeText(*body, string_value_);
             !status.ok()) {
    Fail(quote_position, status.error().message());
  }
  Token token = Make(is_bytes ? TokenKind::kBytes : TokenKind::kString);
  token.text = string_value_;
  return token;
}

/// Reads up to and including the closing quotes; the text between them, with line ends as `\n` and what is not UTF-8
/// replaced. A backslash keeps the character behind it from closing the literal, also in a raw one.
std::optional<std::string> Scanner::StringBody(char32_t quote, bool is_triple) {
  std::string body;
  int quotes = 0;
  while (Peek() != kNoMore) {
    const char32_t c = Advance();
    AppendUtf8(c, body);
    quotes = c == quote ? quotes + 1 : 0;
    const int needed = is_triple ? 3 : 1;
    if (quotes == needed) {
      body.resize(body.size() - static_cast<size_t>(needed));
      return body;
    }
    if (c == '\n' && !is_triple) {
      Fail(token_position_, "unexpected newline in string");
      return std::nullopt;
    }
    if (c == '\\' && Peek() != kNoMore) AppendUtf8(Advance(), body);
  }
  FailAtEnd(token_position_, "unexpected EOF in string");
  return std::nullopt;
}

// ---- punctuation

Token Scanner::ScanBracket(char32_t c) {
  const bool opens = c == '(' || c == '[' || c == '{';
  if (!opens && brackets_ == 0) {
    Fail(position_, fmt::format("unexpected {}", Quoted(c)));
    return Make(TokenKind::kEnd);
  }
  brackets_ += opens ? 1 : -1;
  Advance();
  switch (c) {
    case '(':
      return Make(TokenKind::kLeftParen);
    case ')':
      return Make(TokenKind::kRightParen);
    case '[':
      return Make(TokenKind::kLeftBracket);
    case ']':
      return Make(TokenKind::kRightBracket);
    case '{':
      return Make(TokenKind::kLeftBrace);
    default:
      return Make(TokenKind::kRightBrace);
  }
}

TokenKind Scanner::WithAssign(TokenKind plain, TokenKind assign) {
  return Skip('=') ? assign : plain;
}

Token Scanner::ScanOperator(char32_t c) {
  using enum TokenKind;
  if (c == '(' || c == ')' || c == '[' || c == ']' || c == '{' || c == '}') return ScanBracket(c);
  if (c == '.' && offset_ + 1 < source_.size() && IsDigit(static_cast<unsigned char>(source_[offset_ + 1])))
    return ScanNumberToken();
  Advance();
  switch (c) {
    case ',':
      return Make(kComma);
    case ':':
      return Make(kColon);
    case ';':
      return Make(kSemicolon);
    case '.':
      return Make(kDot);
    case '~':
      return Make(kTilde);
    case '=':
      return Make(WithAssign(kAssign, kEqual));
    case '!':
      if (Skip('=')) return Make(kNotEqual);
      break;
    case '<':
      if (Skip('<')) return Make(WithAssign(kShiftLeft, kShiftLeftAssign));
      return Make(WithAssign(kLess, kLessEqual));
    case '>':
      if (Skip('>')) return Make(WithAssign(kShiftRight, kShiftRightAssign));
      return Make(WithAssign(kGreater, kGreaterEqual));
    case '+':
      return Make(WithAssign(kPlus, kPlusAssign));
    case '-':
      return Make(WithAssign(kMinus, kMinusAssign));
    case '*':
      if (Skip('*')) return Make(kStarStar);
      return Make(WithAssign(kStar, kStarAssign));
    case '/':
      if (Skip('/')) return Make(WithAssign(kSlashSlash, kSlashSlashAssign));
      return Make(WithAssign(kSlash, kSlashAssign));
    case '%':
      return Make(WithAssign(kPercent, kPercentAssign));
    case '&':
      return Make(WithAssign(kAmpersand, kAmpersandAssign));
    case '|':
      return Make(WithAssign(kPipe, kPipeAssign));
    case '^':
      return Make(WithAssign(kCaret, kCaretAssign));
    default:
      break;
  }
  Fail(token_position_, fmt::format("unexpected input character {}", Quoted(c)));
  return Make(kEnd);
}

}  // namespace firn::starlark
