#pragma once

#include <optional>

#include "starlark/compile/program.h"
#include "starlark/syntax/ast.h"

namespace firn::starlark {

/// What an expression of literals is: a literal, a sign before a number, arithmetic of int64 and floats that neither
/// overflows nor fails, and strings joined by +. Nothing for everything else.
std::optional<Constant> Fold(const Expression& expression);

}  // namespace firn::starlark
