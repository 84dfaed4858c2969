#include <algorithm>

#include "starlark/compile/function_compiler.h"

namespace firn::starlark {

FunctionCompiler::FunctionCompiler(Program& program, FunctionCode& code, std::vector<SyntaxError>& errors)
    : program_(program), code_(code), errors_(errors) {}

uint32_t FunctionCompiler::Emit(Opcode opcode, int a, int b, int c, Position position) {
  const uint32_t at = here();
  if (code_.lines.empty() || code_.lines.back().position != position) code_.lines.push_back({at, position});
  code_.instructions.push_back({opcode, static_cast<uint16_t>(a), static_cast<int16_t>(b), static_cast<int16_t>(c)});
  return at;
}

uint32_t FunctionCompiler::EmitWide(Opcode opcode, int a, int32_t n, Position position) {
  const uint32_t at = Emit(opcode, a, 0, 0, position);
  code_.instructions[at] = Instruction::Wide(opcode, static_cast<uint16_t>(a), n);
  return at;
}

void FunctionCompiler::EmitWord(int a, int32_t n, int opcode_place) {
  code_.instructions.push_back(Instruction::Wide(static_cast<Opcode>(opcode_place), static_cast<uint16_t>(a), n));
}

void FunctionCompiler::EmitJump(Opcode opcode, int a, Label& to, Position position) {
  to.jumps.push_back(EmitWide(opcode, a, 0, position));
}

void FunctionCompiler::EmitBranch(Opcode opcode, bool sense, Operand b, Operand c, Label& to, Position position) {
  Emit(opcode, sense ? 1 : 0, b, c, position);
  to.jumps.push_back(here());
  EmitWord(0, 0);
}

void FunctionCompiler::Bind(Label& label) {
  for (const uint32_t jump : label.jumps) PatchJump(jump, here());
  label.jumps.clear();
}

/// Jumps are relative to the instruction, or to the word that holds the distance.
void FunctionCompiler::PatchJump(uint32_t word, uint32_t target) {
  Instruction& instruction = code_.instructions[word];
  instruction =
      Instruction::Wide(instruction.opcode, instruction.a, static_cast<int32_t>(target) - static_cast<int32_t>(word));
}

FunctionCompiler::Register FunctionCompiler::NewTemporary() {
  return NewTemporaries(1);
}

FunctionCompiler::Register FunctionCompiler::NewTemporaries(size_t count) {
  const uint32_t first = next_temporary_;
  if (first + count > kMostOperands) {
    TooComplex(code_.position);
    return 0;
  }
  next_temporary_ += static_cast<uint32_t>(count);
  code_.register_count = std::max(code_.register_count, next_temporary_);
  return static_cast<Register>(first);
}

uint32_t FunctionCompiler::AddConstant(Constant constant) {
  code_.constants.push_back(std::move(constant));
  return static_cast<uint32_t>(code_.constants.size() - 1);
}

uint32_t FunctionCompiler::AddNames(const std::vector<std::string_view>& names) {
  const auto first = static_cast<uint32_t>(code_.constants.size());
  for (const std::string_view name : names) AddConstant(std::string(name));
  return first;
}

void FunctionCompiler::TooComplex(Position position) {
  if (!is_too_complex_)
    errors_.push_back({position, "function " + code_.name + " has too many variables or constants"});
  is_too_complex_ = true;
}

void FunctionCompiler::Join(Flow& flow, const Flow& other) {
  if (!other.is_reachable) return;
  if (!flow.is_reachable) {
    flow = other;
    return;
  }
  for (size_t i = 0; i < flow.assigned.size(); ++i)
    if (!other.assigned[i]) flow.assigned[i] = false;
}

}  // namespace firn::starlark
