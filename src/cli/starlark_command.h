#pragma once

#include <cstdint>
#include <string>

namespace firn::cli {

/// `firn starlark`
struct StarlarkOptions {
  std::string file;        ///< "-" is standard input; "" without an expression: interactive, or what a pipe brings
  std::string expression;  ///< -c: evaluated behind the file, with its names, and printed
  bool is_interactive = false;
  bool disassemble = false;   ///< show the bytecode instead of running
  bool profile = false;       ///< tell steps, time and memory at the end, and the lines that take them
  uint64_t steps = 0;         ///< 0: no limit
  uint64_t memory_bytes = 0;  ///< 0: the default of 1 GiB
};

/// Runs Starlark programs with all that the language has, and the modules json, math and time. Errors go to standard
/// error, with their place. Gives the exit code: kUsage for a program that cannot run, kFailed for one that failed.
int RunStarlark(const StarlarkOptions& options);

}  // namespace firn::cli
