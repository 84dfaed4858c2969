#include "starlark/number/float_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <utility>

namespace firn::starlark::number {
namespace {

TEST(FloatText, IsTheShortestThatReadsBack) {
  const std::pair<double, const char*> samples[] = {
      {1.0, "1.0"},
      {0.1, "0.1"},
      {123456.7, "123456.7"},
      {999999.0, "999999.0"},
      {1e6, "1e+06"},
      {1234567.5, "1.2345675e+06"},
      {123456789.0, "1.23456789e+08"},
      {0.0001, "0.0001"},
      {0.00001, "1e-05"},
      {21000000.0, "2.1e+07"},
      {1e100, "1e+100"},
      {-0.0, "-0.0"},
      {100.5, "100.5"},
      {-0.00123, "-0.00123"},
      {10.0, "10.0"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {0.30000000000000004, "0.30000000000000004"},
  };
  for (const auto& [value, text] : samples) EXPECT_EQ(FloatText(value), text);
  EXPECT_EQ(FloatText(std::numeric_limits<double>::infinity()), "+inf");
  EXPECT_EQ(FloatText(-std::numeric_limits<double>::infinity()), "-inf");
  EXPECT_EQ(FloatText(-std::numeric_limits<double>::quiet_NaN()), "nan");
}

TEST(FloatText, ConversionsHaveSixDigits) {
  const auto converted = [](double value, char conversion) {
    std::string text;
    AppendFloat(text, value, conversion);
    return text;
  };
  EXPECT_EQ(converted(1234.5678, 'e'), "1.234568e+03");
  EXPECT_EQ(converted(1234.5678, 'E'), "1.234568E+03");
  EXPECT_EQ(converted(-2.5e-7, 'f'), "-0.000000");
  EXPECT_EQ(converted(1e10, 'G'), "1E+10");
  EXPECT_EQ(converted(1.0, 'g'), "1.0");
  EXPECT_EQ(converted(1.7976931348623157e308, 'F').size(), 316u);
  EXPECT_EQ(converted(std::numeric_limits<double>::infinity(), 'F'), "+inf");
}

TEST(FloatText, ReadsWhatGoReads) {
  const std::pair<const char*, double> good[] = {
      {"1.", 1},
      {".5", 0.5},
      {"+1", 1},
      {"-2e3", -2000},
      {"1_000.5", 1000.5},
      {"0_1", 1},
      {"1e1_0", 1e10},
      {"0x1p-2", 0.25},
      {"0x1.8p0", 1.5},
      {"0x_1p4", 16},
      {"0X1_0P0", 16},
      {"1e-400", 0},
      {"1e400", std::numeric_limits<double>::infinity()},
      {"-InFinity", -std::numeric_limits<double>::infinity()},
  };
  for (const auto& [text, value] : good) EXPECT_EQ(ParseFloat(text), value) << text;
  EXPECT_TRUE(std::isnan(*ParseFloat("-nan")));
  for (const char* text : {"",     ".",   "-",  "+",     " 1",     "1 ",  "1__0", "_1",    "1_", "1_.5", "1e",
                           "1e_5", "0x1", "0x", "0x.p1", "0x-1p1", "0b1", "--1",  "infin", "1d", "0x1p"}) {
    EXPECT_FALSE(ParseFloat(text)) << text;
  }
  EXPECT_FALSE(ParseFloatLiteral("inf"));
}

}  // namespace
}  // namespace firn::starlark::number
