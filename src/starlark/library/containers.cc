#include <optional>
#include <span>

#include "starlark/library/builtins.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

/// dict, list, range, set, tuple.

namespace firn::starlark::library {
namespace {

/// The items of a list or tuple, which need no iterator.
std::optional<std::span<const Value>> ItemsOf(const Value& value) {
  if (value.is(Kind::kList)) return value.As<List>()->items();
  if (value.is(Kind::kTuple)) return value.As<Tuple>()->items();
  return std::nullopt;
}

/// Appends all items of `iterable`, which is one. False if failed.
bool AppendItems(Thread& thread, const Value& iterable, List& list) {
  if (const auto items = ItemsOf(iterable)) {
    if (!list.Append(thread.heap(), *items)) thread.FailMemory();
    return !thread.failed() && thread.ChargeSteps(items->size() / 8);
  }
  Iterator items(thread, iterable);
  for (Value item; items.Next(&item);) {
    if (!list.Append(thread.heap(), item)) thread.FailMemory();
    if (thread.failed() || !thread.ChargeSteps(1)) return false;
  }
  return !thread.failed();
}

}  // namespace

Value DictOf(Thread& thread, const Arguments& arguments) {
  if (arguments.size() > 1) return thread.Fail("dict: got {} arguments, want at most 1", arguments.size());
  Dict* dict = NewDict(thread.heap());
  if (!UpdateDict(thread, *dict, arguments)) return thread.PrefixError("dict");
  return Value::Of(dict);
}

Value ListOf(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 0, {{"iterable", &iterable}})) return {};
  List* list = NewList(thread.heap());
  if (!iterable.value.is_null() && !AppendItems(thread, iterable.value, *list)) return {};
  return Value::Of(list);
}

Value RangeOf(Thread& thread, const Arguments& arguments) {
  int64_t start = 0;
  int64_t stop = 0;
  int64_t step = 1;
  if (!UnpackPositional(thread, arguments, 1, {{"start", &start}, {"stop", &stop}, {"step", &step}})) return {};
  if (arguments.size() == 1) {
    stop = start;
    start = 0;
  }
  if (step == 0) return thread.Fail("range: step argument must not be zero");
  return thread.Checked(MakeRange(thread.heap(), start, stop, step));
}

Value SetOf(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 0, {{"iterable", &iterable}})) return {};
  Set* set = NewSet(thread.heap());
  if (iterable.value.is_null()) return Value::Of(set);
  Iterator items(thread, iterable.value);
  for (Value item; items.Next(&item);) {
    if (set->table.FindOrAdd(thread, item) == nullptr) return thread.PrefixError("set");
    if (!thread.ChargeSteps(1)) return {};
  }
  return thread.failed() ? Value() : Value::Of(set);
}

Value TupleOf(Thread& thread, const Arguments& arguments) {
  Iterable iterable;
  if (!UnpackPositional(thread, arguments, 0, {{"iterable", &iterable}})) return {};
  if (iterable.value.is_null()) return thread.Checked(MakeTuple(thread.heap(), {}));
  if (iterable.value.is(Kind::kTuple)) return iterable.value;
  if (const auto items = ItemsOf(iterable.value)) return thread.Checked(MakeTuple(thread.heap(), *items));
  List* list = NewList(thread.heap());
  if (!AppendItems(thread, iterable.value, *list)) return {};
  return thread.Checked(MakeTuple(thread.heap(), list->items()));
}

}  // namespace firn::starlark::library
