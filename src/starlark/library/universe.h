#pragma once

#include "starlark/runtime/callable.h"

namespace firn::starlark {

/// The language's own functions, constants and methods, which every Thread is made with. A constant, shared by all
/// threads.
const Library& StandardLibrary();

}  // namespace firn::starlark
