#pragma once

#include <span>
#include <string_view>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/heap.h"

namespace firn::starlark {

/// What a module is made of. Outlives all heaps with such a module.
struct ModuleDefinition {
  std::string_view name;
  NativeTable functions;  ///< a name's part after the last '.' is the attribute
};

struct NamedValue {
  std::string_view name;  ///< outlives the heap
  Value value;
};

/// A value with functions and constants as attributes, like the module `json`. `self` is handed to the functions.
Value MakeModule(Heap& heap, const ModuleDefinition& definition, std::span<const NamedValue> constants = {},
                 const Value& self = {});

}  // namespace firn::starlark
