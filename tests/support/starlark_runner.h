#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "starlark/library/universe.h"
#include "starlark/runtime/module.h"
#include "starlark/runtime/thread.h"
#include "starlark/syntax/file_options.h"
#include "starlark/syntax/position.h"

namespace firn::testing {

/// What became of a program: a module; or errors, before it ran; or thread.error().
struct StarlarkOutcome {
  std::vector<starlark::SyntaxError> errors;
  std::shared_ptr<const starlark::Module> module;
};

/// Compiles and runs a program, which may use the names of `predeclared`, too.
StarlarkOutcome RunStarlark(starlark::Thread& thread, std::string_view source, std::string_view file_name,
                            const starlark::FileOptions& options,
                            const std::shared_ptr<const starlark::Module>& predeclared);

}  // namespace firn::testing
