#pragma once

#include <string>

#include "starlark/syntax/arena.h"
#include "starlark/syntax/expressions.h"
#include "starlark/syntax/file_options.h"
#include "starlark/syntax/statements.h"

/// The syntax tree: a closed set of node types, told apart by `kind`, in the arena of their File. Children are never
/// null unless it says "may be null". Names and decoded literals are views into the arena; equal names share their
/// bytes.

namespace firn::starlark {

struct ModuleScope;  // resolve/binding.h

/// A parsed file, with the arena that holds it; the resolver puts its results into the same arena.
struct File {
  std::string name;
  FileOptions options;
  Statements statements;
  const ModuleScope* scope = nullptr;  ///< set by the resolver
  Arena arena;
};

}  // namespace firn::starlark
