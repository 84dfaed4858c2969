#include "starlark/runtime/hash_table.h"

#include <gtest/gtest.h>

#include <vector>

#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

class HashTableTest : public ::testing::Test {
 protected:
  std::vector<int64_t> Keys() const {
    std::vector<int64_t> keys;
    for (const HashTable::Entry& entry : table_) keys.push_back(entry.key.AsInt64());
    return keys;
  }
  bool Add(int64_t key) { return table_.FindOrAdd(thread_, Value::Int(key)) != nullptr; }
  bool Remove(int64_t key) {
    HashTable::Entry removed;
    return table_.Remove(thread_, Value::Int(key), &removed);
  }

  Library library_;
  Thread thread_{library_};
  HashTable table_;
};

TEST_F(HashTableTest, KeepsTheOrderOfInsertion) {
  for (const int64_t key : {5, 3, 9, 3, 1}) ASSERT_TRUE(Add(key));
  EXPECT_EQ(Keys(), (std::vector<int64_t>{5, 3, 9, 1}));
  EXPECT_TRUE(Remove(3));
  EXPECT_FALSE(Remove(3));
  EXPECT_TRUE(Add(3));
  EXPECT_EQ(Keys(), (std::vector<int64_t>{5, 9, 1, 3}));
}

TEST_F(HashTableTest, FindsAllKeysWhileItGrowsAndShrinks) {
  constexpr int64_t kKeys = 5'000;
  for (int64_t key = 0; key < kKeys; ++key) ASSERT_TRUE(Add(key * 7));
  for (int64_t key = 0; key < kKeys; key += 2) ASSERT_TRUE(Remove(key * 7));
  EXPECT_EQ(table_.size, kKeys / 2);
  for (int64_t key = 0; key < kKeys; ++key)
    EXPECT_EQ(table_.Find(thread_, Value::Int(key * 7)) != nullptr, key % 2 == 1) << key;
}

TEST_F(HashTableTest, DoesNotGrowWhereAsMuchGoesAsComes) {
  for (int64_t key = 0; key < 10; ++key) Add(key);
  for (int64_t key = 10; key < 100'000; ++key) {
    ASSERT_TRUE(Add(key));
    ASSERT_TRUE(Remove(key - 10));
  }
  EXPECT_LT(table_.capacity, 100U);
}

TEST_F(HashTableTest, EqualNumbersAreOneKey) {
  ASSERT_TRUE(Add(1));
  EXPECT_NE(table_.Find(thread_, Value::Float(1.0)), nullptr);
  EXPECT_EQ(table_.Find(thread_, Value::Bool(true)), nullptr);
}

TEST_F(HashTableTest, RefusesKeysThatCanChange) {
  EXPECT_EQ(table_.FindOrAdd(thread_, MakeList(thread_.heap(), {})), nullptr);
  EXPECT_EQ(thread_.TakeError().message, "unhashable type: list");
}

/// Long strings and tuples compare by what is in them.
TEST_F(HashTableTest, FindsEqualTextsAndTuples) {
  const auto text = [&] { return MakeString(thread_.heap(), "a text that is on the heap of the thread"); };
  const Value key = text();
  const Value again = text();
  ASSERT_NE(table_.FindOrAdd(thread_, MakeTuple(thread_.heap(), {&key, 1})), nullptr);
  EXPECT_NE(table_.Find(thread_, MakeTuple(thread_.heap(), {&again, 1})), nullptr);
}

}  // namespace
}  // namespace firn::starlark
