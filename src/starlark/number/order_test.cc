#include "starlark/number/order.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace firn::starlark::number {
namespace {

const double kInfinity = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Order, FloatsAreOrderedTotally) {
  EXPECT_TRUE(std::is_eq(CompareFloats(kNan, kNan)));
  EXPECT_TRUE(std::is_gt(CompareFloats(kNan, kInfinity)));
  EXPECT_TRUE(std::is_lt(CompareFloats(-kInfinity, kNan)));
  EXPECT_TRUE(std::is_eq(CompareFloats(0.0, -0.0)));
}

TEST(Order, IntAndFloatCompareExactly) {
  const int64_t beyond = (int64_t{1} << 53) + 1;
  EXPECT_TRUE(std::is_gt(CompareIntFloat(beyond, 9007199254740992.0)));
  EXPECT_TRUE(std::is_eq(CompareIntFloat(beyond - 1, 9007199254740992.0)));
  EXPECT_TRUE(std::is_lt(CompareIntFloat(3, 3.5)));
  EXPECT_TRUE(std::is_gt(CompareIntFloat(-3, -3.5)));
  EXPECT_TRUE(std::is_eq(CompareIntFloat(0, -0.0)));
  EXPECT_TRUE(std::is_lt(CompareIntFloat(std::numeric_limits<int64_t>::max(), 9223372036854775808.0)));
  EXPECT_TRUE(std::is_eq(CompareIntFloat(std::numeric_limits<int64_t>::min(), -9223372036854775808.0)));
  EXPECT_TRUE(std::is_lt(CompareIntFloat(5, kNan)));
  EXPECT_TRUE(std::is_gt(CompareIntFloat(5, -kInfinity)));
  const BigInt huge = ShiftLeft(SmallInt(1), 100);
  EXPECT_TRUE(std::is_eq(CompareIntFloat(huge, std::ldexp(1.0, 100))));
  EXPECT_TRUE(std::is_lt(CompareIntFloat(Subtract(huge, SmallInt(1)), std::ldexp(1.0, 100))));
  EXPECT_TRUE(std::is_gt(CompareIntFloat(huge, 1.5)));
  EXPECT_TRUE(std::is_lt(CompareIntFloat(Negate(huge), -1.5)));
  EXPECT_TRUE(std::is_lt(CompareIntFloat(ShiftLeft(SmallInt(1), 5000), kInfinity)));
}

TEST(Order, EqualNumbersHashAlike) {
  for (double value : {0.0, -0.0, 1.0, -1.0, 9007199254740992.0, 9223372036854775808.0, -9223372036854775808.0, 1e22,
                       -1e300, std::ldexp(1.0, 61), std::ldexp(3.0, 200)}) {
    const BigInt whole = BigInt::FromDouble(value);
    EXPECT_EQ(HashFloat(value), HashInt(whole.view())) << value;
    if (const auto small = whole.view().ToInt64()) {
      EXPECT_EQ(HashFloat(value), HashInt(*small)) << value;
    }
  }
  EXPECT_EQ(HashFloat(kNan), HashFloat(-kNan));
  EXPECT_NE(HashFloat(kInfinity), HashFloat(-kInfinity));
  EXPECT_NE(HashInt(1), HashInt(-1));
  EXPECT_NE(HashFloat(0.5), HashFloat(0.25));
}

TEST(Order, FloatDivisionFloors) {
  EXPECT_EQ(FloorDivide(5.5, -2), -3.0);
  EXPECT_EQ(FloorModulo(7, -2), -1.0);
  EXPECT_EQ(FloorModulo(-7, 2), 1.0);
  EXPECT_EQ(FloorModulo(-7, 3.5), 0.0);
}

}  // namespace
}  // namespace firn::starlark::number
