#include "http/byte_budget.h"

#include <gtest/gtest.h>

namespace firn::http {
namespace {

TEST(ByteBudgetTest, LetsOneBodyGoBeyondTheLimitAndQueuesTheOthers) {
  ByteBudget budget(100);
  int a = 0, b = 0, c = 0;
  int b_charged = 0, c_charged = 0;
  EXPECT_TRUE(budget.Charge(&a, 90, {}));
  EXPECT_TRUE(budget.Charge(&a, 90, {}));  // the one
  EXPECT_FALSE(budget.Charge(&b, 10, [&] { ++b_charged; }));
  EXPECT_FALSE(budget.Charge(&c, 200, [&] { ++c_charged; }));
  EXPECT_TRUE(budget.Charge(&a, 90, {}));
  budget.Release(&a, 270);
  EXPECT_EQ(b_charged, 1);
  EXPECT_EQ(c_charged, 1);  // now the one
  EXPECT_EQ(budget.used(), 210U);
  budget.Release(&b, 10);
  budget.Release(&c, 200);
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ByteBudgetTest, ForgetsWhoWaitsAndSaysWhenItIsTooLate) {
  ByteBudget budget(10);
  int a = 0, b = 0;
  EXPECT_TRUE(budget.Charge(&a, 20, {}));
  EXPECT_FALSE(budget.Charge(&b, 5, [] {}));
  EXPECT_TRUE(budget.Forget(&b));
  EXPECT_FALSE(budget.Charge(&b, 5, [] {}));
  budget.Release(&a, 20);
  EXPECT_FALSE(budget.Forget(&b));
  budget.Release(&b, 5);
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace firn::http
