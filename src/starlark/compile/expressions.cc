#include <algorithm>

#include "starlark/compile/constant_folding.h"
#include "starlark/compile/function_compiler.h"

namespace firn::starlark {

Opcode OpcodeOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kEqual:
      return Opcode::kEqual;
    case BinaryOperator::kNotEqual:
      return Opcode::kNotEqual;
    case BinaryOperator::kLess:
      return Opcode::kLess;
    case BinaryOperator::kGreater:
      return Opcode::kGreater;
    case BinaryOperator::kLessEqual:
      return Opcode::kLessEqual;
    case BinaryOperator::kGreaterEqual:
      return Opcode::kGreaterEqual;
    case BinaryOperator::kIn:
      return Opcode::kIn;
    case BinaryOperator::kNotIn:
      return Opcode::kNotIn;
    case BinaryOperator::kPipe:
      return Opcode::kBitOr;
    case BinaryOperator::kCaret:
      return Opcode::kBitXor;
    case BinaryOperator::kAmpersand:
      return Opcode::kBitAnd;
    case BinaryOperator::kShiftLeft:
      return Opcode::kShiftLeft;
    case BinaryOperator::kShiftRight:
      return Opcode::kShiftRight;
    case BinaryOperator::kPlus:
      return Opcode::kAdd;
    case BinaryOperator::kMinus:
      return Opcode::kSubtract;
    case BinaryOperator::kStar:
      return Opcode::kMultiply;
    case BinaryOperator::kPercent:
      return Opcode::kModulo;
    case BinaryOperator::kSlash:
      return Opcode::kDivide;
    case BinaryOperator::kSlashSlash:
    case BinaryOperator::kOr:
    case BinaryOperator::kAnd:  // these two are jumps
      break;
  }
  return Opcode::kFloorDivide;
}

void FunctionCompiler::LoadConstant(Constant constant, Register to, Position position) {
  const Operand operand = ConstantOperand(std::move(constant), position);
  if (operand < 0) Emit(Opcode::kMove, to, operand, 0, position);
}

/// A constant that operands cannot name any more is loaded into a temporary by its number.
FunctionCompiler::Operand FunctionCompiler::ConstantOperand(Constant constant, Position position) {
  // Small ints are frequent and equal ones share a place; other constants are few.
  uint32_t index = 0;
  const auto* number = std::get_if<int64_t>(&constant);
  if (number != nullptr) {
    const auto [entry, is_new] = int_constants_.try_emplace(*number, static_cast<uint32_t>(code_.constants.size()));
    index = is_new ? AddConstant(constant) : entry->second;
  } else {
    index = AddConstant(std::move(constant));
  }
  if (index < kMostOperands) return static_cast<Operand>(-static_cast<int32_t>(index) - 1);
  const Register temporary = NewTemporary();
  EmitWide(Opcode::kLoadConstant, temporary, static_cast<int32_t>(index), position);
  return static_cast<Operand>(temporary);
}

FunctionCompiler::Operand FunctionCompiler::ToOperand(const Expression& expression) {
  Register local = 0;
  if (IsPlainLocal(expression, &local)) {
    LoadName(As<Identifier>(WithoutParens(expression)), local);
    return static_cast<Operand>(local);
  }
  if (auto constant = Fold(expression)) return ConstantOperand(std::move(*constant), expression.position);
  const Expression& inner = WithoutParens(expression);
  if (inner.kind == NodeKind::kIdentifier && As<Identifier>(inner).binding->scope == Scope::kUniversal)
    return ConstantOperand(UniversalConstant{As<Identifier>(inner).binding->index}, inner.position);
  const Register temporary = NewTemporary();
  Into(expression, temporary);
  return static_cast<Operand>(temporary);
}

FunctionCompiler::Register FunctionCompiler::ToRegister(const Expression& expression) {
  const Operand operand = ToOperand(expression);
  if (operand >= 0) return static_cast<Register>(operand);
  const Register temporary = NewTemporary();
  Emit(Opcode::kMove, temporary, operand, 0, expression.position);
  return temporary;
}

void FunctionCompiler::Into(const Expression& expression, Register to) {
  const TemporaryScope scope(*this);
  if (auto constant = Fold(expression)) {
    const Operand operand = ConstantOperand(std::move(*constant), expression.position);
    Emit(Opcode::kMove, to, operand, 0, expression.position);
    return;
  }
  switch (expression.kind) {
    case NodeKind::kIdentifier:
      return LoadName(As<Identifier>(expression), to);
    case NodeKind::kParen:
      return Into(*As<ParenExpression>(expression).inner, to);
    case NodeKind::kTuple:
      return TupleInto(As<TupleExpression>(expression).items, to, expression.position);
    case NodeKind::kList:
      return ListInto(As<ListExpression>(expression).items, to, expression.position);
    case NodeKind::kDict:
      return DictInto(As<DictExpression>(expression), to);
    case NodeKind::kUnary:
      return UnaryInto(As<UnaryExpression>(expression), to);
    case NodeKind::kBinary:
      return BinaryInto(As<BinaryExpression>(expression), to);
    case NodeKind::kConditional:
      return ConditionalInto(As<ConditionalExpression>(expression), to);
    case NodeKind::kDot:
      return DotInto(As<DotExpression>(expression), to);
    case NodeKind::kIndex:
      return IndexInto(As<IndexExpression>(expression), to);
    case NodeKind::kSlice:
      return SliceInto(As<SliceExpression>(expression), to);
    case NodeKind::kCall:
      return CallInto(As<CallExpression>(expression), to);
    case NodeKind::kComprehension:
      return ComprehensionInto(As<Comprehension>(expression), to);
    case NodeKind::kLambda:
      return MakeFunction(*As<LambdaExpression>(expression).function, to);
    default:
      return;  // literals, which Fold knows; statements are none
  }
}

void FunctionCompiler::IntoConsecutive(Expressions expressions, Register first) {
  for (size_t i = 0; i < expressions.size(); ++i) Into(*expressions[i], static_cast<Register>(first + i));
}

void FunctionCompiler::UnaryInto(const UnaryExpression& unary, Register to) {
  const Operand operand = ToOperand(*unary.operand);
  switch (unary.op) {
    case UnaryOperator::kNot:
      Emit(Opcode::kNot, to, operand, 0, unary.position);
      break;
    case UnaryOperator::kMinus:
      Emit(Opcode::kNegate, to, operand, 0, unary.position);
      break;
    case UnaryOperator::kPlus:
      Emit(Opcode::kPlus, to, operand, 0, unary.position);
      break;
    case UnaryOperator::kTilde:
      Emit(Opcode::kInvert, to, operand, 0, unary.position);
      break;
  }
}

void FunctionCompiler::BinaryInto(const BinaryExpression& binary, Register to) {
  if (binary.op == BinaryOperator::kAnd || binary.op == BinaryOperator::kOr) return AndOrInto(binary, to);
  const Operand left = ToOperand(*binary.left);
  const Operand right = ToOperand(*binary.right);
  Emit(OpcodeOf(binary.op), to, left, right, binary.position);
}

/// Through a temporary: `x = y and x` must not lose x while it is still wanted.
void FunctionCompiler::AndOrInto(const BinaryExpression& binary, Register to) {
  const Register result = NewTemporary();
  Label end;
  Into(*binary.left, result);
  EmitJump(binary.op == BinaryOperator::kAnd ? Opcode::kJumpIfFalse : Opcode::kJumpIfTrue, result, end,
           binary.position);
  const Flow short_cut = flow_;
  Into(*binary.right, result);
  Join(flow_, short_cut);
  Bind(end);
  Emit(Opcode::kMove, to, result, 0, binary.position);
}

void FunctionCompiler::ConditionalInto(const ConditionalExpression& conditional, Register to) {
  Label otherwise;
  Label end;
  JumpIf(*conditional.condition, false, otherwise);
  const Flow before = flow_;
  Into(*conditional.if_true, to);
  EmitJump(Opcode::kJump, 0, end, conditional.position);
  const Flow after_true = flow_;
  flow_ = before;
  Bind(otherwise);
  Into(*conditional.if_false, to);
  Join(flow_, after_true);
  Bind(end);
}

namespace {
/// Items that stand in registers at the same time; longer displays are built in pieces.
constexpr size_t kMostItems = 256;
}  // namespace

void FunctionCompiler::TupleInto(Expressions items, Register to, Position position) {
  if (items.size() > kMostItems) {
    const Register list = NewTemporary();
    ListInto(items, list, position);
    Emit(Opcode::kTupleOfList, to, list, 0, position);
    return;
  }
  const Register first = NewTemporaries(items.size());
  IntoConsecutive(items, first);
  Emit(Opcode::kMakeTuple, to, first, static_cast<int>(items.size()), position);
}

void FunctionCompiler::ListInto(Expressions items, Register to, Position position) {
  const size_t at_first = std::min(items.size(), kMostItems);
  const Register list = items.size() > kMostItems ? NewTemporary() : to;
  const Register first = NewTemporaries(at_first);
  IntoConsecutive(items.subspan(0, at_first), first);
  Emit(Opcode::kMakeList, list, first, static_cast<int>(at_first), position);
  for (size_t done = at_first; done < items.size();) {
    const size_t count = std::min(items.size() - done, kMostItems);
    IntoConsecutive(items.subspan(done, count), first);
    Emit(Opcode::kExtendList, list, first, static_cast<int>(count), position);
    done += count;
  }
  if (list != to) Emit(Opcode::kMove, to, list, 0, position);
}

void FunctionCompiler::DictInto(const DictExpression& dict, Register to) {
  const Register result = NewTemporary();
  Emit(Opcode::kMakeDict, result, 0, 0, dict.position);
  for (const DictEntry& entry : dict.entries) {
    const TemporaryScope scope(*this);
    const Operand key = ToOperand(*entry.key);
    const Operand value = ToOperand(*entry.value);
    Emit(Opcode::kInsertUnique, result, key, value, entry.colon);
  }
  Emit(Opcode::kMove, to, result, 0, dict.position);
}

void FunctionCompiler::DotInto(const DotExpression& dot, Register to) {
  const Operand object = ToOperand(*dot.object);
  const uint32_t name = AddConstant(std::string(dot.name));
  if (name >= kMostOperands) return TooComplex(dot.position);
  Emit(Opcode::kGetAttr, to, object, 0, dot.position);
  EmitWord(static_cast<int>(name), NewCache());
}

void FunctionCompiler::IndexOperandsInto(Operand object, Operand key, bool is_key, Register to, Position position) {
  Emit(is_key ? Opcode::kGetKey : Opcode::kGetIndex, to, object, key, position);
  if (is_key) EmitWord(0, NewCache());
}

void FunctionCompiler::IndexInto(const IndexExpression& index, Register to) {
  const Operand object = ToOperand(*index.object);
  const Operand key = ToOperand(*index.index);
  const bool is_key = key < 0 && WithoutParens(*index.index).kind == NodeKind::kString;
  IndexOperandsInto(object, key, is_key, to, index.position);
}

void FunctionCompiler::SliceInto(const SliceExpression& slice, Register to) {
  const Register first = NewTemporaries(4);
  Into(*slice.object, first);
  int place = first;
  for (const Expression* bound : {slice.low, slice.high, slice.step}) {
    ++place;
    if (bound != nullptr)
      Into(*bound, static_cast<Register>(place));
    else
      LoadConstant(NoneConstant{}, static_cast<Register>(place), slice.position);
  }
  Emit(Opcode::kSlice, first, to, 0, slice.position);
}

}  // namespace firn::starlark
