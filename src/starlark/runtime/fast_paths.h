#pragma once

#include <cstdint>

#include "starlark/runtime/operations.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/value.h"

/// What the interpreter asks of operands before it does the most frequent things itself.

namespace firn::starlark {

inline constexpr auto kIntMeta = static_cast<uint64_t>(Kind::kInt);
inline constexpr auto kFloatMeta = static_cast<uint64_t>(Kind::kFloat);

inline bool AreInts(const Value& x, const Value& y) {
  return ((x.meta() ^ kIntMeta) | (y.meta() ^ kIntMeta)) == 0;
}

/// Whether both are numbers that a double holds (an int64 is rounded as every conversion does), one of them a float.
inline bool ToFloats(const Value& x, const Value& y, double* a, double* b) {
  if (x.meta() == kFloatMeta) {
    *a = x.AsFloat();
    if (y.meta() == kFloatMeta)
      *b = y.AsFloat();
    else if (y.meta() == kIntMeta)
      *b = static_cast<double>(y.AsInt64());
    else
      return false;
    return true;
  }
  if (y.meta() != kFloatMeta || x.meta() != kIntMeta) return false;
  *a = static_cast<double>(x.AsInt64());
  *b = y.AsFloat();
  return true;
}

inline bool FastTruth(const Value& value) {
  return value.kind() <= Kind::kInt ? value.payload() != 0 : Truth(value);
}

/// Whether `index` counts an item of the list `object` from its beginning.
inline bool IsPlaceInList(const Value& object, const Value& index) {
  return object.is(Kind::kList) && index.meta() == kIntMeta &&
         static_cast<uint64_t>(index.AsInt64()) < object.As<List>()->size;
}

}  // namespace firn::starlark
