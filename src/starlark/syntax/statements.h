#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "starlark/syntax/expressions.h"

/// The statements of the syntax tree (ast.h).

namespace firn::starlark {

struct ExpressionStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kExpressionStatement;
  Expression* expression = nullptr;
};

/// `target = value`, or `target op= value`. A target is an identifier, dot or index expression; unless augmented, also
/// a tuple or list of targets; each maybe in parentheses.
struct AssignStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kAssign;
  std::optional<BinaryOperator> op;  ///< of an augmented assignment
  Expression* target = nullptr;
  Expression* value = nullptr;
};

struct IfClause {
  Position position;  ///< of `if` or `elif`
  Expression* condition = nullptr;
  Statements body;
};

/// `if`, any number of `elif`, maybe `else`.
struct IfStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kIf;
  std::span<const IfClause> clauses;
  Statements else_body;  ///< empty without `else`
};

struct ForStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kFor;
  Expression* targets = nullptr;
  Expression* iterable = nullptr;
  Statements body;
};

struct WhileStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kWhile;
  Expression* condition = nullptr;
  Statements body;
};

struct DefStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kDef;
  Identifier* name = nullptr;
  FunctionNode* function = nullptr;
};

struct ReturnStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kReturn;
  Expression* value = nullptr;  ///< may be null
};

/// `break`, `continue` or `pass`, as `kind` says.
struct BranchStatement : Statement {};

struct LoadItem {
  Identifier* local = nullptr;  ///< the name here
  std::string_view name;        ///< the name there
  Position name_position;
};

struct LoadStatement : Statement {
  static constexpr NodeKind kKind = NodeKind::kLoad;
  std::string_view module;
  Position module_position;
  std::span<const LoadItem> items;
};

}  // namespace firn::starlark
