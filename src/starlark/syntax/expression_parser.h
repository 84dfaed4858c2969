#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "starlark/syntax/token_reader.h"

namespace firn::starlark {

/// The half of the parser that reads expressions: recursive descent, with precedence climbing for binary operators.
/// The names of the productions follow the grammar of the language's specification.
class ExpressionParser : public TokenReader {
 protected:
  using TokenReader::TokenReader;

  enum class TrailingComma { kRefused, kAllowed };

  /// One test, or several with commas between them: a tuple.
  Expression* ParseExpression(TrailingComma trailing_comma);
  /// A single expression: a conditional, lambda, or binary expression.
  Expression* ParseTest();
  Expression* ParsePrimaryWithSuffixes();
  /// What stands between `for` and `in`.
  Expression* ParseLoopVariables();
  Identifier* ParseIdentifier();
  std::span<const Parameter> ParseParameters(int& depth);

 private:
  enum class Conditional { kRefused, kAllowed };

  Expression* ParseTestWithoutConditional();
  Expression* ParseLambda(Conditional body);
  Expression* ParseBinary(int lowest_precedence);
  Expression* ParseOperand(int lowest_precedence);
  void JoinNotIn();
  Expression* MakeTuple(std::vector<Expression*> items, Position position);
  void ParseMoreTests(std::vector<Expression*>& items, TrailingComma trailing_comma);
  Parameter ParseParameter();
  Expression* ParsePrimary();
  Expression* ParseInt();
  Expression* ParseParenthesized();
  Expression* ParseUnary(UnaryOperator op);
  Expression* ParseList();
  Expression* ParseDict();
  DictEntry ParseDictEntry();
  Expression* ParseComprehension(Position position, const DictEntry& body, TokenKind closing);
  ComprehensionClause ParseClause(TokenKind closing);
  Expression* ParseDot(Expression* object);
  Expression* ParseIndexOrSlice(Expression* object);
  Expression* ParseCall(Expression* callee);
  Argument ParseArgument();
};

}  // namespace firn::starlark
