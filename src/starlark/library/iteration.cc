#include <algorithm>
#include <vector>

#include "starlark/library/builtins.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// Functions that go over the items of something once: all, any, enumerate, len, max, min, reversed, zip.

namespace firn::starlark::library {
namespace {

/// The items of `iterable`, which is one, as a new list. Null if failed.
List* Collect(Thread& thread, const Value& iterable) {
  List* list = NewList(thread.heap());
  Iterator items(thread, iterable);
  for (Value item; items.Next(&item);) {
    if (!list->Append(thread.heap(), item)) thread.FailMemory();
    if (thread.failed() || !thread.ChargeSteps(1)) return nullptr;
  }
  return thread.failed() ? nullptr : list;
}

/// Whether one of the items has the truth `wanted`.
Value HasItem(Thread& thread, const Arguments& arguments, bool wanted, bool* found) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 1, {{"iterable", &iterable}})) return {};
  Iterator items(thread, iterable.value);
  for (Value item; !*found && items.Next(&item);) {
    *found = firn::starlark::Truth(item) == wanted;
    if (!thread.ChargeSteps(1)) return {};
  }
  return thread.failed() ? Value() : Value::None();
}

/// The key of `item`: what `key` makes of it.
Value KeyOf(Thread& thread, const Callable& key, const Value& item) {
  return key.value.is_null() ? item : thread.Call(key.value, {&item, 1});
}

/// The first item that no other one comes before in the order `better`.
Value Extreme(Thread& thread, const Arguments& arguments, BinaryOperator better) {
  if (arguments.size() == 0) return thread.Fail("{} requires at least one positional argument", arguments.function);
  Callable key;
  Arguments named = arguments;
  named.positional = {};
  if (!Unpack(thread, named, {{"key?", &key}})) return {};
  Value sequence = arguments[0];
  if (arguments.size() > 1) sequence = thread.Checked(MakeTuple(thread.heap(), arguments.positional));
  if (thread.failed()) return {};
  if (!IsIterable(sequence)) {
    return thread.Fail("{}: {} value is not iterable", arguments.function, TypeName(sequence));
  }
  const Root keep_sequence(thread, sequence);
  Root best(thread);
  Root best_key(thread);
  Root item(thread);
  Iterator items(thread, sequence);
  if (!items.Next(&best.value)) {
    return thread.failed() ? Value() : thread.Fail("{}: argument is an empty sequence", arguments.function);
  }
  best_key.value = KeyOf(thread, key, best.value);
  while (!thread.failed() && items.Next(&item.value)) {
    const Value item_key = KeyOf(thread, key, item.value);
    if (thread.failed() || !thread.ChargeSteps(1)) return {};
    const bool is_better = Compare(thread, better, item_key, best_key.value);
    if (thread.failed()) return thread.PrefixError(arguments.function);
    if (!is_better) continue;
    best.value = item.value;
    best_key.value = item_key;
  }
  return thread.failed() ? Value() : best.value;
}

}  // namespace

Value All(Thread& thread, const Arguments& arguments) {
  bool found = false;
  return HasItem(thread, arguments, false, &found).is_null() ? Value() : Value::Bool(!found);
}

Value Any(Thread& thread, const Arguments& arguments) {
  bool found = false;
  return HasItem(thread, arguments, true, &found).is_null() ? Value() : Value::Bool(found);
}

Value Enumerate(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  int64_t start = 0;
  if (!UnpackPositional(thread, arguments, 1, {{"iterable", &iterable}, {"start", &start}})) return {};
  List* list = Collect(thread, iterable.value);
  if (list == nullptr) return {};
  for (size_t i = 0; i < list->size; ++i) {
    Tuple* pair = NewTuple(thread.heap(), 2);
    if (pair == nullptr || thread.heap().is_over_limit()) return thread.FailMemory();
    pair->data()[0] = Value::Int(static_cast<int64_t>(static_cast<uint64_t>(start) + i));
    pair->data()[1] = list->data[i];
    list->data[i] = Value::Of(pair);
  }
  return Value::Of(list);
}

Value Len(Thread& thread, const Arguments& arguments) {
  Value value;
  if (arguments.size() == 1 && !arguments.has_keywords()) {
    value = arguments[0];
  } else if (!UnpackPositional(thread, arguments, 1, {{"x", &value}})) {
    return {};
  }
  const int64_t length = Length(value);
  if (length < 0) return thread.Fail("len: value of type {} has no len", TypeName(value));
  return Value::Int(length);
}

Value Max(Thread& thread, const Arguments& arguments) {
  return Extreme(thread, arguments, BinaryOperator::kGreater);
}

Value Min(Thread& thread, const Arguments& arguments) {
  return Extreme(thread, arguments, BinaryOperator::kLess);
}

Value Reversed(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 1, {{"iterable", &iterable}})) return {};
  List* list = Collect(thread, iterable.value);
  if (list == nullptr) return {};
  std::reverse(list->data, list->data + list->size);
  return Value::Of(list);
}

Value Zip(Thread& thread, const Arguments& arguments) {
  if (arguments.has_keywords()) return thread.Fail("zip does not accept keyword arguments");
  std::vector<std::unique_ptr<Iterator>> columns;
  for (size_t i = 0; i < arguments.size(); ++i) {
    columns.push_back(std::make_unique<Iterator>(thread, arguments[i]));
    if (!columns.back()->ok()) {
      return thread.Fail("zip: argument #{} is not iterable: {}", i + 1, TypeName(arguments[i]));
    }
  }
  List* rows = NewList(thread.heap());
  std::vector<Value> row(columns.size());
  const auto next_row = [&] {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!columns[i]->Next(&row[i])) return false;
    }
    return !columns.empty();
  };
  while (next_row()) {
    const Value tuple = MakeTuple(thread.heap(), row);
    if (tuple.is_null() || thread.heap().is_over_limit() || !rows->Append(thread.heap(), tuple))
      return thread.FailMemory();
    if (!thread.ChargeSteps(columns.size())) return {};
  }
  return thread.failed() ? Value() : Value::Of(rows);
}

}  // namespace firn::starlark::library
