#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "starlark/syntax/node.h"
#include "starlark/syntax/operators.h"

/// The expressions of the syntax tree (ast.h).

namespace firn::starlark {

struct Binding;        // resolve/binding.h
struct FunctionScope;  // resolve/binding.h

struct Identifier : Expression {
  static constexpr NodeKind kKind = NodeKind::kIdentifier;
  std::string_view name;
  const Binding* binding = nullptr;  ///< set by the resolver
};

struct IntLiteral : Expression {
  static constexpr NodeKind kKind = NodeKind::kInt;
  int64_t value = 0;
  std::string_view digits;  ///< when the number does not fit `value`: its digits without prefix; else empty
  int base = 10;            ///< of `digits`
};

struct FloatLiteral : Expression {
  static constexpr NodeKind kKind = NodeKind::kFloat;
  double value = 0;
};

struct StringLiteral : Expression {
  static constexpr NodeKind kKind = NodeKind::kString;
  std::string_view value;
};

struct BytesLiteral : Expression {
  static constexpr NodeKind kKind = NodeKind::kBytes;
  std::string_view value;
};

/// `(x)`; a parenthesized tuple is a Paren around a Tuple, but `()` is a Tuple alone.
struct ParenExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kParen;
  Expression* inner = nullptr;
};

struct TupleExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kTuple;
  Expressions items;
};

struct ListExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kList;
  Expressions items;
};

struct DictEntry {
  Expression* key = nullptr;
  Expression* value = nullptr;
  Position colon;
};

struct DictExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kDict;
  std::span<const DictEntry> entries;
};

struct UnaryExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kUnary;
  UnaryOperator op = UnaryOperator::kNot;
  Expression* operand = nullptr;
};

struct BinaryExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kBinary;
  BinaryOperator op = BinaryOperator::kOr;
  Expression* left = nullptr;
  Expression* right = nullptr;
};

/// `if_true if condition else if_false`; the position is that of `if`.
struct ConditionalExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kConditional;
  Expression* condition = nullptr;
  Expression* if_true = nullptr;
  Expression* if_false = nullptr;
};

struct DotExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kDot;
  Expression* object = nullptr;
  std::string_view name;
  Position name_position;
};

struct IndexExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kIndex;
  Expression* object = nullptr;
  Expression* index = nullptr;
};

struct SliceExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kSlice;
  Expression* object = nullptr;
  Expression* low = nullptr;   ///< may be null
  Expression* high = nullptr;  ///< may be null
  Expression* step = nullptr;  ///< may be null
};

struct Argument {
  enum class Kind : uint8_t { kPositional, kNamed, kStar, kStarStar };
  Kind kind = Kind::kPositional;
  Position position;      ///< of its first character
  std::string_view name;  ///< of kNamed
  Expression* value = nullptr;
};

/// The position is that of `(`.
struct CallExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kCall;
  Expression* callee = nullptr;
  std::span<const Argument> arguments;
};

/// `for targets in iterable`, or `if condition` (then `targets` is null).
struct ComprehensionClause {
  Position position;  ///< of `for` or `if`
  Expression* targets = nullptr;
  Expression* iterable_or_condition = nullptr;

  bool is_for() const { return targets != nullptr; }
};

/// `[body for …]` or `{key: body for …}`. The first clause is a `for`.
struct Comprehension : Expression {
  static constexpr NodeKind kKind = NodeKind::kComprehension;
  Expression* key = nullptr;  ///< null for a list
  Expression* body = nullptr;
  Position colon;  ///< of a dict's entry
  std::span<const ComprehensionClause> clauses;

  bool is_dict() const { return key != nullptr; }
};

struct Parameter {
  enum class Kind : uint8_t { kRequired, kOptional, kBareStar, kVarargs, kKwargs };
  Kind kind = Kind::kRequired;
  Position position;                    ///< of the name; of `=`, `*` or `**` where there is one
  Identifier* name = nullptr;           ///< null for kBareStar
  Expression* default_value = nullptr;  ///< of kOptional
};

/// What `def` and `lambda` have in common. The body of a lambda is one return statement.
struct FunctionNode {
  Position position;      ///< of `def` or `lambda`
  std::string_view name;  ///< "lambda" for a lambda
  std::span<const Parameter> parameters;
  Statements body;
  const FunctionScope* scope = nullptr;  ///< set by the resolver
};

struct LambdaExpression : Expression {
  static constexpr NodeKind kKind = NodeKind::kLambda;
  FunctionNode* function = nullptr;
};

/// Where the first character of an expression stands.
Position Start(const Expression& expression);

/// The expression without the parentheses around it.
const Expression& WithoutParens(const Expression& expression);

}  // namespace firn::starlark
