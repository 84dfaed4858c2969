#pragma once

#include <memory>
#include <string>
#include <vector>

#include "starlark/compile/program.h"
#include "starlark/syntax/ast.h"

namespace firn::starlark {

struct CompileResult {
  std::unique_ptr<Program> program;  ///< null if there are errors
  std::vector<SyntaxError> errors;   ///< a function with more variables or constants than instructions can name
};

/// Makes bytecode of a file that has been resolved without errors.
CompileResult Compile(const File& file);

/// The instructions of all functions of the program, for people.
std::string Disassemble(const Program& program);

}  // namespace firn::starlark
