#include <string>
#include <unordered_set>

#include "starlark/library/builtins.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/thread.h"
#include "starlark/runtime/unpack.h"
#include "starlark/text/quote.h"

namespace firn::starlark::library {
namespace {

Dict& Self(const Arguments& arguments) {
  return *arguments.self.As<Dict>();
}

/// Whether the dict may change; else the error names the method.
bool IsMutable(Thread& thread, const Arguments& arguments, std::string_view verb) {
  if (CheckMutable(thread, Self(arguments), verb)) return true;
  thread.PrefixError(arguments.function);
  return false;
}

Value Clear(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  if (!CheckMutable(thread, Self(arguments), "clear")) return {};
  Self(arguments).table.Clear();
  return Value::None();
}

Value Get(Thread& thread, const Arguments& arguments) {
  Value key;
  Value otherwise = Value::None();
  const bool is_plain = !arguments.has_keywords() && (arguments.size() == 1 || arguments.size() == 2);
  if (is_plain) {
    key = arguments[0];
    if (arguments.size() == 2) otherwise = arguments[1];
  } else if (!UnpackPositional(thread, arguments, 1, {{"key", &key}, {"default", &otherwise}})) {
    return {};
  }
  const HashTable::Entry* entry = Self(arguments).table.Find(thread, key);
  if (entry != nullptr) return entry->value;
  return thread.failed() ? thread.PrefixError(arguments.function) : otherwise;
}

/// A list of what `part` takes from each entry.
template <typename Part>
Value Listed(Thread& thread, const Arguments& arguments, Part part) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  const HashTable& table = Self(arguments).table;
  List* list = NewList(thread.heap(), table.size);
  if (list == nullptr) return thread.FailMemory();
  for (const HashTable::Entry& entry : table) {
    const Value item = part(entry);
    if (item.is_null() || thread.heap().is_over_limit()) return thread.FailMemory();
    list->data[list->size++] = item;
  }
  return thread.ChargeSteps(table.size / 4) ? Value::Of(list) : Value();
}

Value Items(Thread& thread, const Arguments& arguments) {
  return Listed(thread, arguments, [&](const HashTable::Entry& entry) {
    Tuple* pair = NewTuple(thread.heap(), 2);
    if (pair == nullptr) return Value();
    pair->data()[0] = entry.key;
    pair->data()[1] = entry.value;
    return Value::Of(pair);
  });
}

Value Keys(Thread& thread, const Arguments& arguments) {
  return Listed(thread, arguments, [](const HashTable::Entry& entry) { return entry.key; });
}

Value Values(Thread& thread, const Arguments& arguments) {
  return Listed(thread, arguments, [](const HashTable::Entry& entry) { return entry.value; });
}

Value Pop(Thread& thread, const Arguments& arguments) {
  Value key;
  Value otherwise;
  if (!UnpackPositional(thread, arguments, 1, {{"key", &key}, {"default", &otherwise}})) return {};
  if (!IsMutable(thread, arguments, "delete from")) return {};
  HashTable::Entry removed;
  if (Self(arguments).table.Remove(thread, key, &removed)) return removed.value;
  if (thread.failed()) return thread.PrefixError(arguments.function);
  return otherwise.is_null() ? thread.Fail("{}: missing key", arguments.function) : otherwise;
}

Value PopItem(Thread& thread, const Arguments& arguments) {
  if (!UnpackPositional(thread, arguments, 0, {})) return {};
  HashTable& table = Self(arguments).table;
  if (table.size == 0) return thread.Fail("{}: empty dict", arguments.function);
  if (!IsMutable(thread, arguments, "delete from")) return {};
  const Value key = (*table.begin()).key;
  HashTable::Entry removed;
  if (!table.Remove(thread, key, &removed)) return thread.PrefixError(arguments.function);
  const Value pair[] = {removed.key, removed.value};
  return thread.Checked(MakeTuple(thread.heap(), pair));
}

Value SetDefault(Thread& thread, const Arguments& arguments) {
  Value key;
  Value otherwise = Value::None();
  if (!UnpackPositional(thread, arguments, 1, {{"key", &key}, {"default", &otherwise}})) return {};
  Dict& dict = Self(arguments);
  const HashTable::Entry* entry = dict.table.Find(thread, key);
  if (entry != nullptr) return entry->value;
  if (thread.failed() || !firn::starlark::Insert(thread, dict, key, otherwise))
    return thread.PrefixError(arguments.function);
  return otherwise;
}

Value Update(Thread& thread, const Arguments& arguments) {
  if (arguments.size() > 1) return thread.Fail("update: got {} arguments, want at most 1", arguments.size());
  if (!UpdateDict(thread, Self(arguments), arguments)) return thread.PrefixError("update");
  return Value::None();
}

constexpr NativeDefinition kMethods[] = {
    {"clear", Clear},   {"get", Get},         {"items", Items},           {"keys", Keys},
    {"pop", Pop},       {"popitem", PopItem}, {"setdefault", SetDefault}, {"update", Update},
    {"values", Values},
};

/// Adds the two items of `pair`, element number `index`.
bool InsertPair(Thread& thread, Dict& dict, const Value& pair, size_t index) {
  Value key_and_value[2];
  Iterator items(thread, pair);
  if (!items.ok()) {
    thread.Fail("dictionary update sequence element #{} is not iterable ({})", index, TypeName(pair));
    return false;
  }
  const int64_t length = Length(pair);
  if (length < 0) {
    thread.Fail("dictionary update sequence element #{} has unknown length ({})", index, TypeName(pair));
    return false;
  }
  if (length != 2) {
    thread.Fail("dictionary update sequence element #{} has length {}, want 2", index, length);
    return false;
  }
  for (Value& item : key_and_value) items.Next(&item);
  return !thread.failed() && firn::starlark::Insert(thread, dict, key_and_value[0], key_and_value[1]);
}

bool UpdateFromDict(Thread& thread, Dict& dict, const Dict& source) {
  if (&dict == &source) return source.table.size == 0 || CheckMutable(thread, dict, "insert into");
  for (const HashTable::Entry& entry : source.table) {
    if (!firn::starlark::Insert(thread, dict, entry.key, entry.value) || !thread.ChargeSteps(1)) return false;
  }
  return true;
}

/// A host's mapping: what can be iterated over and indexed with what that gives.
bool UpdateFromHost(Thread& thread, Dict& dict, const Value& source) {
  Iterator keys(thread, source);
  for (Value key; keys.Next(&key);) {
    const Value value = GetIndex(thread, source, key);
    if (value.is_null() || !firn::starlark::Insert(thread, dict, key, value) || !thread.ChargeSteps(1)) return false;
  }
  return !thread.failed();
}

bool UpdateFrom(Thread& thread, Dict& dict, const Value& source) {
  if (source.is(Kind::kDict)) return UpdateFromDict(thread, dict, *source.As<Dict>());
  if (source.is(Kind::kHost)) {
    const HostType& type = *source.As<HostObject>()->type;
    if (type.has_items() && type.is_iterable()) return UpdateFromHost(thread, dict, source);
  }
  Iterator pairs(thread, source);
  if (!pairs.ok()) {
    thread.Fail("got {}, want iterable", TypeName(source));
    return false;
  }
  Value pair;
  for (size_t i = 0; pairs.Next(&pair); ++i) {
    if (!InsertPair(thread, dict, pair, i) || !thread.ChargeSteps(1)) return false;
  }
  return !thread.failed();
}

/// A name can come twice: once written out, and once in **kwargs.
bool HasDistinctKeywords(Thread& thread, const Arguments& arguments) {
  std::unordered_set<std::string_view> names;
  for (const Value& keyword : arguments.keywords) {
    if (names.insert(keyword.AsString()).second) continue;
    std::string quoted;
    text::AppendQuoted(keyword.AsString(), quoted);
    thread.Fail("duplicate keyword arg: {}", quoted);
    return false;
  }
  return true;
}

}  // namespace

const NativeTable kDictMethods = kMethods;

bool UpdateDict(Thread& thread, Dict& dict, const Arguments& arguments) {
  if (arguments.size() == 1 && !UpdateFrom(thread, dict, arguments[0])) return false;
  const size_t before = dict.table.size;
  for (size_t i = 0; i < arguments.keywords.size(); ++i) {
    if (!firn::starlark::Insert(thread, dict, arguments.keywords[i], arguments.keyword_values[i])) return false;
  }
  const bool all_are_new = dict.table.size == before + arguments.keywords.size();
  return all_are_new || HasDistinctKeywords(thread, arguments);
}

}  // namespace firn::starlark::library
