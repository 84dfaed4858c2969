#include "starlark/runtime/heap.h"

#include <gtest/gtest.h>

#include <cstring>

#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"

namespace firn::starlark {
namespace {

class Roots final : public RootSource {
 public:
  void MarkRoots(Marker& marker) override { marker.Mark(values.data(), values.size()); }
  std::vector<Value> values;
};

TEST(Heap, KeepsWhatRootsReach) {
  Heap heap;
  Roots roots;
  const Value text = MakeString(heap, "a text that is longer than a short string");
  roots.values = {MakeList(heap, {&text, 1})};
  for (int i = 0; i < 1'000; ++i) MakeString(heap, "another text, which nobody wants to keep");
  const size_t before = heap.used_bytes();
  heap.Collect(roots);
  EXPECT_LT(heap.used_bytes(), before);
  EXPECT_EQ(roots.values[0].As<List>()->items()[0].AsString(), "a text that is longer than a short string");
}

TEST(Heap, FreesCycles) {
  Heap heap;
  Roots roots;
  heap.Collect(roots);
  const size_t before = heap.used_bytes();
  for (int i = 0; i < 1'000; ++i) {
    List* list = NewList(heap, 1);
    ASSERT_TRUE(list->Append(heap, Value::Of(list)));
  }
  heap.Collect(roots);
  EXPECT_EQ(heap.used_bytes(), before);
}

TEST(Heap, MarksNestingOfAnyDepth) {
  Heap heap;
  Roots roots;
  Value nested = MakeList(heap, {});
  for (int i = 0; i < 1'000'000; ++i) nested = MakeList(heap, {&nested, 1});
  roots.values = {nested};
  heap.Collect(roots);
  const size_t all = heap.used_bytes();
  roots.values.clear();
  heap.Collect(roots);
  EXPECT_LT(heap.used_bytes(), all / 100);
}

TEST(Heap, CellsAreUsedAgain) {
  Heap heap;
  Roots roots;
  size_t most = 0;
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 1'000; ++i) std::memset(heap.Allocate(static_cast<size_t>(i) % 3'000), 0xAB, i % 3'000);
    most = std::max(most, heap.used_bytes());
    heap.Collect(roots);
  }
  EXPECT_LT(most, size_t{4} << 20) << "a round takes 1.5 MB";
}

TEST(Heap, RefusesLargeCellsBeyondTheLimit) {
  Heap heap(1 << 20);
  EXPECT_NE(heap.Allocate(size_t{512} << 10), nullptr);
  EXPECT_EQ(heap.Allocate(size_t{2} << 20), nullptr);
  EXPECT_EQ(heap.Allocate(SIZE_MAX / 2), nullptr);
  EXPECT_FALSE(heap.is_over_limit());
}

TEST(Heap, RaisesAnAlarmWhenACollectionPays) {
  Heap heap(1 << 20);
  Roots roots;
  int64_t alarm = 5;
  heap.set_alarm(&alarm);
  while (!heap.wants_collection()) heap.Allocate(1'000);
  EXPECT_LT(alarm, 0);
  heap.Collect(roots);
  EXPECT_EQ(alarm, 5);
  EXPECT_FALSE(heap.wants_collection());
}

}  // namespace
}  // namespace firn::starlark
