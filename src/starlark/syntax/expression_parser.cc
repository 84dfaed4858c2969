#include "starlark/syntax/expression_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace firn::starlark {
namespace {

constexpr int kNotPrecedence = 2;         ///< between `and` and the comparisons
constexpr int kComparisonPrecedence = 3;  ///< which do not associate

struct BinaryToken {
  BinaryOperator op;
  int precedence;
};

/// The binary operator that a token is.
std::optional<BinaryToken> FindBinary(TokenKind kind) {
  using enum BinaryOperator;
  switch (kind) {
    case TokenKind::kOr:
      return BinaryToken{kOr, 0};
    case TokenKind::kAnd:
      return BinaryToken{kAnd, 1};
    case TokenKind::kEqual:
      return BinaryToken{kEqual, kComparisonPrecedence};
    case TokenKind::kNotEqual:
      return BinaryToken{kNotEqual, kComparisonPrecedence};
    case TokenKind::kLess:
      return BinaryToken{kLess, kComparisonPrecedence};
    case TokenKind::kGreater:
      return BinaryToken{kGreater, kComparisonPrecedence};
    case TokenKind::kLessEqual:
      return BinaryToken{kLessEqual, kComparisonPrecedence};
    case TokenKind::kGreaterEqual:
      return BinaryToken{kGreaterEqual, kComparisonPrecedence};
    case TokenKind::kIn:
      return BinaryToken{kIn, kComparisonPrecedence};
    case TokenKind::kNotIn:
      return BinaryToken{kNotIn, kComparisonPrecedence};
    case TokenKind::kPipe:
      return BinaryToken{kPipe, 4};
    case TokenKind::kCaret:
      return BinaryToken{kCaret, 5};
    case TokenKind::kAmpersand:
      return BinaryToken{kAmpersand, 6};
    case TokenKind::kShiftLeft:
      return BinaryToken{kShiftLeft, 7};
    case TokenKind::kShiftRight:
      return BinaryToken{kShiftRight, 7};
    case TokenKind::kPlus:
      return BinaryToken{kPlus, 8};
    case TokenKind::kMinus:
      return BinaryToken{kMinus, 8};
    case TokenKind::kStar:
      return BinaryToken{kStar, 9};
    case TokenKind::kPercent:
      return BinaryToken{kPercent, 9};
    case TokenKind::kSlash:
      return BinaryToken{kSlash, 9};
    case TokenKind::kSlashSlash:
      return BinaryToken{kSlashSlash, 9};
    default:
      return std::nullopt;
  }
}

bool EndsExpressions(TokenKind kind) {
  switch (kind) {
    case TokenKind::kEnd:
    case TokenKind::kNewline:
    case TokenKind::kAssign:
    case TokenKind::kRightBrace:
    case TokenKind::kRightBracket:
    case TokenKind::kRightParen:
    case TokenKind::kSemicolon:
      return true;
    default:
      return false;
  }
}

}  // namespace

// ---- tests

Expression* ExpressionParser::ParseExpression(TrailingComma trailing_comma) {
  Expression* first = ParseTest();
  if (!Is(TokenKind::kComma)) return first;
  const Position position = Start(*first);
  std::vector<Expression*> items = {first};
  ParseMoreTests(items, trailing_comma);
  return MakeTuple(std::move(items), position);
}

Expression* ExpressionParser::MakeTuple(std::vector<Expression*> items, Position position) {
  auto* tuple = Make<TupleExpression>(position, Depth(items));
  tuple->items = arena_.Copy(items);
  return tuple;
}

/// The rest of a list of tests, from the comma behind the first one.
void ExpressionParser::ParseMoreTests(std::vector<Expression*>& items, TrailingComma trailing_comma) {
  while (Is(TokenKind::kComma)) {
    const Position comma = Take();
    if (EndsExpressions(token_.kind)) {
      if (trailing_comma == TrailingComma::kRefused) Fail(comma, "unparenthesized tuple with trailing comma");
      return;
    }
    items.push_back(ParseTest());
  }
}

Expression* ExpressionParser::ParseTest() {
  if (Is(TokenKind::kLambda)) return ParseLambda(Conditional::kAllowed);
  Expression* value = ParseBinary(0);
  if (!Is(TokenKind::kIf)) return value;
  const Position position = Take();
  Expression* condition = ParseBinary(0);
  if (!Is(TokenKind::kElse)) Fail(position, "conditional expression without else clause");
  Take();
  const Nesting nesting(*this);
  Expression* if_false = ParseTest();
  auto* conditional = Make<ConditionalExpression>(position, Depth({condition, value, if_false}));
  conditional->condition = condition;
  conditional->if_true = value;
  conditional->if_false = if_false;
  return conditional;
}

Expression* ExpressionParser::ParseTestWithoutConditional() {
  return Is(TokenKind::kLambda) ? ParseLambda(Conditional::kRefused) : ParseBinary(0);
}

Expression* ExpressionParser::ParseLambda(Conditional body) {
  const Nesting nesting(*this);
  const Position position = Take();
  int depth = 0;
  const auto parameters = Is(TokenKind::kColon) ? std::span<const Parameter>() : ParseParameters(depth);
  Expect(TokenKind::kColon);
  Expression* value = body == Conditional::kAllowed ? ParseTest() : ParseTestWithoutConditional();
  auto* result = Make<ReturnStatement>(position, Depth(value));
  result->value = value;
  auto* function = arena_.New<FunctionNode>();
  function->position = position;
  function->name = "lambda";
  function->parameters = parameters;
  function->body = arena_.Copy(std::vector<Statement*>{result});
  auto* lambda = Make<LambdaExpression>(position, std::max(depth, Depth(result)));
  lambda->function = function;
  return lambda;
}

// ---- operators

Expression* ExpressionParser::ParseBinary(int lowest_precedence) {
  Expression* left = ParseOperand(lowest_precedence);
  std::string_view comparison;  ///< the operator before, if it is one
  while (true) {
    JoinNotIn();
    const auto binary = FindBinary(token_.kind);
    if (!binary || binary->precedence < lowest_precedence) return left;
    const bool is_comparison = binary->precedence == kComparisonPrecedence;
    if (is_comparison && !comparison.empty())
      FailHere(fmt::format("{} does not associate with {} (use parens)", comparison, OperatorText(binary->op)));
    comparison = is_comparison ? OperatorText(binary->op) : std::string_view();
    const Position position = Take();
    Expression* right = ParseBinary(binary->precedence + 1);
    auto* expression = Make<BinaryExpression>(position, Depth({left, right}));
    expression->op = binary->op;
    expression->left = left;
    expression->right = right;
    left = expression;
  }
}

/// `not` and what it negates, where that may stand; else an operand that binds more tightly than any binary operator.
Expression* ExpressionParser::ParseOperand(int lowest_precedence) {
  if (!Is(TokenKind::kNot) || lowest_precedence > kNotPrecedence) return ParsePrimaryWithSuffixes();
  const Nesting nesting(*this);
  const Position position = Take();
  Expression* operand = ParseBinary(kNotPrecedence);
  auto* negation = Make<UnaryExpression>(position, Depth(operand));
  negation->op = UnaryOperator::kNot;
  negation->operand = operand;
  return negation;
}

/// Behind an operand `not` can only be the beginning of `not in`.
void ExpressionParser::JoinNotIn() {
  if (!Is(TokenKind::kNot)) return;
  Take();
  if (!Is(TokenKind::kIn)) {
    FailHere(fmt::format("got {}, want in", QuotedToken(token_.kind)));
    return;
  }
  token_.kind = TokenKind::kNotIn;
}

Expression* ExpressionParser::ParseUnary(UnaryOperator op) {
  const Position position = Take();
  Expression* operand = ParsePrimaryWithSuffixes();
  auto* unary = Make<UnaryExpression>(position, Depth(operand));
  unary->op = op;
  unary->operand = operand;
  return unary;
}

// ---- primaries

Expression* ExpressionParser::ParsePrimary() {
  switch (token_.kind) {
    case TokenKind::kIdentifier:
      return ParseIdentifier();
    case TokenKind::kInt:
      return ParseInt();
    case TokenKind::kFloat: {
      auto* literal = Make<FloatLiteral>(token_.position, 0);
      literal->value = token_.float_value;
      Take();
      return literal;
    }
    case TokenKind::kString: {
      auto* literal = Make<StringLiteral>(token_.position, 0);
      literal->value = arena_.Copy(token_.text);
      Take();
      return literal;
    }
    case TokenKind::kBytes: {
      auto* literal = Make<BytesLiteral>(token_.position, 0);
      literal->value = arena_.Copy(token_.text);
      Take();
      return literal;
    }
    case TokenKind::kLeftBracket:
      return ParseList();
    case TokenKind::kLeftBrace:
      return ParseDict();
    case TokenKind::kLeftParen:
      return ParseParenthesized();
    case TokenKind::kMinus:
      return ParseUnary(UnaryOperator::kMinus);
    case TokenKind::kPlus:
      return ParseUnary(UnaryOperator::kPlus);
    case TokenKind::kTilde:
      return ParseUnary(UnaryOperator::kTilde);
    default:
      break;
  }
  const std::string message = fmt::format("got {}, want primary expression", QuotedToken(token_.kind));
  // The token may be a line end, behind which the next line begins: so its own position is given.
  Fail(token_.position, message);
  return Make<TupleExpression>(token_.position, 0);
}

Identifier* ExpressionParser::ParseIdentifier() {
  if (!Is(TokenKind::kIdentifier)) FailHere("not an identifier");
  auto* identifier = Make<Identifier>(token_.position, 0);
  identifier->name = Intern(token_.text);
  Take();
  return identifier;
}

Expression* ExpressionParser::ParseInt() {
  auto* literal = Make<IntLiteral>(token_.position, 0);
  literal->value = token_.int_value;
  literal->digits = arena_.Copy(token_.digits);
  literal->base = token_.base;
  Take();
  return literal;
}

Expression* ExpressionParser::ParseParenthesized() {
  const Position position = Take();
  if (Is(TokenKind::kRightParen)) {
    Take();
    return MakeTuple({}, position);
  }
  Expression* inner = ParseExpression(TrailingComma::kAllowed);
  Expect(TokenKind::kRightParen);
  auto* paren = Make<ParenExpression>(position, Depth(inner));
  paren->inner = inner;
  return paren;
}

Expression* ExpressionParser::ParseList() {
  const Position position = Take();
  std::vector<Expression*> items;
  if (!Is(TokenKind::kRightBracket)) {
    items.push_back(ParseTest());
    if (Is(TokenKind::kFor))
      return ParseComprehension(position, {nullptr, items.front(), {}}, TokenKind::kRightBracket);
    ParseMoreTests(items, TrailingComma::kAllowed);
  }
  Expect(TokenKind::kRightBracket);
  auto* list = Make<ListExpression>(position, Depth(items));
  list->items = arena_.Copy(items);
  return list;
}

Expression* ExpressionParser::ParseDict() {
  const Position position = Take();
  std::vector<DictEntry> entries;
  int depth = 0;
  while (!Is(TokenKind::kRightBrace) && !has_failed()) {
    const DictEntry entry = ParseDictEntry();
    if (entries.empty() && Is(TokenKind::kFor)) return ParseComprehension(position, entry, TokenKind::kRightBrace);
    entries.push_back(entry);
    depth = std::max(depth, Depth({entry.key, entry.value}));
    if (!Is(TokenKind::kComma)) break;
    Take();
  }
  Expect(TokenKind::kRightBrace);
  auto* dict = Make<DictExpression>(position, depth);
  dict->entries = arena_.Copy(entries);
  return dict;
}

DictEntry ExpressionParser::ParseDictEntry() {
  DictEntry entry;
  entry.key = ParseTest();
  entry.colon = Expect(TokenKind::kColon);
  entry.value = ParseTest();
  return entry;
}

// ---- comprehensions

Expression* ExpressionParser::ParseLoopVariables() {
  // No binary expressions here: the `in` of `for x in y` would be taken for an operator.
  Expression* first = ParsePrimaryWithSuffixes();
  if (!Is(TokenKind::kComma)) return first;
  const Position position = Start(*first);
  std::vector<Expression*> items = {first};
  while (Is(TokenKind::kComma)) {
    Take();
    if (EndsExpressions(token_.kind)) break;
    items.push_back(ParsePrimaryWithSuffixes());
  }
  return MakeTuple(std::move(items), position);
}

Expression* ExpressionParser::ParseComprehension(Position position, const DictEntry& body, TokenKind closing) {
  std::vector<ComprehensionClause> clauses;
  int depth = Depth({body.key, body.value});
  while (!Is(closing) && !has_failed()) {
    const ComprehensionClause clause = ParseClause(closing);
    depth = std::max(depth, Depth({clause.targets, clause.iterable_or_condition}));
    clauses.push_back(clause);
  }
  Take();
  auto* comprehension = Make<Comprehension>(position, depth);
  comprehension->key = body.key;
  comprehension->body = body.value;
  comprehension->colon = body.colon;
  comprehension->clauses = arena_.Copy(clauses);
  return comprehension;
}

ComprehensionClause ExpressionParser::ParseClause(TokenKind closing) {
  ComprehensionClause clause;
  if (Is(TokenKind::kFor)) {
    clause.position = Take();
    clause.targets = ParseLoopVariables();
    Expect(TokenKind::kIn);
    // Neither a conditional, whose `if` would be taken for a clause, nor a lambda.
    clause.iterable_or_condition = ParseBinary(0);
  } else if (Is(TokenKind::kIf)) {
    clause.position = Take();
    clause.iterable_or_condition = ParseTestWithoutConditional();
  } else {
    FailHere(fmt::format("got {}, want {}, for, or if", QuotedToken(token_.kind), QuotedToken(closing)));
  }
  return clause;
}

// ---- suffixes

Expression* ExpressionParser::ParsePrimaryWithSuffixes() {
  const Nesting nesting(*this);
  Expression* expression = ParsePrimary();
  while (true) {
    if (Is(TokenKind::kDot)) {
      expression = ParseDot(expression);
    } else if (Is(TokenKind::kLeftBracket)) {
      expression = ParseIndexOrSlice(expression);
    } else if (Is(TokenKind::kLeftParen)) {
      expression = ParseCall(expression);
    } else {
      return expression;
    }
  }
}

Expression* ExpressionParser::ParseDot(Expression* object) {
  const Position position = Take();
  const Identifier* name = ParseIdentifier();
  auto* dot = Make<DotExpression>(position, Depth(object));
  dot->object = object;
  dot->name = name->name;
  dot->name_position = name->position;
  return dot;
}

Expression* ExpressionParser::ParseIndexOrSlice(Expression* object) {
  const Position position = Take();
  Expression* low = nullptr;
  if (!Is(TokenKind::kColon)) {
    low = ParseExpression(TrailingComma::kRefused);
    if (Is(TokenKind::kRightBracket)) {
      Take();
      auto* index = Make<IndexExpression>(position, Depth({object, low}));
      index->object = object;
      index->index = low;
      return index;
    }
  }
  Expression* high = nullptr;
  Expression* step = nullptr;
  if (Is(TokenKind::kColon)) {
    Take();
    if (!Is(TokenKind::kColon) && !Is(TokenKind::kRightBracket)) high = ParseTest();
  }
  if (Is(TokenKind::kColon)) {
    Take();
    if (!Is(TokenKind::kRightBracket)) step = ParseTest();
  }
  Expect(TokenKind::kRightBracket);
  auto* slice = Make<SliceExpression>(position, Depth({object, low, high, step}));
  slice->object = object;
  slice->low = low;
  slice->high = high;
  slice->step = step;
  return slice;
}

Expression* ExpressionParser::ParseCall(Expression* callee) {
  const Position position = Take();
  std::vector<Argument> arguments;
  int depth = Depth(callee);
  while (!Is(TokenKind::kRightParen) && !Is(TokenKind::kEnd)) {
    if (!arguments.empty()) Expect(TokenKind::kComma);
    if (Is(TokenKind::kRightParen)) break;
    arguments.push_back(ParseArgument());
    depth = std::max(depth, Depth(arguments.back().value));
  }
  Expect(TokenKind::kRightParen);
  auto* call = Make<CallExpression>(position, depth);
  call->callee = callee;
  call->arguments = arena_.Copy(arguments);
  return call;
}

Argument ExpressionParser::ParseArgument() {
  Argument argument;
  argument.position = token_.position;
  if (Is(TokenKind::kStar) || Is(TokenKind::kStarStar)) {
    argument.kind = Is(TokenKind::kStar) ? Argument::Kind::kStar : Argument::Kind::kStarStar;
    Take();
    argument.value = ParseTest();
    return argument;
  }
  argument.value = ParseTest();
  if (!Is(TokenKind::kAssign)) return argument;
  if (argument.value->kind != NodeKind::kIdentifier) {
    FailHere("keyword argument must have form name=expr");
    return argument;
  }
  argument.kind = Argument::Kind::kNamed;
  argument.name = As<Identifier>(*argument.value).name;
  Take();
  argument.value = ParseTest();
  return argument;
}

// ---- parameters

std::span<const Parameter> ExpressionParser::ParseParameters(int& depth) {
  std::vector<Parameter> parameters;
  while (!Is(TokenKind::kRightParen) && !Is(TokenKind::kColon) && !Is(TokenKind::kEnd)) {
    if (!parameters.empty()) Expect(TokenKind::kComma);
    if (Is(TokenKind::kRightParen)) break;
    parameters.push_back(ParseParameter());
    depth = std::max(depth, Depth(parameters.back().default_value));
  }
  return arena_.Copy(parameters);
}

Parameter ExpressionParser::ParseParameter() {
  Parameter parameter;
  parameter.position = token_.position;
  if (Is(TokenKind::kStar)) {
    Take();
    parameter.kind = Is(TokenKind::kIdentifier) ? Parameter::Kind::kVarargs : Parameter::Kind::kBareStar;
    if (Is(TokenKind::kIdentifier)) parameter.name = ParseIdentifier();
    return parameter;
  }
  if (Is(TokenKind::kStarStar)) {
    Take();
    parameter.kind = Parameter::Kind::kKwargs;
    parameter.name = ParseIdentifier();
    return parameter;
  }
  parameter.name = ParseIdentifier();
  if (Is(TokenKind::kAssign)) {
    parameter.kind = Parameter::Kind::kOptional;
    parameter.position = Take();
    parameter.default_value = ParseTest();
  }
  return parameter;
}

}  // namespace firn::starlark
