#pragma once

#include "starlark/runtime/heap.h"

namespace firn::starlark {

class TimeSource;

/// The modules of starlark-go's lib/: a host makes them on a heap of its own, and predeclares or loads them.
Value MakeJsonModule(Heap& heap);
Value MakeMathModule(Heap& heap);
/// `source` outlives the heap and all times that are made.
Value MakeTimeModule(Heap& heap, TimeSource& source);

}  // namespace firn::starlark
