#include "starlark/syntax/number_literal.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace firn::starlark {
namespace {

/// The number, and what follows it in brackets.
std::string Scan(std::string_view text) {
  const NumberLiteral literal = ScanNumber(text);
  if (literal.error) return fmt::format("{}: {}", literal.error->offset, literal.error->message);
  const std::string value = literal.is_float         ? fmt::format("{:.17g}f", literal.float_value)
                            : literal.digits.empty() ? fmt::format("{}", literal.int_value)
                                                     : fmt::format("base {} {}", literal.base, literal.digits);
  return literal.size == text.size() ? value : fmt::format("{} [{}]", value, text.substr(literal.size));
}

TEST(NumberLiteral, ReadsIntegersOfEveryBase) {
  EXPECT_EQ(Scan("0"), "0");
  EXPECT_EQ(Scan("000"), "0");
  EXPECT_EQ(Scan("123"), "123");
  EXPECT_EQ(Scan("0xfF"), "255");
  EXPECT_EQ(Scan("0XA0"), "160");
  EXPECT_EQ(Scan("0o17"), "15");
  EXPECT_EQ(Scan("0O7"), "7");
  EXPECT_EQ(Scan("0b101"), "5");
  EXPECT_EQ(Scan("9223372036854775807"), "9223372036854775807");
}

TEST(NumberLiteral, KeepsTheDigitsOfLargeIntegers) {
  EXPECT_EQ(Scan("9223372036854775808"), "base 10 9223372036854775808");
  EXPECT_EQ(Scan("0x8000000000000000"), "base 16 8000000000000000");
  EXPECT_EQ(Scan("0o1000000000000000000000"), "base 8 1000000000000000000000");
}

TEST(NumberLiteral, ReadsFloats) {
  EXPECT_EQ(Scan("0."), "0f");
  EXPECT_EQ(Scan(".5"), "0.5f");
  EXPECT_EQ(Scan("1.5e-3"), "0.0015f");
  EXPECT_EQ(Scan("1e3"), "1000f");
  EXPECT_EQ(Scan("0123.5"), "123.5f");
  EXPECT_EQ(Scan("0899e1"), "8990f");
  EXPECT_EQ(Scan("1e-999"), "0f");
}

TEST(NumberLiteral, EndsWhereTheNumberEnds) {
  EXPECT_EQ(Scan("1_000"), "1 [_000]");
  EXPECT_EQ(Scan("6or"), "6 [or]");
  EXPECT_EQ(Scan("0x1.5"), "1 [.5]");
  EXPECT_EQ(Scan("0b12"), "1 [2]");
  EXPECT_EQ(Scan("1.2.3"), "1.2f [.3]");
  EXPECT_EQ(Scan("1.x"), "1f [x]");
}

TEST(NumberLiteral, RefusesMalformedNumbers) {
  EXPECT_EQ(Scan("0x"), "0: invalid hex literal");
  EXPECT_EQ(Scan("0o8"), "2: invalid octal literal");
  EXPECT_EQ(Scan("0or"), "2: invalid octal literal");
  EXPECT_EQ(Scan("0b2"), "2: invalid binary literal");
  EXPECT_EQ(Scan("017"), "3: obsolete form of octal literal; use 0o17");
  EXPECT_EQ(Scan("019"), "0: invalid int literal");
  EXPECT_EQ(Scan("1e"), "2: invalid float literal");
  EXPECT_EQ(Scan("1e+"), "3: invalid float literal");
  EXPECT_EQ(Scan("1e999"), "5: invalid float literal");
}

}  // namespace
}  // namespace firn::starlark
