#pragma once

#include <cstdint>
#include <span>

#include "starlark/syntax/position.h"

namespace firn::starlark {

/// Nodes on the longest path from a statement of a file down to a leaf. The parser refuses deeper programs, so that
/// passes over the tree may recurse.
inline constexpr int kMaxTreeDepth = 1'000;

enum class NodeKind : uint8_t {
  // expressions
  kIdentifier,
  kInt,
  kFloat,
  kString,
  kBytes,
  kParen,
  kTuple,
  kList,
  kDict,
  kUnary,
  kBinary,
  kConditional,
  kDot,
  kIndex,
  kSlice,
  kCall,
  kComprehension,
  kLambda,
  // statements
  kExpressionStatement,
  kAssign,
  kIf,
  kFor,
  kWhile,
  kDef,
  kReturn,
  kBreak,
  kContinue,
  kPass,
  kLoad,
};

/// What every node begins with. `position` is the one that an error at run time names: of the operator of a binary
/// expression or assignment, of `(`, `[` or `.` of a suffix, else of the first character.
struct Node {
  NodeKind kind;
  uint16_t depth = 1;  ///< nodes on the longest path down from here, itself included
  Position position;
};

struct Expression : Node {};
struct Statement : Node {};

using Expressions = std::span<Expression* const>;
using Statements = std::span<Statement* const>;

/// The node as what it is. Requires that `node.kind` says so.
template <typename T>
T& As(Node& node) {
  return static_cast<T&>(node);
}
template <typename T>
const T& As(const Node& node) {
  return static_cast<const T&>(node);
}

}  // namespace firn::starlark
