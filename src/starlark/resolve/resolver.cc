#include "starlark/resolve/resolver.h"

#include <utility>

#include "starlark/resolve/call_rules.h"
#include "starlark/resolve/error_list.h"
#include "starlark/resolve/scopes.h"

namespace firn::starlark {
namespace {

/// What kind of expression it is, for a message.
std::string_view KindName(NodeKind kind) {
  switch (kind) {
    case NodeKind::kDict:
      return "dictexpr";
    case NodeKind::kUnary:
      return "unaryexpr";
    case NodeKind::kBinary:
      return "binaryexpr";
    case NodeKind::kConditional:
      return "condexpr";
    case NodeKind::kSlice:
      return "sliceexpr";
    case NodeKind::kCall:
      return "callexpr";
    case NodeKind::kComprehension:
      return "comprehension";
    case NodeKind::kLambda:
      return "lambdaexpr";
    default:
      return "literal";
  }
}

/// Walks through the program: tells Scopes what binds and uses names, and checks what may stand where.
class Resolver {
 public:
  Resolver(File& file, const Environment& environment)
      : file_(file), options_(file.options), scopes_(file, environment, errors_) {}

  std::vector<SyntaxError> Run() && {
    Visit(file_.statements);
    scopes_.Finish();
    return std::move(errors_).Take();
  }

 private:
  enum class Target { kPlain, kAugmented };

  // ---- statements

  void Visit(Statements statements) {
    for (Statement* statement : statements) Visit(*statement);
  }

  void Visit(Statement& statement) {
    switch (statement.kind) {
      case NodeKind::kExpressionStatement:
        Visit(*As<ExpressionStatement>(statement).expression);
        break;
      case NodeKind::kAssign:
        VisitAssign(As<AssignStatement>(statement));
        break;
      case NodeKind::kIf:
        VisitIf(As<IfStatement>(statement));
        break;
      case NodeKind::kFor:
        VisitFor(As<ForStatement>(statement));
        break;
      case NodeKind::kWhile:
        VisitWhile(As<WhileStatement>(statement));
        break;
      case NodeKind::kDef:
        scopes_.Bind(*As<DefStatement>(statement).name);
        VisitFunction(*As<DefStatement>(statement).function);
        break;
      case NodeKind::kReturn:
        VisitReturn(As<ReturnStatement>(statement));
        break;
      case NodeKind::kBreak:
        if (loops_ == 0) errors_.Add(statement.position, "break not in a loop");
        break;
      case NodeKind::kContinue:
        if (loops_ == 0) errors_.Add(statement.position, "continue not in a loop");
        break;
      case NodeKind::kLoad:
        VisitLoad(As<LoadStatement>(statement));
        break;
      default:
        break;  // pass
    }
  }

  void VisitAssign(AssignStatement& assign) {
    Visit(*assign.value);
    BindTarget(*assign.target, assign.op ? Target::kAugmented : Target::kPlain);
  }

  void RequireFunction(Position position, std::string_view what) {
    if (!options_.allow_top_level_control && !scopes_.is_in_function())
      errors_.Add(position, "{} not within a function", what);
  }

  void VisitIf(IfStatement& statement) {
    ++conditionals_;
    for (const IfClause& clause : statement.clauses) {
      RequireFunction(clause.position, "if statement");
      Visit(*clause.condition);
      Visit(clause.body);
    }
    Visit(statement.else_body);
    --conditionals_;
  }

  void VisitFor(ForStatement& loop) {
    RequireFunction(loop.position, "for loop");
    Visit(*loop.iterable);
    BindTarget(*loop.targets, Target::kPlain);
    ++loops_;
    Visit(loop.body);
    --loops_;
  }

  void VisitWhile(WhileStatement& loop) {
    if (!options_.allow_while) errors_.Add(loop.position, "this Starlark dialect does not support while loops");
    RequireFunction(loop.position, "while loop");
    Visit(*loop.condition);
    ++loops_;
    Visit(loop.body);
    --loops_;
  }

  void VisitReturn(ReturnStatement& statement) {
    if (!scopes_.is_in_function()) errors_.Add(statement.position, "return statement not within a function");
    if (statement.value != nullptr) Visit(*statement.value);
  }

  void VisitLoad(LoadStatement& load) {
    if (scopes_.is_in_function()) {
      errors_.Add(load.position, "load statement within a function");
    } else if (loops_ > 0) {
      errors_.Add(load.position, "load statement within a loop");
    } else if (conditionals_ > 0) {
      errors_.Add(load.position, "load statement within a conditional");
    }
    for (const LoadItem& item : load.items) VisitLoadItem(item);
  }

  void VisitLoadItem(const LoadItem& item) {
    if (item.name.empty()) {
      errors_.Add(item.name_position, "load: empty identifier");
      return;
    }
    if (item.name[0] == '_')
      errors_.Add(item.name_position, "load: names with leading underscores are not exported: {}", item.name);
    if (options_.load_binds_globally) {
      scopes_.Bind(*item.local);
    } else if (scopes_.BindLocal(*item.local) && !options_.allow_global_reassign) {
      errors_.Add(item.local->position, "cannot reassign top-level {}", item.local->name);
    }
  }

  // ---- targets

  void BindTarget(Expression& target, Target kind) {
    switch (target.kind) {
      case NodeKind::kIdentifier:
        scopes_.Bind(As<Identifier>(target));
        break;
      case NodeKind::kIndex:
      case NodeKind::kDot:
        Visit(target);
        break;
      case NodeKind::kParen:
        BindTarget(*As<ParenExpression>(target).inner, kind);
        break;
      case NodeKind::kTuple:
        if (kind == Target::kAugmented)
          errors_.Add(target.position, "can't use tuple expression in augmented assignment");
        for (Expression* item : As<TupleExpression>(target).items) BindTarget(*item, kind);
        break;
      case NodeKind::kList:
        if (kind == Target::kAugmented)
          errors_.Add(target.position, "can't use list expression in augmented assignment");
        for (Expression* item : As<ListExpression>(target).items) BindTarget(*item, kind);
        break;
      default:
        errors_.Add(Start(target), "can't assign to {}", KindName(target.kind));
    }
  }

  // ---- expressions

  void Visit(Expressions expressions) {
    for (Expression* expression : expressions) Visit(*expression);
  }

  void VisitIfAny(Expression* expression) {
    if (expression != nullptr) Visit(*expression);
  }

  void Visit(Expression& expression) {
    switch (expression.kind) {
      case NodeKind::kIdentifier:
        scopes_.Use(As<Identifier>(expression));
        break;
      case NodeKind::kParen:
        Visit(*As<ParenExpression>(expression).inner);
        break;
      case NodeKind::kTuple:
        Visit(As<TupleExpression>(expression).items);
        break;
      case NodeKind::kList:
        Visit(As<ListExpression>(expression).items);
        break;
      case NodeKind::kDict:
        for (const DictEntry& entry : As<DictExpression>(expression).entries) {
          Visit(*entry.key);
          Visit(*entry.value);
        }
        break;
      case NodeKind::kUnary:
        Visit(*As<UnaryExpression>(expression).operand);
        break;
      case NodeKind::kBinary:
        Visit(*As<BinaryExpression>(expression).left);
        Visit(*As<BinaryExpression>(expression).right);
        break;
      case NodeKind::kDot:
        Visit(*As<DotExpression>(expression).object);
        break;
      case NodeKind::kIndex:
        Visit(*As<IndexExpression>(expression).object);
        Visit(*As<IndexExpression>(expression).index);
        break;
      case NodeKind::kCall:
        VisitCall(As<CallExpression>(expression));
        break;
      case NodeKind::kConditional:
        VisitConditional(As<ConditionalExpression>(expression));
        break;
      case NodeKind::kSlice:
        VisitSlice(As<SliceExpression>(expression));
        break;
      case NodeKind::kComprehension:
        VisitComprehension(As<Comprehension>(expression));
        break;
      case NodeKind::kLambda:
        VisitFunction(*As<LambdaExpression>(expression).function);
        break;
      default:
        break;  // literals
    }
  }

  void VisitConditional(ConditionalExpression& conditional) {
    Visit(*conditional.condition);
    Visit(*conditional.if_true);
    Visit(*conditional.if_false);
  }

  void VisitSlice(SliceExpression& slice) {
    Visit(*slice.object);
    VisitIfAny(slice.low);
    VisitIfAny(slice.high);
    VisitIfAny(slice.step);
  }

  void VisitCall(CallExpression& call) {
    Visit(*call.callee);
    CheckArguments(call, errors_);
    for (const Argument& argument : call.arguments) Visit(*argument.value);
  }

  /// A comprehension is a block of its own, but what it first iterates over stands outside: `[x for x in x]`.
  void VisitComprehension(Comprehension& comprehension) {
    const ComprehensionClause& first = comprehension.clauses[0];
    Visit(*first.iterable_or_condition);
    scopes_.EnterComprehension();
    BindTarget(*first.targets, Target::kPlain);
    for (const ComprehensionClause& clause : comprehension.clauses.subspan(1)) {
      if (clause.is_for()) BindTarget(*clause.targets, Target::kPlain);
      Visit(*clause.iterable_or_condition);
    }
    VisitIfAny(comprehension.key);
    Visit(*comprehension.body);
    scopes_.LeaveComprehension();
  }

  // ---- functions

  void VisitFunction(FunctionNode& function) {
    // Defaults belong to the block around.
    for (const Parameter& parameter : function.parameters) VisitIfAny(parameter.default_value);
    scopes_.EnterFunction(function);
    const size_t outer_loops = std::exchange(loops_, 0);
    CheckParameters(function, errors_);
    BindParameters(function);
    Visit(function.body);
    loops_ = outer_loops;
    scopes_.LeaveFunction();
  }

  /// Binds `*args` and `**kwargs` last, so that the parameters that take one argument are numbered without a gap.
  void BindParameters(const FunctionNode& function) {
    FunctionScope& scope = scopes_.function_scope();
    const Parameter* varargs = nullptr;
    const Parameter* kwargs = nullptr;
    bool is_keyword_only = false;
    for (const Parameter& parameter : function.parameters) {
      switch (parameter.kind) {
        case Parameter::Kind::kRequired:
        case Parameter::Kind::kOptional:
          BindParameter(parameter, parameter.position);
          if (is_keyword_only) ++scope.keyword_only_count;
          break;
        case Parameter::Kind::kBareStar:
          is_keyword_only = true;
          break;
        case Parameter::Kind::kVarargs:
          // A second star is reported elsewhere, and binds nothing.
          if (!is_keyword_only) varargs = &parameter;
          is_keyword_only = true;
          break;
        case Parameter::Kind::kKwargs:
          kwargs = &parameter;
          break;
      }
    }
    scope.has_varargs = varargs != nullptr;
    scope.has_kwargs = kwargs != nullptr;
    if (varargs != nullptr) BindParameter(*varargs, varargs->name->position);
    if (kwargs != nullptr) BindParameter(*kwargs, kwargs->name->position);
  }

  void BindParameter(const Parameter& parameter, Position position) {
    ++scopes_.function_scope().parameter_count;
    if (scopes_.BindLocal(*parameter.name)) errors_.Add(position, "duplicate parameter: {}", parameter.name->name);
  }

  File& file_;
  const FileOptions& options_;
  ErrorList errors_;
  Scopes scopes_;
  size_t loops_ = 0;         ///< around, in this function
  size_t conditionals_ = 0;  ///< `if` statements around
};

}  // namespace

std::vector<SyntaxError> Resolve(File& file, const Environment& environment) {
  return Resolver(file, environment).Run();
}

}  // namespace firn::starlark
