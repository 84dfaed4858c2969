#include "query/value_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace firn::query {
namespace {

/// What an appending function writes.
template <typename Function, typename... Args>
std::string Text(Function append, const Args&... args) {
  std::string out;
  append(args..., out);
  return out;
}

TEST(ValueText, TimestampsHaveAsManyDigitsAsAreExact) {
  EXPECT_EQ(Text(&AppendTimestamp, 1'767'225'600'000'000, 6, true), "2026-01-01T00:00:00Z");
  EXPECT_EQ(Text(&AppendTimestamp, 1'767'225'600'120'000, 6, true), "2026-01-01T00:00:00.120Z");
  EXPECT_EQ(Text(&AppendTimestamp, 1'767'225'600'000'001, 6, false), "2026-01-01T00:00:00.000001");
  EXPECT_EQ(Text(&AppendTimestamp, -1, 9, false), "1969-12-31T23:59:59.999999999");
  EXPECT_EQ(Text(&AppendTimestamp, std::numeric_limits<int64_t>::max(), 6, true), "infinity");
}

TEST(ValueText, DatesReachBeyondFourDigits) {
  EXPECT_EQ(Text(&AppendDate, 0), "1970-01-01");
  EXPECT_EQ(Text(&AppendDate, -719'162), "0001-01-01");
  EXPECT_EQ(Text(&AppendDate, 2'932'896), "9999-12-31");
  EXPECT_EQ(Text(&AppendDate, 2'932'897), "+10000-01-01");
}

TEST(ValueText, DoublesAreShortestAndReadBack) {
  EXPECT_EQ(Text(&AppendDouble, 0.1), "0.1");
  EXPECT_EQ(Text(&AppendDouble, 1.0), "1.0");
  EXPECT_EQ(Text(&AppendDouble, -0.0), "-0.0");
  EXPECT_EQ(Text(&AppendDouble, 1e300), "1e+300");
  EXPECT_EQ(Text(&AppendDouble, std::nan("")), "NaN");
  EXPECT_EQ(Text(&AppendDouble, -INFINITY), "-Infinity");
  EXPECT_EQ(Text(&AppendFloat, 0.1F), "0.1");
}

TEST(ValueText, DecimalsKeepTheirScale) {
  EXPECT_EQ(Text(&AppendInt128, 5, 0, 2), "0.05");
  EXPECT_EQ(Text(&AppendInt128, static_cast<uint64_t>(-1420), -1, 2), "-14.20");
  EXPECT_EQ(Text(&AppendInt128, 0, std::numeric_limits<int64_t>::min(), 0), "-170141183460469231731687303715884105728");
  EXPECT_EQ(Text(&AppendUint128, ~uint64_t{0}, ~uint64_t{0}), "340282366920938463463374607431768211455");
}

TEST(ValueText, IntervalsAreIso) {
  EXPECT_EQ(Text(&AppendInterval, 14, 3, 3'600'000'001), "P14M3DT3600.000001S");
  EXPECT_EQ(Text(&AppendInterval, 0, 0, 0), "PT0S");
}

TEST(ValueText, JsonStringsAreEscaped) {
  EXPECT_EQ(Text(&AppendJsonString, "a\"\\\n\x01ü"), "\"a\\\"\\\\\\n\\u0001ü\"");
}

}  // namespace
}  // namespace firn::query
