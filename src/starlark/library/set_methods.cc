#include "starlark/library/builtins.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"

namespace firn::starlark::library {
namespace {

Set& Self(const Arguments& arguments) {
  return *arguments.self.As<Set>();
}

bool IsMutable(Thread& thread, const Arguments& arguments, std::string_view verb) {
  if (CheckMutable(thread, Self(arguments), verb)) return true;
  thread.PrefixError(arguments.function);
  return false;
}

/// The one argument of a method that takes another collection. False if failed.
bool UnpackOther(Thread& thread, const Arguments& arguments, Iterable* other) {
  if (!UnpackPositional(thread, arguments, 0, {{"other", other}})) return false;
  if (!other->value.is_null()) return true;
  thread.Fail("{}: got 0 arguments, want 1", arguments.function);
  return false;
}

/// Calls `visit` with each item of `iterable` until it returns false. False if anything failed.
template <typename Visit>
bool ForEach(Thread& thread, const Value& iterable, Visit visit) {
  Iterator items(thread, iterable);
  for (Value item; items.Next(&item);) {
    const bool go_on = visit(item);
    if (thread.failed() || !thread.ChargeSteps(1)) return false;
    if (!go_on) break;
  }
  return !thread.failed();
}

/// A new set of the same items. Null if failed.
Set* Copy(Thread& thread, const Set& source) {
  Set* copy = NewSet(thread.heap());
  for (const HashTable::Entry& entry : source.table) {
    if (copy->table.FindOrAdd(thread, entry.key) == nullptr || !thread.ChargeSteps(1)) return nullptr;
  }
  return copy;
}

/// `set` if the loop that filled it went well, else the error with the method's name.
Value Done(Thread& thread, const Arguments& arguments, bool went_well, const Value& result) {
  return went_well ? result : thread.PrefixError(arguments.function);
}

Value Add(Thread& thread, const Arguments& arguments) {
  Value item;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &item}})) return {};
  if (!IsMutable(thread, arguments, "insert into")) return {};
  const bool added = Self(arguments).table.FindOrAdd(thread, item) != nullptr;
  return Done(thread, arguments, added, Value::None());
}

Value Clear(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  if (Self(arguments).table.size == 0) return Value::None();
  if (!IsMutable(thread, arguments, "clear")) return {};
  Self(arguments).table.Clear();
  return Value::None();
}

Value Difference(Thread& thread, const Arguments& arguments) {
  Iterable other;
  if (!UnpackOther(thread, arguments, &other)) return {};
  Set* difference = Copy(thread, Self(arguments));
  if (difference == nullptr) return {};
  const bool went_well = ForEach(thread, other.value, [&](const Value& item) {
    HashTable::Entry removed;
    difference->table.Remove(thread, item, &removed);
    return true;
  });
  return Done(thread, arguments, went_well, Value::Of(difference));
}

Value Discard(Thread& thread, const Arguments& arguments) {
  Value item;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &item}})) return {};
  if (!IsMutable(thread, arguments, "delete from")) return {};
  HashTable::Entry removed;
  HashTable& table = Self(arguments).table;
  if (table.Find(thread, item) != nullptr) table.Remove(thread, item, &removed);
  return Done(thread, arguments, !thread.failed(), Value::None());
}

/// The items of `other` that are in the set, up to `most` of them, as a new set. Null if failed.
Set* Common(Thread& thread, const Arguments& arguments, uint32_t most) {
  Iterable other;
  if (!UnpackOther(thread, arguments, &other)) return nullptr;
  const HashTable& mine = Self(arguments).table;
  Set* common = NewSet(thread.heap());
  if (most == 0) return common;
  const bool went_well = ForEach(thread, other.value, [&](const Value& item) {
    if (mine.Find(thread, item) != nullptr) common->table.FindOrAdd(thread, item);
    return common->table.size < most;
  });
  if (went_well) return common;
  thread.PrefixError(arguments.function);
  return nullptr;
}

Value Intersection(Thread& thread, const Arguments& arguments) {
  Set* common = Common(thread, arguments, UINT32_MAX);
  return common == nullptr ? Value() : Value::Of(common);
}

Value IsSubset(Thread& thread, const Arguments& arguments) {
  const uint32_t all = Self(arguments).table.size;
  const Set* common = Common(thread, arguments, all);
  return common == nullptr ? Value() : Value::Bool(common->table.size == all);
}

Value IsSuperset(Thread& thread, const Arguments& arguments) {
  Iterable other;
  if (!UnpackOther(thread, arguments, &other)) return {};
  const HashTable& mine = Self(arguments).table;
  bool holds_all = true;
  const bool went_well = ForEach(thread, other.value, [&](const Value& item) {
    holds_all = mine.Find(thread, item) != nullptr;
    return holds_all;
  });
  return Done(thread, arguments, went_well, Value::Bool(holds_all));
}

Value Pop(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  HashTable& table = Self(arguments).table;
  if (table.size == 0) return thread.Fail("{}: empty set", arguments.function);
  if (!IsMutable(thread, arguments, "delete from")) return {};
  const Value first = (*table.begin()).key;
  HashTable::Entry removed;
  return Done(thread, arguments, table.Remove(thread, first, &removed), first);
}

Value Remove(Thread& thread, const Arguments& arguments) {
  Value item;
  if (!UnpackPositional(thread, arguments, 1, {{"x", &item}})) return {};
  if (!IsMutable(thread, arguments, "delete from")) return {};
  HashTable::Entry removed;
  if (Self(arguments).table.Remove(thread, item, &removed)) return Value::None();
  if (thread.failed()) return thread.PrefixError(arguments.function);
  return thread.Fail("{}: missing key", arguments.function);
}

Value SymmetricDifference(Thread& thread, const Arguments& arguments) {
  Iterable other;
  if (!UnpackOther(thread, arguments, &other)) return {};
  Set* difference = Copy(thread, Self(arguments));
  if (difference == nullptr) return {};
  const bool went_well = ForEach(thread, other.value, [&](const Value& item) {
    HashTable::Entry removed;
    if (!difference->table.Remove(thread, item, &removed) && !thread.failed())
      difference->table.FindOrAdd(thread, item);
    return true;
  });
  return Done(thread, arguments, went_well, Value::Of(difference));
}

/// Adds the items of all arguments to `set`. False if failed.
bool AddAll(Thread& thread, Set& set, const Arguments& arguments) {
  if (arguments.has_keywords()) {
    thread.Fail("does not accept keyword arguments");
    return false;
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!IsIterable(arguments[i])) {
      thread.Fail("argument #{} is not iterable: {}", i + 1, TypeName(arguments[i]));
      return false;
    }
    if (!ForEach(thread, arguments[i], [&](const Value& item) { return Insert(thread, set, item); })) return false;
  }
  return true;
}

Value Union(Thread& thread, const Arguments& arguments) {
  Set* all = Copy(thread, Self(arguments));
  if (all == nullptr) return {};
  const bool went_well = AddAll(thread, *all, arguments);
  return Done(thread, arguments, went_well, Value::Of(all));
}

Value Update(Thread& thread, const Arguments& arguments) {
  const bool went_well = AddAll(thread, Self(arguments), arguments);
  return Done(thread, arguments, went_well, Value::None());
}

constexpr NativeDefinition kMethods[] = {
    {"add", Add},
    {"clear", Clear},
    {"difference", Difference},
    {"discard", Discard},
    {"intersection", Intersection},
    {"issubset", IsSubset},
    {"issuperset", IsSuperset},
    {"pop", Pop},
    {"remove", Remove},
    {"symmetric_difference", SymmetricDifference},
    {"union", Union},
    {"update", Update},
};

}  // namespace

const NativeTable kSetMethods = kMethods;

}  // namespace firn::starlark::library
