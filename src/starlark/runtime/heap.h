#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "starlark/runtime/value.h"

/// Memory of values: a precise mark-and-sweep collector that never moves an object. Why, and what it costs, is in
/// docs/decisions/starlark-values.md.
///
/// A collection happens only while a program runs (at the backward jumps and calls of bytecode), never inside an
/// allocation: native code may hold any values in its own variables, unless it calls back into a program. Across such
/// a call it keeps them in a Root (thread.h).
///
/// A heap belongs to one thread of execution, or is sealed: then every object in it is frozen, it never collects, and
/// any number of threads may read it without locks.

namespace firn::starlark {

class Marker;

/// What a collection starts from.
class RootSource {
 public:
  virtual ~RootSource() = default;
  virtual void MarkRoots(Marker& marker) = 0;
};

class Heap {
 public:
  static constexpr size_t kNoLimit = SIZE_MAX;
  /// Cells up to this size never fail; larger ones are checked against the limit beforehand.
  static constexpr size_t kLargestCell = 8192;

  explicit Heap(size_t limit_bytes = kNoLimit);
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// Memory for one object or buffer, 16-byte aligned, not cleared. Null if it is large and would break the limit.
  void* Allocate(size_t bytes) {
    if (bytes > kLargestCell) return AllocateLarge(bytes);
    SizeClass& size_class = classes_[ClassOf(bytes)];
    char* cell = size_class.next;
    if (cell == size_class.end) return AllocateSlowly(size_class);
    size_class.next = cell + size_class.cell_bytes;
    return cell;
  }

  /// A T on this heap. T is trivially destructible and derives from Object, whose kind is set.
  template <typename T>
  T* New() {
    static_assert(sizeof(T) <= kLargestCell);
    T* object = new (Allocate(sizeof(T))) T();
    object->kind = T::kKind;
    return object;
  }

  /// Bytes in blocks and large cells that are in use, or may be.
  size_t used_bytes() const { return used_bytes_; }
  size_t limit_bytes() const { return limit_bytes_; }
  void set_limit_bytes(size_t limit);
  bool is_over_limit() const { return used_bytes_ > limit_bytes_; }

  /// Whether so much has been allocated that a collection pays, or the limit is near. The thread asks at its safe
  /// points; when the answer becomes true, kAlarm is taken from `*alarm`, if any: a counter that it looks at anyway.
  bool wants_collection() const { return used_bytes_ >= next_collection_bytes_; }
  static constexpr int64_t kAlarm = int64_t{1} << 62;
  void set_alarm(int64_t* alarm);

  /// Frees what cannot be reached from `roots`.
  void Collect(RootSource& roots);

  /// Lets no object of this heap be freed or marked any more. All must have been frozen.
  void Seal() { is_sealed_ = true; }
  bool is_sealed() const { return is_sealed_; }

 private:
  friend class Marker;
  struct Block;

  /// Cells of one size: bump allocation in a run of free cells, then the next run.
  struct SizeClass {
    char* next = nullptr;
    char* end = nullptr;
    char* scan = nullptr;    ///< where the search for the next run goes on
    Block* block = nullptr;  ///< that the run is in
    std::vector<Block*> blocks;
    size_t next_block = 0;  ///< of `blocks`, to be searched for free runs
    uint32_t cell_bytes = 0;
  };
  static constexpr size_t kClasses = 32 + 20;

  static size_t ClassOf(size_t bytes);
  void* AllocateSlowly(SizeClass& size_class);
  void* AllocateLarge(size_t bytes);
  bool FindRun(SizeClass& size_class);
  Block* NewBlock(SizeClass& size_class);
  void Charge(size_t bytes);
  void Sweep();

  std::array<SizeClass, kClasses> classes_;
  std::vector<Block*> large_;
  std::vector<Block*> empty_blocks_;
  size_t used_bytes_ = 0;
  size_t limit_bytes_;
  size_t next_collection_bytes_;
  int64_t* alarm_ = nullptr;
  bool is_alarmed_ = false;
  bool is_sealed_ = false;
};

/// Cells of 16-byte steps up to 512, then four sizes to each doubling up to kLargestCell.
inline size_t Heap::ClassOf(size_t bytes) {
  if (bytes <= 512) return bytes == 0 ? 0 : (bytes - 1) >> 4;
  const auto top = static_cast<size_t>(std::bit_width(bytes - 1)) - 1;  // 9 for 513..1024
  return 32 + (top - 9) * 4 + (((bytes - 1) >> (top - 2)) & 3);
}

/// Collects the objects that are reachable, in a loop and not by recursion, so that any depth of nesting is safe.
class Marker {
 public:
  explicit Marker(Heap& heap) : heap_(heap) {}
  void Mark(const Value& value) {
    if (value.is_object()) MarkObject(value.kind(), value.AsObject());
  }
  void Mark(const Value* values, size_t count) {
    for (size_t i = 0; i < count; ++i) Mark(values[i]);
  }
  /// A buffer that belongs to an object, which traces what is in it.
  void MarkBuffer(const void* buffer) {
    if (buffer != nullptr) MarkCell(buffer);
  }
  void MarkObject(Kind kind, Object* object);
  void Drain();

 private:
  bool MarkCell(const void* cell);
  void Trace(Kind kind, Object* object);

  Heap& heap_;
  std::vector<std::pair<Kind, Object*>> pending_;
};

}  // namespace firn::starlark
