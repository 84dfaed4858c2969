#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/host_object.h"

/// What the test suites of Starlark expect of their host: a few functions, and values of types that the language lacks.

namespace firn::testing {

/// Where the assertions of programs go. Outlives the threads that use it.
struct StarlarkReport : starlark::HostObject {
  StarlarkReport();
  std::vector<std::string> failures;
};

/// Functions that need nothing else: `struct(**fields)`, `module(name, **members)`, `hasfields()`, `freeze(x)`,
/// `catch(f)` (the error of f(), or None), `attempt(f)` (the result of f(), or ("error", message)), `matches(pattern,
/// text)`, `near(x, y)` (floats that are neighbours).
starlark::NativeTable StarlarkHostFunctions();

/// `report(text)`: notes a failure without ending the program. To be bound to a StarlarkReport.
const starlark::NativeDefinition& StarlarkReportFunction();

/// `fibonacci`: an endless iterable.
starlark::Value StarlarkFibonacci();

}  // namespace firn::testing
