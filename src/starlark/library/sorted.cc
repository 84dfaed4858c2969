#include <algorithm>
#include <vector>

#include "starlark/library/builtins.h"
#include "starlark/number/order.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// sorted(): stable, by keys that are computed once. Keys that are all ints, floats or strings, which most are, are
/// compared without asking for their kinds each time.

namespace firn::starlark::library {
namespace {

struct Item {
  Value key;
  Value value;
};

bool AllKeys(const std::vector<Item>& items, bool (*is_kind)(const Value&)) {
  return std::all_of(items.begin(), items.end(), [is_kind](const Item& item) { return is_kind(item.key); });
}

/// Equal items keep their order also when it is reversed.
template <typename Less>
void Sort(std::vector<Item>& items, bool reverse, Less less) {
  if (reverse) {
    std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return less(b.key, a.key); });
  } else {
    std::stable_sort(items.begin(), items.end(), [&](const Item& a, const Item& b) { return less(a.key, b.key); });
  }
}

void SortItems(Thread& thread, std::vector<Item>& items, bool reverse) {
  if (AllKeys(items, [](const Value& key) { return key.is_int64(); })) {
    return Sort(items, reverse, [](const Value& a, const Value& b) { return a.AsInt64() < b.AsInt64(); });
  }
  if (AllKeys(items, [](const Value& key) { return key.is_float(); })) {
    return Sort(items, reverse, [](const Value& a, const Value& b) {
      return std::is_lt(number::CompareFloats(a.AsFloat(), b.AsFloat()));
    });
  }
  if (AllKeys(items, [](const Value& key) { return key.is_string(); })) {
    return Sort(items, reverse, [](const Value& a, const Value& b) { return a.AsString() < b.AsString(); });
  }
  // After a failure all are alike, so that the sort ends soon.
  Sort(items, reverse, [&thread](const Value& a, const Value& b) {
    return !thread.failed() && thread.ChargeSteps(1) && Compare(thread, BinaryOperator::kLess, a, b);
  });
}

/// Work is about n log n comparisons, which are cheaper than steps.
bool ChargeSort(Thread& thread, size_t count) {
  return thread.ChargeSteps(uint64_t{count} * static_cast<uint64_t>(std::bit_width(count)) / 4);
}

}  // namespace

Value Sorted(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  Callable key;
  bool reverse = false;
  if (!Unpack(thread, arguments, {{"iterable", &iterable}, {"key?", &key}, {"reverse?", &reverse}})) return {};

  // Both lists are roots: keys are made by calls into the program.
  List* values = NewList(thread.heap());
  const Root keep_values(thread, Value::Of(values));
  {
    Iterator items(thread, iterable.value);
    for (Value item; items.Next(&item);) {
      if (!values->Append(thread.heap(), item)) return thread.FailMemory();
      if (!thread.ChargeSteps(1)) return {};
    }
    if (thread.failed()) return {};
  }
  List* keys = values;
  if (!key.value.is_null()) keys = NewList(thread.heap());
  const Root keep_keys(thread, Value::Of(keys));
  for (size_t i = 0; keys != values && i < values->size; ++i) {
    const Value made = thread.Call(key.value, {&values->data[i], 1});
    if (thread.failed()) return {};
    if (!keys->Append(thread.heap(), made)) return thread.FailMemory();
  }

  std::vector<Item> items(values->size);
  for (size_t i = 0; i < items.size(); ++i) items[i] = {keys->data[i], values->data[i]};
  if (!ChargeSort(thread, items.size())) return {};
  SortItems(thread, items, reverse);
  if (thread.failed()) return {};
  for (size_t i = 0; i < items.size(); ++i) values->data[i] = items[i].value;
  return Value::Of(values);
}

}  // namespace firn::starlark::library
