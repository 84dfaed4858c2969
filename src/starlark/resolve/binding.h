#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "starlark/syntax/ast.h"

namespace firn::starlark {

/// Where a name lives, and thereby what `Binding::index` counts.
enum class Scope : uint8_t {
  kUndefined,    ///< no such name: an error has been reported
  kLocal,        ///< of a function, or of the file (a name of a top-level comprehension or `load`)
  kCell,         ///< a local that an inner function refers to, too; the same numbering as kLocal
  kFree,         ///< a cell of an enclosing function: index into FunctionScope::free_variables
  kGlobal,       ///< index into ModuleScope::globals
  kPredeclared,  ///< given by the host for this module: index of the host's table
  kUniversal,    ///< known everywhere: index of the table of universals
};

/// "local", "global", … as messages say it.
std::string_view ScopeName(Scope scope);

/// One variable; all identifiers that mean it (within one function) share it.
struct Binding {
  Scope scope = Scope::kUndefined;
  uint32_t index = 0;
  std::string_view name;
  Position first;  ///< of the first identifier that binds it; invalid for kPredeclared and kUniversal
};

using Bindings = std::span<const Binding* const>;

/// What the resolver knows of a function.
struct FunctionScope {
  Bindings locals;  ///< in the order of their indices; parameters first: positional and keyword-only, then *, then **
  Bindings
      free_variables;  ///< what a closure captures: the bindings (kCell or kFree) of the enclosing function, or file
  uint32_t parameter_count = 0;     ///< all, with *args and **kwargs, without a bare *
  uint32_t keyword_only_count = 0;  ///< parameters behind * or *args
  bool has_varargs = false;
  bool has_kwargs = false;
};

/// What the resolver knows of a file.
struct ModuleScope {
  Bindings locals;   ///< names bound by top-level comprehensions and `load`; may be kCell
  Bindings globals;  ///< in the order of their indices
};

}  // namespace firn::starlark
