#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "starlark/resolve/binding.h"
#include "starlark/syntax/ast.h"

namespace firn::starlark {

/// Says which number a name has in a table of the host's, if it is in there.
using NameLookup = std::function<std::optional<uint32_t>(std::string_view name)>;

/// The names that exist before a file is run. A lookup that is empty knows no names.
struct Environment {
  NameLookup predeclared;      ///< index → Binding::index of kPredeclared
  NameLookup universal;        ///< index → Binding::index of kUniversal
  NameLookup earlier_globals;  ///< globals of what ran before in the same session; the index is not used
};

/// Gives every identifier of the tree its Binding, every function its FunctionScope and the file its ModuleScope, all
/// in the file's arena. A function that is nested in another is resolved even where it is never called.
///
/// Returns what is wrong with the program beyond its grammar (undefined names, `break` outside a loop, a global bound
/// twice, what the dialect does not allow, …), everything, in the order in which it is found; empty means that the tree
/// may be compiled. Call once a tree.
std::vector<SyntaxError> Resolve(File& file, const Environment& environment);

}  // namespace firn::starlark
