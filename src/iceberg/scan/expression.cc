#include "iceberg/scan/expression.h"

#include <cmath>
#include <limits>

namespace firn::iceberg {
namespace {

using Op = Expression::Op;

constexpr int kMaximumDepth = 1'000;

ExpressionPtr Make(Expression expression) {
  return std::make_shared<const Expression>(std::move(expression));
}

/// The predicate that is true where `op` is false (null counting as neither).
Op Inverse(Op op) {
  switch (op) {
    case Op::kTrue:
      return Op::kFalse;
    case Op::kFalse:
      return Op::kTrue;
    case Op::kIsNull:
      return Op::kNotNull;
    case Op::kNotNull:
      return Op::kIsNull;
    case Op::kIsNan:
      return Op::kNotNan;
    case Op::kNotNan:
      return Op::kIsNan;
    case Op::kLess:
      return Op::kGreaterOrEqual;
    case Op::kLessOrEqual:
      return Op::kGreater;
    case Op::kGreater:
      return Op::kLessOrEqual;
    case Op::kGreaterOrEqual:
      return Op::kLess;
    case Op::kEqual:
      return Op::kNotEqual;
    case Op::kNotEqual:
      return Op::kEqual;
    case Op::kIn:
      return Op::kNotIn;
    case Op::kNotIn:
      return Op::kIn;
    case Op::kStartsWith:
      return Op::kNotStartsWith;
    case Op::kNotStartsWith:
      return Op::kStartsWith;
    case Op::kAnd:
      return Op::kOr;
    case Op::kOr:
      return Op::kAnd;
    case Op::kNot:
      break;
  }
  return op;
}

Result<ExpressionPtr> Push(const ExpressionPtr& expression, bool negate, int depth) {
  if (depth > kMaximumDepth) return InvalidInput("filter is nested deeper than {} levels", kMaximumDepth);
  if (expression->op == Op::kNot) return Push(expression->children[0], !negate, depth + 1);
  if (expression->children.empty() && !negate) return expression;
  Expression pushed = *expression;
  if (negate) pushed.op = Inverse(pushed.op);
  for (ExpressionPtr& child : pushed.children) {
    FIRN_ASSIGN(child, Push(child, negate, depth + 1));
  }
  return Make(std::move(pushed));
}

const char* OpText(Op op) {
  static constexpr const char* kTexts[] = {
      "true", "false", "and", "or", "not", "is null", "is not null", "is nan",      "is not nan",     "<",
      "<=",   ">",     ">=",  "=",  "<>",  "in",      "not in",      "starts with", "not starts with"};
  return kTexts[static_cast<size_t>(op)];
}

std::optional<Int128> PowerOfTen(int32_t exponent) {
  Int128 power = 1;
  for (int32_t i = 0; i < exponent; ++i) {
    if (__builtin_mul_overflow(power, Int128{10}, &power)) return std::nullopt;
  }
  return power;
}

std::optional<Literal> IntegerAs(int64_t value, const Type& type) {
  switch (type.id()) {
    case TypeId::kInt:
    case TypeId::kDate:
      if (value < INT32_MIN || value > INT32_MAX) return std::nullopt;
      return Literal(static_cast<int32_t>(value));
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return Literal(value);
    case TypeId::kFloat:
    case TypeId::kDouble: {
      // Only where nothing is lost: a rounded literal would prune files that hold the true one.
      constexpr int64_t kExact = int64_t{1} << 24;
      constexpr int64_t kExactDouble = int64_t{1} << 53;
      if (type.id() == TypeId::kFloat && std::abs(value) <= kExact) return Literal(static_cast<float>(value));
      if (type.id() == TypeId::kDouble && value >= -kExactDouble && value <= kExactDouble)
        return Literal(static_cast<double>(value));
      return std::nullopt;
    }
    case TypeId::kDecimal: {
      const std::optional<Int128> power = PowerOfTen(type.scale());
      Int128 unscaled = 0;
      if (!power || __builtin_mul_overflow(Int128{value}, *power, &unscaled)) return std::nullopt;
      return Literal(Decimal{unscaled});
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

ExpressionPtr AlwaysTrue() {
  return Make({});
}

ExpressionPtr AlwaysFalse() {
  Expression expression;
  expression.op = Op::kFalse;
  return Make(std::move(expression));
}

ExpressionPtr And(std::vector<ExpressionPtr> children) {
  if (children.empty()) return AlwaysTrue();
  if (children.size() == 1) return children[0];
  Expression expression;
  expression.op = Op::kAnd;
  expression.children = std::move(children);
  return Make(std::move(expression));
}

ExpressionPtr Or(std::vector<ExpressionPtr> children) {
  if (children.empty()) return AlwaysFalse();
  if (children.size() == 1) return children[0];
  Expression expression;
  expression.op = Op::kOr;
  expression.children = std::move(children);
  return Make(std::move(expression));
}

ExpressionPtr Not(ExpressionPtr child) {
  Expression expression;
  expression.op = Op::kNot;
  expression.children.push_back(std::move(child));
  return Make(std::move(expression));
}

ExpressionPtr Unary(Op op, int32_t field_id) {
  Expression expression;
  expression.op = op;
  expression.field_id = field_id;
  return Make(std::move(expression));
}

ExpressionPtr Comparison(Op op, int32_t field_id, Literal literal) {
  return In(op, field_id, {std::move(literal)});
}

ExpressionPtr In(Op op, int32_t field_id, std::vector<Literal> literals) {
  Expression expression;
  expression.op = op;
  expression.field_id = field_id;
  expression.literals = std::move(literals);
  return Make(std::move(expression));
}

Result<ExpressionPtr> PushDownNot(const ExpressionPtr& expression) {
  return Push(expression, false, 0);
}

Result<Literal> ConvertLiteral(const Literal& value, const Type& type) {
  std::optional<Literal> converted;
  if (value.is_null()) return value;
  if (const auto integer = value.AsInteger()) converted = IntegerAs(*integer, type);
  const bool holds_bytes = type.id() == TypeId::kString || type.id() == TypeId::kBinary ||
                           type.id() == TypeId::kFixed || type.id() == TypeId::kUuid;
  if (value.As<std::string>() != nullptr && holds_bytes) converted = value;
  if (value.As<bool>() != nullptr && type.id() == TypeId::kBoolean) converted = value;
  if (value.As<Decimal>() != nullptr && type.id() == TypeId::kDecimal) converted = value;
  const auto* narrow = value.As<float>();
  const auto* wide = value.As<double>();
  if (narrow != nullptr && type.id() == TypeId::kDouble) converted = Literal(static_cast<double>(*narrow));
  if (narrow != nullptr && type.id() == TypeId::kFloat) converted = value;
  if (wide != nullptr && type.id() == TypeId::kDouble) converted = value;
  if (wide != nullptr && type.id() == TypeId::kFloat &&
      (std::isnan(*wide) || static_cast<double>(static_cast<float>(*wide)) == *wide)) {
    converted = Literal(static_cast<float>(*wide));
  }
  if (!converted) return InvalidInput("value {} is no {}", ToString(value), ToString(type));
  return *converted;
}

std::string ToString(const Expression& expression) {
  if (expression.op == Op::kNot) return fmt::format("not ({})", ToString(*expression.children[0]));
  if (!expression.children.empty()) {
    std::string text = "(";
    for (const ExpressionPtr& child : expression.children) {
      if (text.size() > 1) text += fmt::format(" {} ", OpText(expression.op));
      text += ToString(*child);
    }
    return text + ')';
  }
  if (expression.op == Op::kTrue || expression.op == Op::kFalse) return OpText(expression.op);
  std::string text = fmt::format("#{} {}", expression.field_id, OpText(expression.op));
  for (const Literal& literal : expression.literals) text += ' ' + ToString(literal);
  return text;
}

}  // namespace firn::iceberg
