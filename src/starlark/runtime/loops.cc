#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/interpreter.h"
#include "starlark/runtime/loop_state.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"

namespace firn::starlark {
namespace {

/// The form for a kind, or nothing: it is not iterable.
bool FormFor(const Value& iterable, LoopForm* form) {
  switch (iterable.kind()) {
    case Kind::kRange:
      *form = LoopForm::kRange;
      return true;
    case Kind::kList:
      *form = LoopForm::kList;
      return true;
    case Kind::kTuple:
      *form = LoopForm::kTuple;
      return true;
    case Kind::kDict:
      *form = LoopForm::kDict;
      return true;
    case Kind::kSet:
      *form = LoopForm::kSet;
      return true;
    case Kind::kElements:
      *form = LoopForm::kElements;
      return true;
    case Kind::kHost:
      *form = LoopForm::kHost;
      return iterable.As<HostObject>()->type->is_iterable();
    default:
      return false;
  }
}

}  // namespace

void EndLoop(Value* state) {
  if (!state->is(Kind::kIterator)) return;
  auto* container = reinterpret_cast<Object*>(state->payload());
  if ((state->loop_form() & kCountedLoop) != 0) --container->iterators;
  if (FormOf(*state) == LoopForm::kHost) {
    auto& host = *static_cast<HostObject*>(container);
    host.type->EndIteration(host);
  }
  *state = Value();
}

bool Interpreter::BeginLoop(Value* state, const Value& iterable) {
  LoopForm form = LoopForm::kRange;
  if (!FormFor(iterable, &form)) {
    thread_.Fail("{} value is not iterable", TypeName(iterable));
    return false;
  }
  if (form == LoopForm::kRange) {
    const Range range = *iterable.As<Range>();
    state[0] = Value::LoopState(static_cast<uint8_t>(form), static_cast<uint64_t>(range.length));
    state[1] = Value::Int(range.start);
    state[2] = Value::Int(range.step);
    return true;
  }
  Object& container = *iterable.AsObject();
  const bool is_mutable = form == LoopForm::kList || form == LoopForm::kDict || form == LoopForm::kSet;
  auto form_bits = static_cast<uint8_t>(form);
  if (is_mutable && !container.is_frozen) {
    ++container.iterators;
    form_bits |= kCountedLoop;
  }
  if (form == LoopForm::kHost) {
    auto& host = *iterable.As<HostObject>();
    host.type->BeginIteration(host);
  }
  state[2] = iterable;
  state[1] = Value::Int(0);
  state[0] = Value::LoopState(form_bits, iterable.payload());
  return true;
}

/// The next item of any loop but those over ranges and lists, which the interpreter does itself. False at the end, and
/// if it has failed; then `item` is as it was.
bool Interpreter::NextItem(Value* state, Value* item) {
  auto* container = reinterpret_cast<Object*>(state->payload());
  int64_t at = state[1].AsInt64();
  Value next;
  switch (FormOf(*state)) {
    case LoopForm::kTuple: {
      const auto items = static_cast<Tuple*>(container)->items();
      if (static_cast<size_t>(at) < items.size()) next = items[static_cast<size_t>(at++)];
      break;
    }
    case LoopForm::kDict:
    case LoopForm::kSet: {
      const HashTable& table = static_cast<TableObject*>(container)->table;
      while (at < table.used && table.entries[at].is_removed()) ++at;
      if (at < table.used) next = table.entries[at++].key;
      break;
    }
    case LoopForm::kElements: {
      auto offset = static_cast<size_t>(at);
      next = NextElement(*static_cast<Elements*>(container), &offset);
      at = static_cast<int64_t>(offset);
      break;
    }
    case LoopForm::kHost: {
      auto& host = *static_cast<HostObject*>(container);
      next = host.type->Next(thread_, host, at);
      break;
    }
    case LoopForm::kRange:
    case LoopForm::kList:
      break;
  }
  if (next.is_null()) return false;
  state[1] = Value::Int(at);
  *item = next;
  return true;
}

bool Interpreter::Unpack(Value* to, const Value& iterable, size_t count) {
  std::span<const Value> items;
  if (iterable.is(Kind::kTuple)) {
    items = iterable.As<Tuple>()->items();
  } else if (iterable.is(Kind::kList)) {
    items = iterable.As<List>()->items();
  } else {
    Iterator iterator(thread_, iterable);
    if (!iterator.ok()) {
      thread_.Fail("got {} in sequence assignment", TypeName(iterable));
      return false;
    }
    size_t got = 0;
    Value item;
    while (got < count && iterator.Next(&item)) to[got++] = item;
    if (thread_.failed()) return false;
    if (got == count && iterator.Next(&item)) {
      thread_.Fail("too many values to unpack (got {}, want {})", Length(iterable), count);
      return false;
    }
    if (got < count) thread_.Fail("too few values to unpack (got {}, want {})", got, count);
    return got == count;
  }
  if (items.size() != count) {
    thread_.Fail("too {} values to unpack (got {}, want {})", items.size() > count ? "many" : "few", items.size(),
                 count);
    return false;
  }
  std::copy(items.begin(), items.end(), to);
  return true;
}

}  // namespace firn::starlark
