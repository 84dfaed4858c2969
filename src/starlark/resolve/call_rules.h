#pragma once

#include "starlark/resolve/error_list.h"
#include "starlark/syntax/ast.h"

namespace firn::starlark {

/// Reports arguments of a call that stand in the wrong order – positional, named, `*`, `**` is right –, names given
/// twice, and more arguments than a call can have.
void CheckArguments(const CallExpression& call, ErrorList& errors);

/// Reports parameters in the wrong order. Names that are declared twice are the business of Scopes.
void CheckParameters(const FunctionNode& function, ErrorList& errors);

}  // namespace firn::starlark
