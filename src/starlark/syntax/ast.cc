#include "starlark/syntax/ast.h"

namespace firn::starlark {

Position Start(const Expression& expression) {
  const Expression* leftmost = &expression;
  while (true) {
    switch (leftmost->kind) {
      case NodeKind::kBinary:
        leftmost = As<BinaryExpression>(*leftmost).left;
        break;
      case NodeKind::kConditional:
        leftmost = As<ConditionalExpression>(*leftmost).if_true;
        break;
      case NodeKind::kDot:
        leftmost = As<DotExpression>(*leftmost).object;
        break;
      case NodeKind::kIndex:
        leftmost = As<IndexExpression>(*leftmost).object;
        break;
      case NodeKind::kSlice:
        leftmost = As<SliceExpression>(*leftmost).object;
        break;
      case NodeKind::kCall:
        leftmost = As<CallExpression>(*leftmost).callee;
        break;
      default:
        return leftmost->position;
    }
  }
}

const Expression& WithoutParens(const Expression& expression) {
  const Expression* inner = &expression;
  while (inner->kind == NodeKind::kParen) inner = As<ParenExpression>(*inner).inner;
  return *inner;
}

}  // namespace firn::starlark
