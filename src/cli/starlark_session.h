#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "cli/starlark_profile.h"
#include "starlark/library/time_source.h"
#include "starlark/library/zone_files.h"
#include "starlark/starlark.h"

namespace firn::cli {

/// Programs that are run one after another, each with the globals of those before.
class StarlarkSession {
 public:
  /// What the command allows: everything that the language has.
  static constexpr starlark::FileOptions kDialect{.allow_set = true,
                                                  .allow_while = true,
                                                  .allow_top_level_control = true,
                                                  .allow_global_reassign = true,
                                                  .allow_recursion = true};

  /// `profile`, if any, gets samples of what runs, and outlives the session.
  explicit StarlarkSession(const starlark::Limits& limits, StarlarkProfile* profile = nullptr);

  /// Runs a file of statements. Gives the exit code; errors have been shown.
  int RunSource(std::string_view source, const std::string& name);
  /// Evaluates an expression and prints its representation, unless it is None.
  int Evaluate(std::string_view source, const std::string& name);
  /// An expression as Evaluate, anything else as RunSource.
  int RunInput(std::string_view source);
  /// Prints the bytecode of a source.
  int Disassemble(std::string_view source, const std::string& name, bool is_expression);

  starlark::Thread& thread() { return thread_; }

 private:
  starlark::CompiledSource Compile(std::string_view source, const std::string& name, bool is_expression) const;
  std::shared_ptr<const starlark::Module> Run(const std::shared_ptr<const starlark::LinkedProgram>& program);
  int PrintResult(const starlark::Module& module);

  SystemClock clock_;
  starlark::ZoneFiles zones_;
  starlark::TimeSource time_source_;
  std::shared_ptr<const starlark::Module> predeclared_;
  starlark::Thread thread_;
  std::vector<std::pair<std::string, starlark::Value>> globals_;
};

}  // namespace firn::cli
