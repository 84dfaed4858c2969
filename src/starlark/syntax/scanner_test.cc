#include "starlark/syntax/scanner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace firn::starlark {
namespace {

std::string Describe(const Token& token) {
  switch (token.kind) {
    case TokenKind::kIdentifier:
      return std::string(token.text);
    case TokenKind::kInt:
      return token.digits.empty() ? fmt::format("{}", token.int_value) : fmt::format("{}:{}", token.base, token.digits);
    case TokenKind::kFloat:
      return fmt::format("{:.6g}f", token.float_value);
    case TokenKind::kString:
      return fmt::format("<{}>", token.text);
    case TokenKind::kBytes:
      return fmt::format("b<{}>", token.text);
    default:
      return std::string(TokenText(token.kind));
  }
}

/// All tokens but the last, or the error with its place.
std::string Scan(std::string_view source) {
  Scanner scanner(source);
  std::string text;
  for (Token token = scanner.Next(); token.kind != TokenKind::kEnd; token = scanner.Next())
    text += (text.empty() ? "" : " ") + Describe(token);
  if (!scanner.error()) return text;
  const SyntaxError& error = *scanner.error();
  return fmt::format("{}:{}: {}", error.position.line, error.position.column, error.message);
}

TEST(Scanner, CutsWordsAndPunctuation) {
  EXPECT_EQ(Scan(""), "");
  EXPECT_EQ(Scan("a.b(c, d=1)"), "a . b ( c , d = 1 )");
  EXPECT_EQ(Scan("/ // /= //= ///= < << <<= <= > >> >>= >= == != ** *= ~="),
            "/ // /= //= // /= < << <<= <= > >> >>= >= == != ** *= ~ =");
  EXPECT_EQ(Scan("not in lambda yield assert nott"), "not in lambda yield assert nott");
  EXPECT_EQ(Scan("a\tb"), "a b");
}

TEST(Scanner, TakesLettersOfAnyScriptForNames) {
  EXPECT_EQ(Scan("größe.温度_1"), "größe . 温度_1");
  EXPECT_EQ(Scan("x²"), "1:2: unexpected input character '²'");
}

TEST(Scanner, RefusesCharactersThatMeanNothing) {
  EXPECT_EQ(Scan("a ! b"), "1:3: unexpected input character '!'");
  EXPECT_EQ(Scan("a\n  $"), "2:3: unexpected input character '$'");
  EXPECT_EQ(Scan(std::string("a\0b", 3)), "1:2: unexpected input character '\\x00'");
  EXPECT_EQ(Scan("a \xff"), "1:3: unexpected input character '\xEF\xBF\xBD'");
  EXPECT_EQ(Scan("(a))"), "1:4: unexpected ')'");
  EXPECT_EQ(Scan("a \\ b"), "1:4: stray backslash in program");
}

TEST(Scanner, TurnsIndentationIntoTokens) {
  EXPECT_EQ(Scan("def f():\n  if x:\n    y\n  z\nw\n"),
            "def f ( ) : newline indent if x : newline indent y newline outdent z newline outdent w newline");
  EXPECT_EQ(Scan("if x:\n\ty\n        z\n"), "if x : newline indent y newline z newline outdent");
  EXPECT_EQ(Scan("if x:\n    y\n  z\n"), "3:3: unindent does not match any outer indentation level");
}

TEST(Scanner, ClosesBlocksAtTheEnd) {
  EXPECT_EQ(Scan("if x:\n  y"), "if x : newline indent y newline outdent");
  EXPECT_EQ(Scan("if x:\n  y\n# remark"), "if x : newline indent y newline outdent");
  EXPECT_EQ(Scan("if x:\n  if y:\n    z\n    "),
            "if x : newline indent if y : newline indent z newline outdent outdent");
  EXPECT_EQ(Scan("x"), "x");
}

TEST(Scanner, LeavesOutBlankLinesCommentsAndLineEndsInsideBrackets) {
  EXPECT_EQ(Scan("a\n\n   \n# remark\n  # another\nb\n"), "a newline b newline");
  EXPECT_EQ(Scan("f(a, # remark\n    b)\nc"), "f ( a , b ) newline c");
  EXPECT_EQ(Scan("a + \\\n  b"), "a + b");
}

TEST(Scanner, TakesEveryKindOfLineEnd) {
  EXPECT_EQ(Scan("a\rb\r\nc\nd"), "a newline b newline c newline d");
  EXPECT_EQ(Scan("'''a\rb\r\nc'''"), "<a\nb\nc>");
}

TEST(Scanner, DecodesStrings) {
  EXPECT_EQ(Scan(R"('a' "b" 'c"d' "e'f")"), R"(<a> <b> <c"d> <e'f>)");
  EXPECT_EQ(Scan("'''a'b''c'''"), "<a'b''c>");
  EXPECT_EQ(Scan("''''a'''"), "<'a>");
  EXPECT_EQ(Scan(R"(r'\n\'' rb'\xff' b'\x41')"), R"(<\n\'> b<\xff> b<A>)");
  EXPECT_EQ(Scan("'a\\\nb'"), "<ab>");
  EXPECT_EQ(Scan("r'a\\\r\nb'"), "<a\\\nb>");
  EXPECT_EQ(Scan("'\xff'"), "<\xEF\xBF\xBD>");
  EXPECT_EQ(Scan("R'a'"), "R <a>");
  EXPECT_EQ(Scan("br'a'"), "br <a>");
}

TEST(Scanner, RefusesStringsThatDoNotEnd) {
  EXPECT_EQ(Scan("x = 'abc"), "1:5: unexpected EOF in string");
  EXPECT_EQ(Scan("x = 'abc\n'"), "1:5: unexpected newline in string");
  EXPECT_EQ(Scan("x = '''abc''"), "1:5: unexpected EOF in string");
  EXPECT_EQ(Scan("'a\\"), "1:1: unexpected EOF in string");
  EXPECT_EQ(Scan(R"(x = r"\")"), "1:5: unexpected EOF in string");
}

TEST(Scanner, GoesOnWithNothingAfterAFailure) {
  Scanner scanner("if x:\n  y z");
  scanner.Next();
  scanner.Fail({1, 1}, "first");
  scanner.Fail({2, 2}, "second");
  EXPECT_EQ(scanner.Next().kind, TokenKind::kEnd);
  EXPECT_EQ(scanner.Next().kind, TokenKind::kEnd);
  EXPECT_EQ(scanner.error()->message, "first");
}

TEST(Scanner, SaysWhereTokensStand) {
  Scanner scanner("äö b\n  'x\ny'");
  EXPECT_EQ(scanner.Next().position, (Position{1, 1}));
  EXPECT_EQ(scanner.position(), (Position{1, 3}));
  EXPECT_EQ(scanner.Next().position, (Position{1, 4}));
}

}  // namespace
}  // namespace firn::starlark
