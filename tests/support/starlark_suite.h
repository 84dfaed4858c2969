#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "starlark_chunks.h"

namespace firn::testing {

/// An error of a chunk, or an assertion in it that did not hold (then with the line of the chunk's beginning).
struct StarlarkFailure {
  uint32_t line = 0;
  std::string message;
};

/// Runs a chunk with what the suites expect of a host: `load("assert.star", …)` and the modules json, math and time;
/// the functions of StarlarkHostFunctions, `fibonacci`, and the assertions `assert_eq`, `assert_ne`, `assert_` of
/// bazelbuild's suite. An error counts at the innermost place that is in the file itself.
std::vector<StarlarkFailure> RunStarlarkChunk(const StarlarkChunk& chunk, const std::string& file_name);

}  // namespace firn::testing
