#pragma once

#include <optional>

#include "starlark/number/big_int.h"
#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

/// Integers as values: int64 inside the Value, all others on the heap. Canonical: what fits int64 is never a BigInt.

namespace firn::starlark {

struct BigIntObject : Object {
  static constexpr Kind kKind = Kind::kBigInt;
  bool negative = false;
  size_t limb_count = 0;

  number::Limb* limbs() { return reinterpret_cast<number::Limb*>(this + 1); }
  number::IntView view() const { return {{reinterpret_cast<const number::Limb*>(this + 1), limb_count}, negative}; }
};

/// Null when the heap's limit would be broken.
Value MakeInt(Heap& heap, number::IntView value);
Value MakeUint64(Heap& heap, uint64_t value);

/// An int of either kind as a view, which lives as long as this object and the value.
class IntOperand {
 public:
  /// Requires value.is_int().
  explicit IntOperand(const Value& value)
      : small_(value.is_int64() ? value.AsInt64() : 0),
        view_(value.is_int64() ? number::IntView(small_) : value.As<BigIntObject>()->view()) {}
  IntOperand(const IntOperand&) = delete;
  IntOperand& operator=(const IntOperand&) = delete;
  const number::IntView& view() const { return view_; }
  operator const number::IntView&() const { return view_; }

 private:
  number::SmallInt small_;
  number::IntView view_;
};

/// An int or float as a double; nothing for other kinds and for ints beyond the largest double.
std::optional<double> ToDouble(const Value& value);

}  // namespace firn::starlark
