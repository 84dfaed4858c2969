#include "starlark/syntax/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "starlark/syntax/expression_parser.h"

namespace firn::starlark {
namespace {

/// The operator of an augmented assignment; none for `=`. Requires that the token is one of them.
std::optional<BinaryOperator> AssignOperator(TokenKind kind) {
  using enum BinaryOperator;
  constexpr BinaryOperator kOperators[] = {kPlus,      kMinus, kStar,  kSlash,     kSlashSlash, kPercent,
                                           kAmpersand, kPipe,  kCaret, kShiftLeft, kShiftRight};
  if (kind == TokenKind::kAssign) return std::nullopt;
  return kOperators[static_cast<int>(kind) - static_cast<int>(TokenKind::kPlusAssign)];
}

bool IsAssignment(TokenKind kind) {
  return kind == TokenKind::kAssign || (kind >= TokenKind::kPlusAssign && kind <= TokenKind::kShiftRightAssign);
}

/// The half of the parser that reads statements and files.
class Parser : public ExpressionParser {
 public:
  Parser(std::string_view source, Arena& arena) : ExpressionParser(source, arena) { Take(); }

  Statements ParseFile() {
    std::vector<Statement*> statements;
    while (!Is(TokenKind::kEnd)) {
      if (Is(TokenKind::kNewline)) {
        Take();
      } else {
        ParseStatement(statements);
      }
    }
    return arena_.Copy(statements);
  }

  Statements ParseOnlyExpression() {
    std::vector<Statement*> statements = {MakeExpressionStatement(ParseExpression(TrailingComma::kRefused))};
    if (Is(TokenKind::kNewline)) Take();
    if (!Is(TokenKind::kEnd))
      FailHere(fmt::format("got {} after expression, want end of file", QuotedToken(token_.kind)));
    return arena_.Copy(statements);
  }

  const std::optional<SyntaxError>& error() const { return scanner_.error(); }
  bool wants_more() const { return scanner_.wants_more(); }

 private:
  // ---- compound statements

  void ParseStatement(std::vector<Statement*>& statements) {
    switch (token_.kind) {
      case TokenKind::kDef:
        statements.push_back(ParseDef());
        break;
      case TokenKind::kIf:
        statements.push_back(ParseIf());
        break;
      case TokenKind::kFor:
        statements.push_back(ParseFor());
        break;
      case TokenKind::kWhile:
        statements.push_back(ParseWhile());
        break;
      default:
        ParseSimpleStatements(statements);
    }
  }

  Statement* ParseDef() {
    const Position position = Take();
    Identifier* name = ParseIdentifier();
    Expect(TokenKind::kLeftParen);
    int depth = 1;
    auto* function = arena_.New<FunctionNode>();
    function->position = position;
    function->name = name->name;
    function->parameters = ParseParameters(depth);
    Expect(TokenKind::kRightParen);
    function->body = ParseSuite(depth);
    auto* def = Make<DefStatement>(position, depth);
    def->name = name;
    def->function = function;
    return def;
  }

  Statement* ParseIf() {
    const Position position = token_.position;
    std::vector<IfClause> clauses;
    int depth = 0;
    while (clauses.empty() || Is(TokenKind::kElif)) {
      IfClause clause;
      clause.position = Take();
      clause.condition = ParseTest();
      depth = std::max(depth, Depth(clause.condition));
      clause.body = ParseSuite(depth);
      clauses.push_back(clause);
    }
    Statements else_body;
    if (Is(TokenKind::kElse)) {
      Take();
      else_body = ParseSuite(depth);
    }
    auto* statement = Make<IfStatement>(position, depth);
    statement->clauses = arena_.Copy(clauses);
    statement->else_body = else_body;
    return statement;
  }

  Statement* ParseFor() {
    const Position position = Take();
    Expression* targets = ParseLoopVariables();
    Expect(TokenKind::kIn);
    Expression* iterable = ParseExpression(TrailingComma::kRefused);
    int depth = Depth({targets, iterable});
    const Statements body = ParseSuite(depth);
    auto* loop = Make<ForStatement>(position, depth);
    loop->targets = targets;
    loop->iterable = iterable;
    loop->body = body;
    return loop;
  }

  Statement* ParseWhile() {
    const Position position = Take();
    Expression* condition = ParseTest();
    int depth = Depth(condition);
    const Statements body = ParseSuite(depth);
    auto* loop = Make<WhileStatement>(position, depth);
    loop->condition = condition;
    loop->body = body;
    return loop;
  }

  /// A colon, and a block on lines of its own or simple statements on the same line. Raises `depth` to what is in it.
  Statements ParseSuite(int& depth) {
    const Nesting nesting(*this);
    Expect(TokenKind::kColon);
    std::vector<Statement*> statements;
    if (Is(TokenKind::kNewline)) {
      Take();
      Expect(TokenKind::kIndent);
      while (!Is(TokenKind::kOutdent) && !Is(TokenKind::kEnd)) ParseStatement(statements);
      Expect(TokenKind::kOutdent);
    } else {
      ParseSimpleStatements(statements);
    }
    depth = std::max(depth, Depth(statements));
    return arena_.Copy(statements);
  }

  // ---- simple statements

  /// One line of statements with semicolons between them.
  void ParseSimpleStatements(std::vector<Statement*>& statements) {
    while (true) {
      statements.push_back(ParseSmallStatement());
      if (!Is(TokenKind::kSemicolon)) break;
      Take();
      if (Is(TokenKind::kNewline) || Is(TokenKind::kEnd)) break;
    }
    // The last line may lack its end.
    if (!Is(TokenKind::kEnd)) Expect(TokenKind::kNewline);
  }

  Statement* ParseSmallStatement() {
    switch (token_.kind) {
      case TokenKind::kReturn:
        return ParseReturn();
      case TokenKind::kBreak:
        return Make<BranchStatement>(Take(), 0, NodeKind::kBreak);
      case TokenKind::kContinue:
        return Make<BranchStatement>(Take(), 0, NodeKind::kContinue);
      case TokenKind::kPass:
        return Make<BranchStatement>(Take(), 0, NodeKind::kPass);
      case TokenKind::kLoad:
        return ParseLoad();
      default:
        return ParseAssignmentOrExpression();
    }
  }

  Statement* ParseReturn() {
    const Position position = Take();
    Expression* value = nullptr;
    if (!Is(TokenKind::kEnd) && !Is(TokenKind::kNewline) && !Is(TokenKind::kSemicolon))
      value = ParseExpression(TrailingComma::kRefused);
    auto* statement = Make<ReturnStatement>(position, Depth(value));
    statement->value = value;
    return statement;
  }

  Statement* ParseAssignmentOrExpression() {
    Expression* target = ParseExpression(TrailingComma::kRefused);
    if (!IsAssignment(token_.kind)) return MakeExpressionStatement(target);
    const auto op = AssignOperator(token_.kind);
    const Position position = Take();
    Expression* value = ParseExpression(TrailingComma::kRefused);
    auto* assignment = Make<AssignStatement>(position, Depth({target, value}));
    assignment->op = op;
    assignment->target = target;
    assignment->value = value;
    return assignment;
  }

  Statement* MakeExpressionStatement(Expression* expression) {
    auto* statement = Make<ExpressionStatement>(Start(*expression), Depth(expression));
    statement->expression = expression;
    return statement;
  }

  // ---- load

  Statement* ParseLoad() {
    auto* statement = Make<LoadStatement>(Take(), 1);
    const Position paren = Expect(TokenKind::kLeftParen);
    if (!Is(TokenKind::kString)) FailHere("first operand of load statement must be a string literal");
    statement->module = arena_.Copy(token_.text);
    statement->module_position = Take();
    std::vector<LoadItem> items;
    while (!Is(TokenKind::kRightParen) && !Is(TokenKind::kEnd)) {
      Expect(TokenKind::kComma);
      if (Is(TokenKind::kRightParen)) break;
      items.push_back(ParseLoadItem());
    }
    Expect(TokenKind::kRightParen);
    if (items.empty()) Fail(paren, "load statement must import at least 1 symbol");
    statement->items = arena_.Copy(items);
    return statement;
  }

  /// `"name"`, or `local="name"`.
  LoadItem ParseLoadItem() {
    LoadItem item;
    if (Is(TokenKind::kString)) {
      TakeLoadedName(item);
      item.local = Make<Identifier>(item.name_position, 0);
      item.local->name = item.name;
      return item;
    }
    if (!Is(TokenKind::kIdentifier)) {
      FailHere(fmt::format("load operand must be \"name\" or localname=\"name\" (got {})", QuotedToken(token_.kind)));
      return item;
    }
    item.local = ParseIdentifier();
    if (!Is(TokenKind::kAssign))
      FailHere(
          fmt::format("load operand must be \"{0}\" or {0}=\"originalname\" (want '=' after {0})", item.local->name));
    Take();
    if (!Is(TokenKind::kString))
      FailHere(fmt::format("original name of loaded symbol must be quoted: {}=\"originalname\"", item.local->name));
    TakeLoadedName(item);
    return item;
  }

  void TakeLoadedName(LoadItem& item) {
    item.name = Intern(token_.text);
    item.name_position = Take();
    ++item.name_position.column;  // behind the quote
  }
};

ParseResult Finish(const Parser& parser, std::unique_ptr<File> file) {
  ParseResult result;
  if (parser.error()) {
    result.errors.push_back(*parser.error());
    result.wants_more = parser.wants_more();
  } else {
    result.file = std::move(file);
  }
  return result;
}

std::unique_ptr<File> MakeFile(std::string_view name, const FileOptions& options) {
  auto file = std::make_unique<File>();
  file->name = name;
  file->options = options;
  return file;
}

}  // namespace

ParseResult Parse(std::string_view source, std::string_view name, const FileOptions& options) {
  auto file = MakeFile(name, options);
  Parser parser(source, file->arena);
  file->statements = parser.ParseFile();
  return Finish(parser, std::move(file));
}

ParseResult ParseExpression(std::string_view source, std::string_view name, const FileOptions& options) {
  auto file = MakeFile(name, options);
  Parser parser(source, file->arena);
  file->statements = parser.ParseOnlyExpression();
  return Finish(parser, std::move(file));
}

}  // namespace firn::starlark
