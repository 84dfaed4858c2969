#pragma once

#include <span>
#include <string_view>

#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

/// Functions defined natively: builtins, methods, functions of a host. (Those that programs define: function.h.)

namespace firn::starlark {

class Thread;

/// What a native function is called with. Everything lives at least until it returns.
struct Arguments {
  std::string_view function;  ///< its name, for messages
  Value self;                 ///< what a method is called on; what a builtin is bound to
  std::span<const Value> positional;
  std::span<const Value> keywords;        ///< names of the named arguments, as strings …
  std::span<const Value> keyword_values;  ///< … and their values

  size_t size() const { return positional.size(); }
  const Value& operator[](size_t index) const { return positional[index]; }
  bool has_keywords() const { return !keywords.empty(); }
};

/// Returns the result; or fails through `thread.Fail(…)` and returns what that returns, a null Value.
using NativeFunction = Value (*)(Thread& thread, const Arguments& arguments);

/// One line of a table of functions or methods. Tables are static constants, sorted by nothing in particular.
struct NativeDefinition {
  std::string_view name;
  NativeFunction function = nullptr;
};
using NativeTable = std::span<const NativeDefinition>;

/// A native function as a value.
struct Builtin : Object {
  static constexpr Kind kKind = Kind::kBuiltin;
  const NativeDefinition* definition = nullptr;
  Value self;
};

/// `definition` must outlive the heap. `self` is handed to the function.
Value MakeBuiltin(Heap& heap, const NativeDefinition& definition, const Value& self = {});

/// What runtime does not know itself, given by library/ (library/universe.h makes one) and handed to every Thread. A
/// constant: shared by all threads, outlives them.
struct Library {
  struct Universal {
    std::string_view name;
    Value value;  ///< None, True, False; null: `function`
    NativeDefinition function;
  };
  std::span<const Universal> universals;  ///< in the order of Binding::index
  NativeTable string_methods;
  NativeTable bytes_methods;
  NativeTable list_methods;
  NativeTable dict_methods;
  NativeTable set_methods;
  /// `format % operand`.
  Value (*interpolate)(Thread& thread, std::string_view format, const Value& operand) = nullptr;
};

}  // namespace firn::starlark
