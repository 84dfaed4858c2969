#include "starlark/starlark.h"

#include <algorithm>
#include <optional>

#include "starlark/compile/compiler.h"
#include "starlark/resolve/resolver.h"
#include "starlark/syntax/parser.h"

namespace firn::starlark {
namespace {

NameLookup LookupIn(const std::vector<std::string>& names) {
  return [&names](std::string_view wanted) -> std::optional<uint32_t> {
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (found == names.end()) return std::nullopt;
    return static_cast<uint32_t>(found - names.begin());
  };
}

NameLookup LookupIn(const Library& library) {
  return [&library](std::string_view wanted) -> std::optional<uint32_t> {
    const auto found = std::find_if(library.universals.begin(), library.universals.end(),
                                    [wanted](const Library::Universal& universal) { return universal.name == wanted; });
    if (found == library.universals.end()) return std::nullopt;
    return static_cast<uint32_t>(found - library.universals.begin());
  };
}

}  // namespace

CompiledSource CompileFile(std::string_view source, const SourceOptions& options, const Library& library) {
  ParseResult parsed = options.is_expression ? ParseExpression(source, options.name, options.dialect)
                                             : Parse(source, options.name, options.dialect);
  if (!parsed.ok()) return {nullptr, std::move(parsed.errors), parsed.wants_more};
  auto errors = Resolve(*parsed.file, {.predeclared = LookupIn(options.predeclared),
                                       .universal = LookupIn(library),
                                       .earlier_globals = LookupIn(options.earlier_globals)});
  if (!errors.empty()) return {nullptr, std::move(errors), false};
  CompileResult compiled = Compile(*parsed.file);
  if (compiled.program == nullptr) return {nullptr, std::move(compiled.errors), false};
  compiled.program->predeclared = options.predeclared;
  std::shared_ptr<const Program> program = std::move(compiled.program);
  return {LinkedProgram::Make(std::move(program), library), {}, false};
}

}  // namespace firn::starlark
