#pragma once

#include <initializer_list>
#include <string_view>
#include <variant>

#include "starlark/runtime/callable.h"

namespace firn::starlark {

class Thread;

/// A value that must be callable, or iterable: a parameter's type.
struct Callable {
  Value value;
};
struct Iterable {
  Value value;
};

/// A parameter of a native function and where its argument goes. `name?` is optional, and `name??` also takes None for
/// "not given": then the variable keeps what it holds. A string_view lives as long as the Arguments.
struct NativeParameter {
  std::string_view name;
  std::variant<Value*, std::string_view*, bool*, int64_t*, double*, List**, Dict**, Callable*, Iterable*> variable;
};

/// Puts positional and named arguments into variables, as starlark-go's UnpackArgs, with its errors. False if failed.
bool Unpack(Thread& thread, const Arguments& arguments, std::initializer_list<NativeParameter> parameters);
/// As UnpackPositionalArgs: no named arguments; the first `required` must be there. Names are not used.
bool UnpackPositional(Thread& thread, const Arguments& arguments, size_t required,
                      std::initializer_list<NativeParameter> parameters);

}  // namespace firn::starlark
