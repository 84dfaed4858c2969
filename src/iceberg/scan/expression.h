#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "iceberg/spec/schema.h"

namespace firn::iceberg {

/// A condition on a table's rows, over field ids, so that it means the same whatever a column is called. Immutable;
/// shared. SQL's three values are reduced to two: a comparison with null is false, and `Not` of it is taken apart into
/// the inverse comparison, which is false for null as well.
struct Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

struct Expression {
  enum class Op : uint8_t {
    kTrue,
    kFalse,
    kAnd,
    kOr,
    kNot,
    kIsNull,
    kNotNull,
    kIsNan,
    kNotNan,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kEqual,
    kNotEqual,
    kIn,
    kNotIn,
    kStartsWith,
    kNotStartsWith,
  };

  Op op = Op::kTrue;
  std::vector<ExpressionPtr> children;  ///< And, Or: two or more; Not: one
  int32_t field_id = 0;                 ///< predicates
  std::vector<Literal> literals;  ///< comparisons: one; In: any number; of the column's type (Convert makes them so)
};

ExpressionPtr AlwaysTrue();
ExpressionPtr AlwaysFalse();
ExpressionPtr And(std::vector<ExpressionPtr> children);
ExpressionPtr Or(std::vector<ExpressionPtr> children);
ExpressionPtr Not(ExpressionPtr child);
/// IsNull, NotNull, IsNan, NotNan.
ExpressionPtr Unary(Expression::Op op, int32_t field_id);
ExpressionPtr Comparison(Expression::Op op, int32_t field_id, Literal literal);
ExpressionPtr In(Expression::Op op, int32_t field_id, std::vector<Literal> literals);

/// The same without kNot, by De Morgan and inverse predicates. kInvalidInput for more than 1,000 levels.
Result<ExpressionPtr> PushDownNot(const ExpressionPtr& expression);

/// `value` (an integer of either width, float or double, text) as a literal of a column of type `type`; kInvalidInput
/// where it does not fit.
Result<Literal> ConvertLiteral(const Literal& value, const Type& type);

std::string ToString(const Expression& expression);

}  // namespace firn::iceberg
