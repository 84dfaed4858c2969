#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

bool CountsIterators(const Value& value) {
  return value.is(Kind::kList) || value.is(Kind::kDict) || value.is(Kind::kSet);
}

Value NextEntry(const HashTable& table, int64_t& position) {
  auto at = static_cast<uint32_t>(position);
  while (at < table.used && table.entries[at].is_removed()) ++at;
  position = at + 1;
  return at < table.used ? table.entries[at].key : Value();
}

Value NextOf(std::span<const Value> items, int64_t& position) {
  const auto at = static_cast<size_t>(position);
  if (at >= items.size()) return {};
  ++position;
  return items[at];
}

}  // namespace

Iterator::Iterator(Thread& thread, const Value& iterable)
    : thread_(thread), iterable_(iterable), ok_(IsIterable(iterable)) {
  if (CountsIterators(iterable) && !iterable.AsObject()->is_frozen) ++iterable.AsObject()->iterators;
  if (ok_ && iterable.is(Kind::kHost)) {
    auto& host = *iterable.As<HostObject>();
    host.type->BeginIteration(host);
  }
}

Iterator::~Iterator() {
  // A container may have been frozen meanwhile, so it is the count that tells whether it was counted.
  if (CountsIterators(iterable_) && iterable_.AsObject()->iterators != 0) --iterable_.AsObject()->iterators;
  if (ok_ && iterable_.is(Kind::kHost)) {
    auto& host = *iterable_.As<HostObject>();
    host.type->EndIteration(host);
  }
}

bool Iterator::Next(Value* item) {
  switch (iterable_.kind()) {
    case Kind::kList:
      *item = NextOf(iterable_.As<List>()->items(), position_);
      break;
    case Kind::kTuple:
      *item = NextOf(iterable_.As<Tuple>()->items(), position_);
      break;
    case Kind::kDict:
      *item = NextEntry(iterable_.As<Dict>()->table, position_);
      break;
    case Kind::kSet:
      *item = NextEntry(iterable_.As<Set>()->table, position_);
      break;
    case Kind::kRange: {
      const auto& range = *iterable_.As<Range>();
      *item = position_ < range.length ? Value::Int(range.At(position_++)) : Value();
      break;
    }
    case Kind::kElements: {
      auto offset = static_cast<size_t>(position_);
      *item = NextElement(*iterable_.As<Elements>(), &offset);
      position_ = static_cast<int64_t>(offset);
      break;
    }
    case Kind::kHost: {
      auto& host = *iterable_.As<HostObject>();
      *item = host.type->Next(thread_, host, position_);
      break;
    }
    default:
      return false;
  }
  return !item->is_null() && thread_.ChargeSteps(1);
}

}  // namespace firn::starlark
