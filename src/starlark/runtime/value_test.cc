#include "starlark/runtime/value.h"

#include <gtest/gtest.h>

#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/integer.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

TEST(Value, HoldsSmallThingsInside) {
  static_assert(sizeof(Value) == 16);
  EXPECT_TRUE(Value().is_null());
  EXPECT_TRUE(Value::None().is_none());
  EXPECT_EQ(Value::Int(INT64_MIN).AsInt64(), INT64_MIN);
  EXPECT_EQ(Value::Float(-0.5).AsFloat(), -0.5);
  const Value text = Value::ShortString("fourteen bytes");
  EXPECT_EQ(text.AsString(), "fourteen bytes");
  EXPECT_FALSE(text.is_object());
}

TEST(Value, AShortStringIsItsWords) {
  Heap heap;
  EXPECT_TRUE(MakeString(heap, "same").IsIdentical(Value::ShortString("same")));
  EXPECT_FALSE(Value::ShortString("").IsIdentical(Value::ShortString(std::string_view("\0", 1))));
  EXPECT_TRUE(MakeString(heap, "fifteen bytes..").is(Kind::kString));
}

TEST(Value, IntegersHaveOneForm) {
  Heap heap;
  EXPECT_TRUE(MakeInt(heap, number::BigInt(5)).is_int64());
  EXPECT_TRUE(MakeUint64(heap, UINT64_MAX).is(Kind::kBigInt));
  EXPECT_TRUE(MakeUint64(heap, INT64_MAX).is_int64());
}

TEST(Freeze, TakesAllThatIsReached) {
  Library library;
  Thread thread(library);
  Dict* inner = NewDict(thread.heap());
  const Value item = Value::Of(inner);
  const Value list = MakeList(thread.heap(), {&item, 1});
  ASSERT_TRUE(Insert(thread, *inner, Value::Int(1), list)) << "a cycle";
  Freeze(list);
  EXPECT_FALSE(Insert(thread, *inner, Value::Int(2), Value::None()));
  EXPECT_EQ(thread.TakeError().message, "cannot insert into frozen hash table");
}

TEST(Thread, CountsAndLimitsSteps) {
  Library library;
  Thread thread(library, {.steps = 1'000});
  EXPECT_TRUE(thread.ChargeSteps(600));
  EXPECT_EQ(thread.steps(), 600U);
  EXPECT_FALSE(thread.ChargeSteps(600));
  EXPECT_TRUE(thread.error().is_fatal);
}

TEST(Thread, KeepsTheFirstError) {
  Library library;
  Thread thread(library);
  thread.Fail("first {}", 1);
  thread.Fail("second");
  EXPECT_EQ(thread.TakeError().message, "first 1");
  EXPECT_FALSE(thread.failed());
}

}  // namespace
}  // namespace firn::starlark
