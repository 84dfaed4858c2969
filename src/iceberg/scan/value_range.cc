#include "iceberg/scan/value_range.h"

#include <algorithm>

namespace firn::iceberg {
namespace {

using Op = Expression::Op;
using Kind = Transform::Kind;

bool BelowLower(const Literal& value, const ValueRange& range) {
  return range.lower && Compare(value, *range.lower) < 0;
}
bool AboveUpper(const Literal& value, const ValueRange& range) {
  return range.upper && Compare(value, *range.upper) > 0;
}

/// Readers disagree whether -0.0 is below +0.0: a zero is compared as the one that rules out less.
Literal Zero(const Literal& value, bool negative) {
  if (const auto* v = value.As<double>(); v != nullptr && *v == 0) return Literal(negative ? -0.0 : 0.0);
  if (const auto* v = value.As<float>(); v != nullptr && *v == 0) return Literal(negative ? -0.0F : 0.0F);
  return value;
}

bool MayEqual(const Literal& value, const ValueRange& range) {
  return !BelowLower(Zero(value, false), range) && !AboveUpper(Zero(value, true), range);
}

bool MayStartWith(const Literal& prefix, const ValueRange& range) {
  const auto* text = prefix.As<std::string>();
  if (text == nullptr) return true;
  const auto* lower = range.lower ? range.lower->As<std::string>() : nullptr;
  const auto* upper = range.upper ? range.upper->As<std::string>() : nullptr;
  if (lower != nullptr && std::string_view(*lower).substr(0, text->size()) > *text) return false;
  return upper == nullptr || std::string_view(*upper).substr(0, text->size()) >= *text;
}

/// All values of the range begin with the prefix when both bounds do.
bool AllStartWith(const Literal& prefix, const ValueRange& range) {
  const auto* text = prefix.As<std::string>();
  const auto* lower = range.lower ? range.lower->As<std::string>() : nullptr;
  const auto* upper = range.upper ? range.upper->As<std::string>() : nullptr;
  return text != nullptr && lower != nullptr && upper != nullptr && lower->starts_with(*text) &&
         upper->starts_with(*text);
}

bool IsOrderPreserving(Kind kind) {
  return kind == Kind::kIdentity || kind == Kind::kTruncate || kind == Kind::kYear || kind == Kind::kMonth ||
         kind == Kind::kDay || kind == Kind::kHour;
}

Expression WithLiterals(Op op, std::vector<Literal> literals) {
  Expression expression;
  expression.op = op;
  expression.literals = std::move(literals);
  return expression;
}

std::optional<Literal> Transformed(const Literal& value, const Transform& transform, const Type& source) {
  const Result<Literal> literal = ApplyTransform(transform, source, value);
  if (!literal.ok() || literal->is_null()) return std::nullopt;
  return *literal;
}

}  // namespace

bool MayMatch(const Expression& predicate, const ValueRange& range) {
  switch (predicate.op) {
    case Op::kIsNull:
      return range.may_be_null;
    case Op::kNotNull:
      return range.has_values || range.may_be_nan;
    case Op::kIsNan:
      return range.may_be_nan;
    case Op::kNotNan:
      return range.has_values;
    default:
      break;
  }
  // NaN satisfies `<>`, `not in` and, for engines that order it above all numbers, `>`.
  const bool nan_may_match = range.may_be_nan && (predicate.op == Op::kNotEqual || predicate.op == Op::kNotIn ||
                                                  predicate.op == Op::kGreater || predicate.op == Op::kGreaterOrEqual);
  if (nan_may_match) return true;
  const bool with_nan =
      std::any_of(predicate.literals.begin(), predicate.literals.end(), [](const Literal& l) { return l.is_nan(); });
  if (with_nan) return range.has_values || range.may_be_nan;
  if (!range.has_values) return false;
  if (predicate.literals.empty()) return predicate.op != Op::kIn;
  const Literal& first = predicate.literals[0];
  switch (predicate.op) {
    case Op::kLess:
      return !range.lower || !(Compare(*range.lower, Zero(first, false)) >= 0);
    case Op::kLessOrEqual:
      return !range.lower || !(Compare(*range.lower, Zero(first, false)) > 0);
    case Op::kGreater:
      return !range.upper || !(Compare(*range.upper, Zero(first, true)) <= 0);
    case Op::kGreaterOrEqual:
      return !range.upper || !(Compare(*range.upper, Zero(first, true)) < 0);
    case Op::kEqual:
    case Op::kIn:
      return std::any_of(predicate.literals.begin(), predicate.literals.end(),
                         [&](const Literal& l) { return MayEqual(l, range); });
    case Op::kStartsWith:
      return MayStartWith(first, range);
    case Op::kNotStartsWith:
      return range.may_be_null || !AllStartWith(first, range);
    default:
      return true;  // Bounds are inexact: equal ones prove no constant column.
  }
}

std::optional<Expression> ProjectInclusive(const Expression& predicate, const Transform& transform,
                                           const Type& source) {
  if (transform.kind == Kind::kUnknown || transform.kind == Kind::kVoid) return std::nullopt;
  switch (predicate.op) {
    case Op::kIsNull:
    case Op::kNotNull:
      return WithLiterals(predicate.op, {});
    case Op::kIsNan:
    case Op::kNotNan:
      if (transform.kind == Kind::kIdentity) return WithLiterals(predicate.op, {});
      return std::nullopt;
    case Op::kEqual:
    case Op::kIn: {
      std::vector<Literal> literals;
      for (const Literal& literal : predicate.literals) {
        std::optional<Literal> value = Transformed(literal, transform, source);
        if (!value) return std::nullopt;
        literals.push_back(std::move(*value));
      }
      return WithLiterals(Op::kIn, std::move(literals));
    }
    case Op::kLess:
    case Op::kLessOrEqual:
    case Op::kGreater:
    case Op::kGreaterOrEqual: {
      if (!IsOrderPreserving(transform.kind) || predicate.literals.empty()) return std::nullopt;
      std::optional<Literal> value = Transformed(predicate.literals[0], transform, source);
      if (!value) return std::nullopt;
      if (transform.kind == Kind::kIdentity) return WithLiterals(predicate.op, {std::move(*value)});
      const bool below = predicate.op == Op::kLess || predicate.op == Op::kLessOrEqual;
      return WithLiterals(below ? Op::kLessOrEqual : Op::kGreaterOrEqual, {std::move(*value)});
    }
    case Op::kStartsWith: {
      if (transform.kind == Kind::kIdentity) return predicate;
      if (transform.kind != Kind::kTruncate || predicate.literals.empty()) return std::nullopt;
      std::optional<Literal> value = Transformed(predicate.literals[0], transform, source);
      if (!value) return std::nullopt;
      return WithLiterals(Op::kStartsWith, {std::move(*value)});
    }
    case Op::kNotEqual:
    case Op::kNotIn:
    case Op::kNotStartsWith:
      if (transform.kind == Kind::kIdentity) return predicate;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace firn::iceberg
