#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "starlark/syntax/token.h"

namespace firn::starlark {

/// Cuts source text into tokens; turns the indentation of lines into kIndent and kOutdent, and leaves out comments,
/// blank lines and line ends inside brackets. Takes LF, CR LF and CR for line ends.
///
/// The first failure – the scanner's own, or the parser's through Fail – is kept, and from then on there are only kEnd
/// tokens: so that a parser needs no check behind every step. `source` must outlive the scanner and its tokens.
class Scanner {
 public:
  explicit Scanner(std::string_view source) : source_(source) {}

  Token Next();

  /// Behind the last token.
  Position position() const { return position_; }
  bool is_at_end() const { return offset_ == source_.size(); }

  void Fail(Position position, std::string message);
  /// The same, for a text that would be right if it went on.
  void FailAtEnd(Position position, std::string message);

  const std::optional<SyntaxError>& error() const { return error_; }
  bool wants_more() const { return wants_more_; }

 private:
  static constexpr char32_t kNoMore = 0xFFFF'FFFF;

  char32_t Peek() const;
  char32_t Advance();
  bool StartsWith(std::string_view text) const { return source_.substr(offset_).starts_with(text); }
  /// Advances over `c` if it comes next.
  bool Skip(char32_t c);

  Token Make(TokenKind kind) const;
  Token MakeNewline();
  Token EndOfSource(bool began_line);
  std::optional<Token> TakeDent();
  void MeasureIndentation(uint32_t width);
  uint32_t SkipIndentation();
  void SkipBlanksAndComment();
  Token ScanBracket(char32_t c);
  Token ScanWord();
  Token ScanNumberToken();
  Token ScanOperator(char32_t c);
  std::optional<Token> ScanStringToken();
  Token ScanString(bool is_raw, bool is_bytes);
  std::optional<std::string> StringBody(char32_t quote, bool is_triple);
  TokenKind WithAssign(TokenKind plain, TokenKind assign);

  std::string_view source_;
  size_t offset_ = 0;
  Position position_{1, 1};
  Position token_position_;  ///< of the token being read
  size_t brackets_ = 0;      ///< open ones
  std::vector<uint32_t> indentation_ = {0};
  int dents_ = 0;  ///< kIndent (> 0) or kOutdent (< 0) tokens that are due
  bool at_line_start_ = true;
  std::string string_value_;  ///< what the last string token denotes
  std::optional<SyntaxError> error_;
  bool wants_more_ = false;
};

}  // namespace firn::starlark
