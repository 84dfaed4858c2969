#include "starlark/compile/function_compiler.h"

namespace firn::starlark {

void FunctionCompiler::Assign(const AssignStatement& statement) {
  if (statement.op) return AugmentedAssign(statement);
  Register local = 0;
  if (IsPlainLocal(*statement.target, &local)) {
    // Whatever is computed is written last, after all operands have been read.
    Into(*statement.value, local);
    flow_.assigned[local] = true;
    return;
  }
  const Operand value = ToOperand(*statement.value);
  AssignTo(*statement.target, value, statement.position);
}

void FunctionCompiler::AssignTo(const Expression& target, Operand value, Position position) {
  const TemporaryScope scope(*this);
  switch (target.kind) {
    case NodeKind::kParen:
      return AssignTo(*As<ParenExpression>(target).inner, value, position);
    case NodeKind::kIdentifier:
      return StoreName(As<Identifier>(target), value, position);
    case NodeKind::kTuple:
      return UnpackTo(As<TupleExpression>(target).items, value, position);
    case NodeKind::kList:
      return UnpackTo(As<ListExpression>(target).items, value, position);
    case NodeKind::kDot: {
      const auto& dot = As<DotExpression>(target);
      const Register object = ToRegister(*dot.object);
      const uint32_t name = AddConstant(std::string(dot.name));
      if (name >= kMostOperands) return TooComplex(position);
      Emit(Opcode::kSetAttr, object, value, 0, dot.position);
      return EmitWord(static_cast<int>(name), NewCache());
    }
    default: {
      const auto& index = As<IndexExpression>(target);
      const Register object = ToRegister(*index.object);
      const Operand key = ToOperand(*index.index);
      const bool is_key = key < 0 && WithoutParens(*index.index).kind == NodeKind::kString;
      Emit(is_key ? Opcode::kSetKey : Opcode::kSetIndex, object, key, value, position);
      if (is_key) EmitWord(0, NewCache());
      return;
    }
  }
}

void FunctionCompiler::UnpackTo(Expressions targets, Operand value, Position position) {
  const Register first = NewTemporaries(targets.size());
  Emit(Opcode::kUnpack, first, value, static_cast<int>(targets.size()), position);
  for (size_t i = 0; i < targets.size(); ++i) AssignTo(*targets[i], static_cast<Operand>(first + i), position);
}

void FunctionCompiler::EmitAugmented(BinaryOperator op, Register to, Operand left, Operand right, Position position) {
  Opcode opcode = OpcodeOf(op);
  if (op == BinaryOperator::kPlus) opcode = Opcode::kInPlaceAdd;
  if (op == BinaryOperator::kPipe) opcode = Opcode::kInPlaceOr;
  Emit(opcode, to, left, right, position);
}

/// The operands of the target are evaluated once, before the value.
void FunctionCompiler::AugmentedAssign(const AssignStatement& statement) {
  const Expression& target = WithoutParens(*statement.target);
  const Position position = statement.position;
  Register local = 0;
  if (IsPlainLocal(target, &local)) {
    LoadName(As<Identifier>(target), local);
    const Operand value = ToOperand(*statement.value);
    return EmitAugmented(*statement.op, local, static_cast<Operand>(local), value, position);
  }
  const Register result = NewTemporary();
  const auto result_operand = static_cast<Operand>(result);
  if (target.kind == NodeKind::kIdentifier) {
    Into(target, result);
    EmitAugmented(*statement.op, result, result_operand, ToOperand(*statement.value), position);
    return StoreName(As<Identifier>(target), result_operand, position);
  }
  if (target.kind == NodeKind::kDot) {
    const auto& dot = As<DotExpression>(target);
    const Register object = ToRegister(*dot.object);
    const uint32_t name = AddConstant(std::string(dot.name));
    if (name >= kMostOperands) return TooComplex(position);
    Emit(Opcode::kGetAttr, result, object, 0, dot.position);
    EmitWord(static_cast<int>(name), NewCache());
    EmitAugmented(*statement.op, result, result_operand, ToOperand(*statement.value), position);
    Emit(Opcode::kSetAttr, object, result, 0, dot.position);
    return EmitWord(static_cast<int>(name), NewCache());
  }
  const auto& index = As<IndexExpression>(target);
  const Register object = ToRegister(*index.object);
  const Operand key = ToOperand(*index.index);
  const bool is_key = key < 0 && WithoutParens(*index.index).kind == NodeKind::kString;
  IndexOperandsInto(static_cast<Operand>(object), key, is_key, result, index.position);
  EmitAugmented(*statement.op, result, result_operand, ToOperand(*statement.value), position);
  Emit(is_key ? Opcode::kSetKey : Opcode::kSetIndex, object, key, result, position);
  if (is_key) EmitWord(0, NewCache());
}

}  // namespace firn::starlark
