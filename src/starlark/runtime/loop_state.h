#pragma once

#include <cstdint>

#include "starlark/runtime/value.h"

namespace firn::starlark {

/// A `for` loop has three registers: [0] a LoopState of one of these forms with a pointer to the container (of a range,
/// the numbers that are left); [1] the position (the next number); [2] the container itself, which keeps it alive (the
/// step). [0] is null while there is no loop.
enum class LoopForm : uint8_t { kRange, kList, kTuple, kDict, kSet, kElements, kHost };

/// Set in the form if the container's count of iterators includes the loop.
inline constexpr uint8_t kCountedLoop = 0x80;

inline LoopForm FormOf(const Value& state) {
  return static_cast<LoopForm>(state.loop_form() & ~kCountedLoop);
}

/// Ends the loop, if `state` is one.
void EndLoop(Value* state);

}  // namespace firn::starlark
