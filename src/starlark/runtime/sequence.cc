#include "starlark/runtime/sequence.h"

#include <algorithm>

#include "starlark/runtime/thread.h"

namespace firn::starlark {

Tuple* NewTuple(Heap& heap, size_t size) {
  void* memory = heap.Allocate(sizeof(Tuple) + size * sizeof(Value));
  if (memory == nullptr) return nullptr;
  auto* tuple = new (memory) Tuple{{Kind::kTuple}};
  tuple->size = size;
  return tuple;
}

Value MakeTuple(Heap& heap, std::span<const Value> items) {
  Tuple* tuple = NewTuple(heap, items.size());
  if (tuple == nullptr) return {};
  std::copy(items.begin(), items.end(), tuple->data());
  return Value::Of(tuple);
}

bool List::Reserve(Heap& heap, size_t wanted) {
  if (wanted <= capacity) return true;
  const size_t larger = std::max({wanted, capacity * 2, size_t{4}});
  auto* buffer = static_cast<Value*>(heap.Allocate(larger * sizeof(Value)));
  if (buffer == nullptr) return false;
  std::copy(data, data + size, buffer);
  data = buffer;
  capacity = larger;
  return true;
}

bool List::Append(Heap& heap, std::span<const Value> values) {
  // `values` may be this list's own items: the old buffer stays valid until a collection.
  if (!Reserve(heap, size + values.size())) return false;
  std::copy(values.begin(), values.end(), data + size);
  size += values.size();
  return true;
}

List* NewList(Heap& heap, size_t capacity) {
  auto* list = heap.New<List>();
  return list->Reserve(heap, capacity) ? list : nullptr;
}

Value MakeList(Heap& heap, std::span<const Value> items) {
  auto* list = heap.New<List>();
  if (items.empty()) return Value::Of(list);
  auto* buffer = static_cast<Value*>(heap.Allocate(items.size() * sizeof(Value)));
  if (buffer == nullptr) return {};
  std::copy(items.begin(), items.end(), buffer);
  list->data = buffer;
  list->size = list->capacity = items.size();
  return Value::Of(list);
}

bool CheckMutable(Thread& thread, const List& list, std::string_view verb) {
  if (!list.is_frozen && list.iterators == 0) return true;
  if (list.is_frozen)
    thread.Fail("cannot {} frozen list", verb);
  else
    thread.Fail("cannot {} list during iteration", verb);
  return false;
}

Value MakeRange(Heap& heap, int64_t start, int64_t stop, int64_t step) {
  auto* range = heap.New<Range>();
  range->is_frozen = true;
  range->start = start;
  range->stop = stop;
  range->step = step;
  // Distances between int64 fit uint64, whatever the signs.
  const auto distance = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                                 : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
  const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  const bool is_empty = step > 0 ? stop <= start : start <= stop;
  const uint64_t length = is_empty ? 0 : (distance - 1) / stride + 1;
  range->length = static_cast<int64_t>(std::min<uint64_t>(length, INT64_MAX));
  return Value::Of(range);
}

}  // namespace firn::starlark
