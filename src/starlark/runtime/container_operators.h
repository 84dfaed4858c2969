#pragma once

#include "starlark/runtime/value.h"
#include "starlark/syntax/operators.h"

namespace firn::starlark {

class Thread;

/// `left op right` of strings, bytes, lists, tuples, dicts and sets: joining, repeating, merging. `is_known` becomes
/// true if there is such an operator; then a null value means failed, or out of memory.
Value ContainerBinary(Thread& thread, BinaryOperator op, const Value& left, const Value& right, bool* is_known);

}  // namespace firn::starlark
