#include <fmt/format.h>

#include <iterator>

#include "starlark/compile/compiler.h"

namespace firn::starlark {
namespace {

struct ConstantText {
  std::string operator()(NoneConstant) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{}", value); }
  std::string operator()(const std::string& value) const { return fmt::format("\"{}\"", value); }
  std::string operator()(const BytesConstant& value) const { return fmt::format("bytes of {}", value.bytes.size()); }
  std::string operator()(const number::BigInt& value) const { return number::ToText(value); }
  std::string operator()(UniversalConstant value) const { return fmt::format("universal {}", value.index); }
};

void AppendFunction(const FunctionCode& function, std::string& out) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "function {}: {} registers, {} parameters\n", function.name, function.register_count,
                 function.parameter_count + function.has_varargs + function.has_kwargs);
  for (size_t i = 0; i < function.constants.size(); ++i)
    fmt::format_to(to, "  constant {} = {}\n", i, std::visit(ConstantText{}, function.constants[i]));
  for (uint32_t i = 0; i < function.instructions.size(); ++i) {
    const Instruction& instruction = function.instructions[i];
    const Position position = function.PositionOf(i);
    fmt::format_to(to, "  {:5} {:>4}:{:<3} {:<18} {:>5} {:>6} {:>6}", i, position.line, position.column,
                   OpcodeName(instruction.opcode), instruction.a, instruction.b, instruction.c);
    if (HasWord(instruction.opcode)) {
      const Instruction& word = function.instructions[++i];
      fmt::format_to(to, "  [{} {}]", word.a, word.n());
    }
    out.push_back('\n');
  }
  for (const auto& inner : function.functions) AppendFunction(*inner, out);
}

}  // namespace

std::string Disassemble(const Program& program) {
  std::string out;
  AppendFunction(*program.toplevel, out);
  return out;
}

}  // namespace firn::starlark
