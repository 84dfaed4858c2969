#include "starlark/compile/constant_folding.h"

namespace firn::starlark {
namespace {

std::optional<Constant> FoldInts(BinaryOperator op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
    case BinaryOperator::kPlus:
      return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional<Constant>(result);
    case BinaryOperator::kMinus:
      return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional<Constant>(result);
    case BinaryOperator::kStar:
      return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional<Constant>(result);
    case BinaryOperator::kSlash:
      if (b == 0) return std::nullopt;
      return static_cast<double>(a) / static_cast<double>(b);
    default:
      return std::nullopt;
  }
}

std::optional<Constant> FoldFloats(BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::kPlus:
      return a + b;
    case BinaryOperator::kMinus:
      return a - b;
    case BinaryOperator::kStar:
      return a * b;
    case BinaryOperator::kSlash:
      if (b == 0) return std::nullopt;
      return a / b;
    default:
      return std::nullopt;
  }
}

std::optional<double> AsFloat(const Constant& constant) {
  if (const auto* value = std::get_if<double>(&constant)) return *value;
  if (const auto* value = std::get_if<int64_t>(&constant)) return static_cast<double>(*value);
  return std::nullopt;
}

std::optional<Constant> FoldBinary(const BinaryExpression& binary) {
  const auto left = Fold(*binary.left);
  if (!left) return std::nullopt;
  const auto right = Fold(*binary.right);
  if (!right) return std::nullopt;
  const auto* a = std::get_if<int64_t>(&*left);
  const auto* b = std::get_if<int64_t>(&*right);
  if (a != nullptr && b != nullptr) return FoldInts(binary.op, *a, *b);
  if (binary.op == BinaryOperator::kPlus) {
    const auto* first = std::get_if<std::string>(&*left);
    const auto* second = std::get_if<std::string>(&*right);
    if (first != nullptr && second != nullptr) return *first + *second;
    const auto* first_bytes = std::get_if<BytesConstant>(&*left);
    const auto* second_bytes = std::get_if<BytesConstant>(&*right);
    // Bytes have no +: it is literals that are joined, from left to right.
    const bool is_literal = WithoutParens(*binary.right).kind == NodeKind::kBytes;
    if (first_bytes != nullptr && second_bytes != nullptr && is_literal)
      return BytesConstant{first_bytes->bytes + second_bytes->bytes};
  }
  const auto x = AsFloat(*left);
  const auto y = AsFloat(*right);
  if (x && y) return FoldFloats(binary.op, *x, *y);
  return std::nullopt;
}

std::optional<Constant> FoldUnary(const UnaryExpression& unary) {
  if (unary.op != UnaryOperator::kMinus && unary.op != UnaryOperator::kPlus) return std::nullopt;
  const auto operand = Fold(*unary.operand);
  if (!operand) return std::nullopt;
  const bool is_minus = unary.op == UnaryOperator::kMinus;
  if (const auto* value = std::get_if<int64_t>(&*operand)) {
    if (!is_minus) return *value;
    return FoldInts(BinaryOperator::kMinus, 0, *value);
  }
  if (const auto* value = std::get_if<double>(&*operand)) return is_minus ? -*value : *value;
  return std::nullopt;
}

}  // namespace

std::optional<Constant> Fold(const Expression& expression) {
  switch (expression.kind) {
    case NodeKind::kInt: {
      const auto& literal = As<IntLiteral>(expression);
      if (literal.digits.empty()) return literal.value;
      if (auto big = number::BigInt::Parse(literal.digits, literal.base)) return std::move(*big);
      return std::nullopt;
    }
    case NodeKind::kFloat:
      return As<FloatLiteral>(expression).value;
    case NodeKind::kString:
      return std::string(As<StringLiteral>(expression).value);
    case NodeKind::kBytes:
      return BytesConstant{std::string(As<BytesLiteral>(expression).value)};
    case NodeKind::kParen:
      return Fold(*As<ParenExpression>(expression).inner);
    case NodeKind::kUnary:
      return FoldUnary(As<UnaryExpression>(expression));
    case NodeKind::kBinary:
      return FoldBinary(As<BinaryExpression>(expression));
    default:
      return std::nullopt;
  }
}

}  // namespace firn::starlark
