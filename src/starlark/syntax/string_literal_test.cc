#include "starlark/syntax/string_literal.h"

#include <gtest/gtest.h>

#include "starlark/syntax/code_points.h"

namespace firn::starlark {
namespace {

std::string Text(std::string_view body) {
  std::string value;
  const Status status = UnescapeText(body, value);
  return status.ok() ? value : "error: " + status.error().message();
}

std::string Bytes(std::string_view body) {
  std::string value;
  const Status status = UnescapeBytes(body, value);
  return status.ok() ? value : "error: " + status.error().message();
}

TEST(StringLiteral, DecodesEscapes) {
  EXPECT_EQ(Text(R"(\a\b\f\n\r\t\v\\\'\")"), "\a\b\f\n\r\t\v\\'\"");
  EXPECT_EQ(Text(R"(\101\7x\x41\x7e)"), "A\ax\x41~");
  EXPECT_EQ(Text(R"(\u00e9\u4e16\U0001F63F)"), "é世😿");
  EXPECT_EQ(Text("a\\\nb"), "ab");
  EXPECT_EQ(Text(R"(\378)"),
            "\x1f"
            "8");
}

TEST(StringLiteral, RefusesEscapesOfNothing) {
  EXPECT_EQ(Text(R"(\q)"), R"(error: invalid escape sequence \q)");
  EXPECT_EQ(Text(R"(\é)"), R"(error: invalid escape sequence \é)");
  EXPECT_EQ(Text(R"(\x4)"), R"(error: truncated escape sequence \x4)");
  EXPECT_EQ(Text(R"(\x-0)"), R"(error: invalid escape sequence \x-0)");
  EXPECT_EQ(Text(R"(\u12)"), R"(error: truncated escape sequence \u12)");
  EXPECT_EQ(Text(R"(\u12g4)"), R"(error: invalid escape sequence \u12g4)");
  EXPECT_EQ(Text(R"(\ud800)"), "error: invalid Unicode code point U+D800");
  EXPECT_EQ(Text(R"(\U00110000)"), R"(error: code point out of range: \U00110000 (max \U0010ffff))");
}

TEST(StringLiteral, BytesTakeAnyByteAndTextOnlyAscii) {
  EXPECT_EQ(Bytes(R"(\xff\377\200)"), "\xff\xff\x80");
  EXPECT_EQ(Bytes(R"(\400)"), R"(error: invalid escape sequence \400)");
  EXPECT_EQ(Text(R"(\xff)"), R"(error: non-ASCII hex escape \xff (use \u00FF for the UTF-8 encoding of U+00FF))");
  EXPECT_EQ(Text(R"(\377)"), R"(error: non-ASCII octal escape \377 (use \u00FF for the UTF-8 encoding of U+00FF))");
}

TEST(CodePoints, DecodeWhatTheyEncode) {
  for (const char32_t code_point : {U'a', U'\u0080', U'\u07FF', U'\u0800', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
    std::string text;
    AppendUtf8(code_point, text);
    const CodePoint decoded = DecodeCodePoint(text);
    EXPECT_EQ(decoded.value, code_point);
    EXPECT_EQ(decoded.size, text.size());
  }
}

TEST(CodePoints, ReplaceOneByteOfWhatIsNotUtf8) {
  // A tail alone, a sequence cut short, overlong forms, a surrogate, a value beyond Unicode.
  for (const std::string_view text :
       {"\x80", "\xC3", "\xC3(", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF"}) {
    EXPECT_EQ(DecodeCodePoint(text).value, kReplacement);
    EXPECT_EQ(DecodeCodePoint(text).size, 1U);
  }
}

}  // namespace
}  // namespace firn::starlark
