#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"

/// Calls between programs and native code, in both directions.

namespace firn::starlark {
namespace {

/// Each level takes some of the machine's own stack.
constexpr size_t kMostNativeCalls = 400;

}  // namespace

Value Interpreter::CallDefinition(const NativeDefinition& definition, const Arguments& arguments) {
  const Value result = definition.function(thread_, arguments);
  if (!result.is_null()) [[likely]]
    return result;
  if (!thread_.failed()) thread_.FailMemory();
  RecordBacktrace(definition.name);
  return {};
}

Value Interpreter::CallNative(const Value& callee, const Value* arguments, size_t count, const Keywords& keywords) {
  const std::span<const Value> positional(arguments, count);
  const std::span<const Value> names(keywords.names, keywords.count);
  const std::span<const Value> values(keywords.values, keywords.count);
  if (callee.is(Kind::kBuiltin)) {
    const auto& builtin = *callee.As<Builtin>();
    return CallDefinition(*builtin.definition, {builtin.definition->name, builtin.self, positional, names, values});
  }
  if (callee.is(Kind::kHost)) {
    auto& host = *callee.As<HostObject>();
    if (host.type->is_callable()) {
      const Value result = host.type->Call(thread_, host, {host.type->name(), callee, positional, names, values});
      return thread_.Checked(result);
    }
  }
  return thread_.Fail("invalid call of non-function ({})", TypeName(callee));
}

/// Room for `count` values above all that is in use; null when the stack is full.
Value* Interpreter::Reserve(size_t count) {
  if (count > static_cast<size_t>(stack_end_ - top_)) {
    thread_.Fail("Starlark stack overflow");
    return nullptr;
  }
  Value* room = top_;
  top_ += count;
  std::fill_n(room, count, Value());
  return room;
}

Value Interpreter::CallFromNative(const Value& callee, std::span<const Value> positional,
                                  std::span<const Value> keywords, std::span<const Value> keyword_values) {
  if (thread_.failed()) return {};
  if (native_depth_ == kMostNativeCalls) return thread_.Fail("Starlark stack overflow");
  Value* const saved_top = top_;
  const size_t count = positional.size();
  Value* window = Reserve(1 + count + 2 * keywords.size());
  if (window == nullptr) return {};
  // Names and values stand before the callee and its arguments, which become registers.
  Value* names = window;
  Value* values = names + keywords.size();
  Value* call = values + keywords.size();
  std::copy(keywords.begin(), keywords.end(), names);
  std::copy(keyword_values.begin(), keyword_values.end(), values);
  *call = callee;
  std::copy(positional.begin(), positional.end(), call + 1);
  const Keywords given{names, values, keywords.size()};
  ++native_depth_;
  Value result;
  if (!callee.is(Kind::kFunction))
    result = CallNative(callee, call + 1, count, given);
  else if (PushFrame(*callee.As<Function>(), call + 1, count, given, nullptr))
    result = Run();
  --native_depth_;
  top_ = saved_top;
  return result;
}

/// f(a, b, name=c, *args, **kwargs): puts everything into one row above all that is in use.
bool Interpreter::SpreadArguments(Value* window, size_t positional, size_t named, const Value* names, int spread,
                                  std::span<const Value>* arguments, Keywords* keywords) {
  Value* next = window + 1 + positional + named;
  std::span<const Value> items;
  if ((spread & 1) != 0) {
    Value& star = *next++;
    if (!IsIterable(star)) {
      thread_.Fail("argument after * must be iterable, not {}", TypeName(star));
      return false;
    }
    if (!star.is(Kind::kTuple) && !star.is(Kind::kList)) {
      List* list = NewList(thread_.heap());
      Iterator iterator(thread_, star);
      for (Value item; iterator.Next(&item);)
        if (!list->Append(thread_.heap(), item)) return thread_.FailMemory(), false;
      if (thread_.failed()) return false;
      star = Value::Of(list);
    }
    items = star.is(Kind::kTuple) ? star.As<Tuple>()->items() : star.As<List>()->items();
  }
  const HashTable* table = nullptr;
  if ((spread & 2) != 0) {
    if (!next->is(Kind::kDict)) {
      thread_.Fail("argument after ** must be a mapping, not {}", TypeName(*next));
      return false;
    }
    table = &next->As<Dict>()->table;
    for (const HashTable::Entry& entry : *table) {
      if (entry.key.is_string()) continue;
      thread_.Fail("keywords must be strings, not {}", TypeName(entry.key));
      return false;
    }
  }
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
