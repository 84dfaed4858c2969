#include <optional>

#include "starlark/compile/function_compiler.h"

namespace firn::starlark {
namespace {

struct BranchCode {
  Opcode opcode;
  bool sense;  ///< what the comparison is when the operator holds
};

std::optional<BranchCode> BranchOf(BinaryOperator op) {
  switch (op) {
    case BinaryOperator::kEqual:
      return BranchCode{Opcode::kBranchEqual, true};
    case BinaryOperator::kNotEqual:
      return BranchCode{Opcode::kBranchEqual, false};
    case BinaryOperator::kLess:
      return BranchCode{Opcode::kBranchLess, true};
    case BinaryOperator::kLessEqual:
      return BranchCode{Opcode::kBranchLessEqual, true};
    case BinaryOperator::kGreater:
      return BranchCode{Opcode::kBranchGreater, true};
    case BinaryOperator::kGreaterEqual:
      return BranchCode{Opcode::kBranchGreaterEqual, true};
    case BinaryOperator::kIn:
      return BranchCode{Opcode::kBranchIn, true};
    case BinaryOperator::kNotIn:
      return BranchCode{Opcode::kBranchIn, false};
    default:
      return std::nullopt;
  }
}

}  // namespace

bool FunctionCompiler::BranchOnComparison(const BinaryExpression& binary, bool sense, Label& to) {
  const auto branch = BranchOf(binary.op);
  if (!branch) return false;
  const TemporaryScope scope(*this);
  const Operand left = ToOperand(*binary.left);
  const Operand right = ToOperand(*binary.right);
  EmitBranch(branch->opcode, branch->sense == sense, left, right, to, binary.position);
  return true;
}

/// Goes to `to` if the truth of `condition` is `sense`, else on. `not`, `and` and `or` become jumps to jumps' targets,
/// so that no jump leads to another.
void FunctionCompiler::JumpIf(const Expression& condition, bool sense, Label& to) {
  const Expression& inner = WithoutParens(condition);
  if (inner.kind == NodeKind::kUnary && As<UnaryExpression>(inner).op == UnaryOperator::kNot)
    return JumpIf(*As<UnaryExpression>(inner).operand, !sense, to);
  if (inner.kind == NodeKind::kBinary) {
    const auto& binary = As<BinaryExpression>(inner);
    const bool is_and = binary.op == BinaryOperator::kAnd;
    if (is_and || binary.op == BinaryOperator::kOr) {
      // The first operand alone decides if its truth is that of `or`, or the untruth of `and`.
      const bool deciding = !is_and;
      Label past;
      JumpIf(*binary.left, deciding, deciding == sense ? to : past);
      const Flow short_cut = flow_;
      JumpIf(*binary.right, sense, to);
      Join(flow_, short_cut);
      Bind(past);
      return;
    }
    if (BranchOnComparison(binary, sense, to)) return;
  }
  const TemporaryScope scope(*this);
  const Register value = ToRegister(inner);
  EmitJump(sense ? Opcode::kJumpIfTrue : Opcode::kJumpIfFalse, value, to, inner.position);
}

}  // namespace firn::starlark
