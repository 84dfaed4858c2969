#include <algorithm>

#include "starlark/runtime/attributes.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"

/// Calls in bytecode that are more than `f(a, b)`: methods, named arguments, * and **.

namespace firn::starlark {
namespace {

/// What `**dict` may be.
bool CheckKeywords(Thread& thread, const Value& star_star) {
  if (!star_star.is(Kind::kDict)) {
    thread.Fail("argument after ** must be a mapping, not {}", TypeName(star_star));
    return false;
  }
  for (const HashTable::Entry& entry : star_star.As<Dict>()->table) {
    if (entry.key.is_string()) continue;
    thread.Fail("keywords must be strings, not {}", TypeName(entry.key));
    return false;
  }
  return true;
}

/// The items of `*iterable`, which a list takes the place of unless it is one, or a tuple.
bool ItemsOf(Thread& thread, Value& star, std::span<const Value>* items) {
  if (!IsIterable(star)) {
    thread.Fail("argument after * must be iterable, not {}", TypeName(star));
    return false;
  }
  if (!star.is(Kind::kTuple) && !star.is(Kind::kList)) {
    List* list = NewList(thread.heap());
    Iterator iterator(thread, star);
    for (Value item; iterator.Next(&item);)
      if (!list->Append(thread.heap(), item)) return thread.FailMemory(), false;
    if (thread.failed()) return false;
    star = Value::Of(list);
  }
  *items = star.is(Kind::kTuple) ? star.As<Tuple>()->items() : star.As<List>()->items();
  return true;
}

}  // namespace

Interpreter::Called Interpreter::CallValue(const Value& callee, std::span<Value> arguments, const Keywords& keywords,
                                           Value* result) {
  if (callee.is(Kind::kFunction)) {
    return PushFrame(*callee.As<Function>(), arguments.data(), arguments.size(), keywords, result) ? Called::kEntered
                                                                                                   : Called::kFailed;
  }
  const Value value = CallNative(callee, arguments.data(), arguments.size(), keywords);
  if (value.is_null()) return Called::kFailed;
  *result = value;
  return Called::kReturned;
}

/// After a call for which room above `saved_top` was reserved: gives it back, or leaves that to the callee.
Interpreter::Called Interpreter::GiveBack(Called called, Value* saved_top) {
  if (called == Called::kEntered)
    frames_[depth_ - 1].saved_top = saved_top;
  else
    top_ = saved_top;
  return called;
}

const NativeDefinition* Interpreter::FindMethodOf(const Value& object, const Value& name, InlineCache& cache) {
  const NativeDefinition* method = FindMethod(MethodsOf(thread_.library(), object), name.AsString());
  if (method != nullptr) cache = {InlineCache::OwnerOf(object), 0, method, HostType::kNoSlot};
  return method;
}

bool Interpreter::HasMember(const Value& object, const Value& name, InlineCache& cache) {
  return cache.HostWithSlot(object) != nullptr || FindMethodOf(object, name, cache) != nullptr ||
         !GetMember(object, name, cache).is_null();
}

Interpreter::Called Interpreter::CallMember(const Frame& frame, const Instruction* pc, InlineCache& cache) {
  Value* const window = &frame.registers[pc->a];
  Value* const result = &frame.registers[pc->c];
  const std::span<Value> arguments(window + 1, static_cast<size_t>(pc->b));
  const Value& name = frame.code->constants[-static_cast<ptrdiff_t>(pc[1].a) - 1];
  if (HostObject* host = cache.HostWithSlot(*window)) {
    *window = host->type->AttrAt(thread_, *host, cache.slot);
  } else if (const NativeDefinition* method = FindMethodOf(*window, name, cache)) {
    const Value value = CallDefinition(*method, {method->name, *window, arguments, {}, {}});
    if (value.is_null()) return Called::kFailed;
    *result = value;
    return Called::kReturned;
  } else {
    *window = GetMember(*window, name, cache);
  }
  return window->is_null() ? Called::kFailed : CallValue(*window, arguments, {}, result);
}

Interpreter::Called Interpreter::CallNamed(const Frame& frame, const Instruction* pc) {
  Value* const window = &frame.registers[pc->a];
  const std::span<Value> arguments(window + 1, static_cast<size_t>(pc->b));
  const size_t count = pc[1].a;
  Value* const saved_top = top_;
  Value* names = Reserve(count);
  if (names == nullptr) return Called::kFailed;
  const Value* first_name = &frame.code->constants[-static_cast<ptrdiff_t>(pc[1].n()) - 1];
  for (size_t i = 0; i < count; ++i) names[i] = first_name[-static_cast<ptrdiff_t>(i)];
  const Keywords keywords{names, arguments.data() + arguments.size(), count};
  return GiveBack(CallValue(*window, arguments, keywords, &frame.registers[pc->c]), saved_top);
}

Interpreter::Called Interpreter::CallSpread(const Frame& frame, const Instruction* pc) {
  Value* const window = &frame.registers[pc->a];
  Value* const saved_top = top_;
  const size_t named = pc[1].a;
  const auto first_name = static_cast<ptrdiff_t>(static_cast<uint16_t>(pc[1].c));
  const Value* names = named == 0 ? nullptr : &frame.code->constants[-first_name - 1];
  std::span<Value> arguments;
  Keywords keywords;
  if (!SpreadArguments(window, static_cast<size_t>(pc->b), named, names, pc[1].b, &arguments, &keywords))
    return Called::kFailed;
  return GiveBack(CallValue(*window, arguments, keywords, &frame.registers[pc->c]), saved_top);
}

/// f(a, b, name=c, *args, **kwargs): puts everything into one row above all that is in use.
bool Interpreter::SpreadArguments(Value* window, size_t positional, size_t named, const Value* names, int spread,
                                  std::span<Value>* arguments, Keywords* keywords) {
  Value* const star = (spread & 1) != 0 ? window + 1 + positional + named : nullptr;
  const Value* const star_star = (spread & 2) != 0 ? window + 1 + positional + named + (spread & 1) : nullptr;
  if (star_star != nullptr && !CheckKeywords(thread_, *star_star)) return false;
  const HashTable* table = star_star != nullptr ? &star_star->As<Dict>()->table : nullptr;
  std::span<const Value> items;
  if (star != nullptr && !ItemsOf(thread_, *star, &items)) return false;
  const size_t keyword_count = named + (table != nullptr ? table->size : 0);
  Value* room = Reserve(2 * keyword_count + 1 + positional + items.size());
  if (room == nullptr) return false;
  Value* keyword_names = room;
  Value* keyword_values = room + keyword_count;
  Value* row = keyword_values + keyword_count + 1;
  for (size_t i = 0; i < named; ++i) keyword_names[i] = names[-static_cast<ptrdiff_t>(i)];
  std::copy_n(window + 1 + positional, named, keyword_values);
  if (table != nullptr) {
    size_t at = named;
    for (const HashTable::Entry& entry : *table) {
      keyword_names[at] = entry.key;
      keyword_values[at++] = entry.value;
    }
  }
  std::copy_n(window + 1, positional, row);
  std::copy(items.begin(), items.end(), row + positional);
  *arguments = {row, positional + items.size()};
  *keywords = {keyword_names, keyword_values, keyword_count};
  return true;
}

}  // namespace firn::starlark
