#pragma once

#include <cstdint>
#include <span>

#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

/// Tuples, lists and ranges.

namespace firn::starlark {

class Thread;

/// Immutable; the items follow the struct.
struct Tuple : Object {
  static constexpr Kind kKind = Kind::kTuple;
  size_t size = 0;

  Value* data() { return reinterpret_cast<Value*>(this + 1); }
  std::span<const Value> items() const { return {reinterpret_cast<const Value*>(this + 1), size}; }
};
static_assert(sizeof(Tuple) % 16 == 0 || sizeof(Tuple) % alignof(Value) == 0);

/// `size` items, which the caller fills in at once; null when the heap's limit would be broken.
Tuple* NewTuple(Heap& heap, size_t size);
/// Null value likewise.
Value MakeTuple(Heap& heap, std::span<const Value> items);

struct List : Object {
  static constexpr Kind kKind = Kind::kList;
  Value* data = nullptr;  ///< a buffer on the same heap
  size_t size = 0;
  size_t capacity = 0;

  std::span<const Value> items() const { return {data, size}; }
  /// Adds an item, without asking whether the list may change. False when the heap's limit would be broken.
  bool Append(Heap& heap, const Value& value) {
    if (size == capacity && !Reserve(heap, size + 1)) return false;
    data[size++] = value;
    return true;
  }
  /// Room for at least `wanted` items; grows by doubling.
  bool Reserve(Heap& heap, size_t wanted);
  bool Append(Heap& heap, std::span<const Value> values);
};

/// An empty list with room for `capacity` items; null when the heap's limit would be broken.
List* NewList(Heap& heap, size_t capacity = 0);
/// A list of copies; null value likewise.
Value MakeList(Heap& heap, std::span<const Value> items);
/// Whether the list may change; else fails with "cannot `verb` frozen list" or "… list during iteration". `verb` is
/// e.g. "append to", "assign to element of".
bool CheckMutable(Thread& thread, const List& list, std::string_view verb);

/// start, start + step, …: `length` numbers.
struct Range : Object {
  static constexpr Kind kKind = Kind::kRange;
  int64_t start = 0;
  int64_t stop = 0;
  int64_t step = 1;
  int64_t length = 0;

  /// Requires 0 <= index < length.
  int64_t At(int64_t index) const {
    return static_cast<int64_t>(static_cast<uint64_t>(start) +
                                static_cast<uint64_t>(index) * static_cast<uint64_t>(step));
  }
};
/// Requires step != 0.
Value MakeRange(Heap& heap, int64_t start, int64_t stop, int64_t step);

}  // namespace firn::starlark
