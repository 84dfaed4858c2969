#include "starlark_runner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "starlark/compile/compiler.h"
#include "starlark/resolve/resolver.h"
#include "starlark/syntax/parser.h"

namespace firn::testing {

StarlarkOutcome RunStarlark(starlark::Thread& thread, std::string_view source, std::string_view file_name,
                            const starlark::FileOptions& options,
                            const std::shared_ptr<const starlark::Module>& predeclared) {
  starlark::ParseResult parsed = starlark::Parse(source, file_name, options);
  if (!parsed.ok()) return {parsed.errors, nullptr};
  const auto& library = thread.library();
  starlark::Environment environment;
  environment.predeclared = [&](std::string_view name) -> std::optional<uint32_t> {
    const auto& names = predeclared->names();
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? std::nullopt : std::optional<uint32_t>(found - names.begin());
  };
  environment.universal = [&](std::string_view name) -> std::optional<uint32_t> {
    for (uint32_t i = 0; i < library.universals.size(); ++i)
      if (library.universals[i].name == name) return i;
    return std::nullopt;
  };
  std::vector<starlark::SyntaxError> errors = Resolve(*parsed.file, environment);
  if (!errors.empty()) return {errors, nullptr};
  starlark::CompileResult compiled = starlark::Compile(*parsed.file);
  if (compiled.program == nullptr) return {compiled.errors, nullptr};
  compiled.program->predeclared = predeclared->names();
  auto linked = starlark::LinkedProgram::Make(std::move(compiled.program), library);
  starlark::RunOptions run;
  run.predeclared = predeclared;
  return {{}, RunFile(thread, std::move(linked), run)};
}

}  // namespace firn::testing
