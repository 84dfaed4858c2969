#include "cli/starlark_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "base/clock.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/interruptible.h"
#include "cli/starlark_profile.h"
#include "cli/starlark_session.h"
#include "cli/starlark_shell.h"

namespace firn::cli {
namespace {

Result<std::string> ReadSource(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot read {}", path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

starlark::Limits LimitsOf(const StarlarkOptions& options) {
  starlark::Limits limits;
  if (options.steps > 0) limits.steps = options.steps;
  if (options.memory_bytes > 0) limits.heap_bytes = options.memory_bytes;
  return limits;
}

/// The file, then the expression, then a person: what there is of them, until one fails.
int RunAll(const StarlarkOptions& options, const std::string& file, bool has_person, StarlarkSession& session) {
  const std::string name = file == "-" ? "<stdin>" : file;
  if (!file.empty()) {
    const auto source = ReadSource(file);
    if (!source.ok()) return Report(source.error());
    const int code = options.disassemble ? session.Disassemble(*source, name, false) : session.RunSource(*source, name);
    if (code != kDone) return code;
  }
  if (!options.expression.empty()) {
    const std::string expression_name = "<expression>";
    const int code = options.disassemble ? session.Disassemble(options.expression, expression_name, true)
                                         : session.Evaluate(options.expression, expression_name);
    if (code != kDone) return code;
  }
  return has_person ? RunStarlarkShell(session) : kDone;
}

}  // namespace

int RunStarlark(const StarlarkOptions& options) {
  const bool has_source = !options.file.empty() || !options.expression.empty();
  const bool has_person = options.is_interactive || (!has_source && isatty(STDIN_FILENO) != 0);
  const std::string file = has_source || has_person ? options.file : "-";
  if (has_person) BlockInterrupts();
  const SystemClock clock;
  StarlarkProfile profile(clock);
  StarlarkSession session(LimitsOf(options), options.profile ? &profile : nullptr);
  const int64_t start_ns = clock.MonotonicNs();
  const int code = RunAll(options, file, has_person, session);
  if (options.profile) {
    const auto nanoseconds = static_cast<double>(clock.MonotonicNs() - start_ns);
    std::fflush(stdout);
    fmt::print(stderr, "{} steps, {:.6f} s, {} bytes in use\n{}", session.thread().steps(), nanoseconds / 1e9,
               session.thread().heap().used_bytes(), profile.Table());
  }
  return code;
}

}  // namespace firn::cli
