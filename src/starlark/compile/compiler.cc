#include "starlark/compile/compiler.h"

#include "starlark/compile/function_compiler.h"

namespace firn::starlark {

CompileResult Compile(const File& file) {
  CompileResult result;
  auto program = std::make_unique<Program>();
  program->file = file.name;
  program->options = file.options;
  for (const Binding* global : file.scope->globals) program->globals.emplace_back(global->name);
  program->toplevel = std::make_unique<FunctionCode>();
  FunctionCompiler(*program, *program->toplevel, result.errors).CompileFile(file);
  if (result.errors.empty()) result.program = std::move(program);
  return result;
}

}  // namespace firn::starlark
