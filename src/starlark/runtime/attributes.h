#pragma once

#include "starlark/runtime/callable.h"

namespace firn::starlark {

class Thread;

/// The methods of a value's kind: constant tables.
NativeTable MethodsOf(const Library& library, const Value& object);
/// The line of `name`, or null.
const NativeDefinition* FindMethod(NativeTable table, std::string_view name);
/// Says that there is no such attribute, and which may be meant.
Value FailAttr(Thread& thread, const Value& object, std::string_view name);

}  // namespace firn::starlark
