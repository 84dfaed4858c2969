#include "starlark/syntax/parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace firn::starlark {
namespace {

// ---- trees as text: (+ a b) for a + b

std::string Text(const Expression* expression);

std::string Join(Expressions items) {
  std::string text;
  for (const Expression* item : items) text += " " + Text(item);
  return text;
}

std::string Text(const Argument& argument) {
  switch (argument.kind) {
    case Argument::Kind::kNamed:
      return fmt::format("{}={}", argument.name, Text(argument.value));
    case Argument::Kind::kStar:
      return "*" + Text(argument.value);
    case Argument::Kind::kStarStar:
      return "**" + Text(argument.value);
    default:
      return Text(argument.value);
  }
}

std::string Text(const FunctionNode& function) {
  std::string text;
  for (const Parameter& parameter : function.parameters) {
    const std::string_view name = parameter.name == nullptr ? "" : parameter.name->name;
    text += text.empty() ? "" : " ";
    switch (parameter.kind) {
      case Parameter::Kind::kRequired:
        text += name;
        break;
      case Parameter::Kind::kOptional:
        text += fmt::format("{}={}", name, Text(parameter.default_value));
        break;
      case Parameter::Kind::kKwargs:
        text += fmt::format("**{}", name);
        break;
      default:
        text += fmt::format("*{}", name);
    }
  }
  return text;
}

std::string ComprehensionText(const Comprehension& node) {
  std::string text = node.is_dict() ? fmt::format("(dictcomp {}:{}", Text(node.key), Text(node.body))
                                    : fmt::format("(listcomp {}", Text(node.body));
  for (const ComprehensionClause& clause : node.clauses) {
    text += clause.is_for() ? fmt::format(" for {} in", Text(clause.targets)) : std::string(" if");
    text += " " + Text(clause.iterable_or_condition);
  }
  return text + ")";
}

std::string Text(const Expression* expression) {
  if (expression == nullptr) return "-";
  switch (expression->kind) {
    case NodeKind::kIdentifier:
      return std::string(As<Identifier>(*expression).name);
    case NodeKind::kInt:
      return fmt::format("{}", As<IntLiteral>(*expression).value);
    case NodeKind::kFloat:
      return fmt::format("{}f", As<FloatLiteral>(*expression).value);
    case NodeKind::kString:
      return fmt::format("'{}'", As<StringLiteral>(*expression).value);
    case NodeKind::kBytes:
      return fmt::format("b'{}'", As<BytesLiteral>(*expression).value);
    case NodeKind::kParen:
      return fmt::format("<{}>", Text(As<ParenExpression>(*expression).inner));
    case NodeKind::kTuple:
      return fmt::format("(tuple{})", Join(As<TupleExpression>(*expression).items));
    case NodeKind::kList:
      return fmt::format("(list{})", Join(As<ListExpression>(*expression).items));
    case NodeKind::kDict: {
      std::string text = "(dict";
      for (const DictEntry& entry : As<DictExpression>(*expression).entries)
        text += fmt::format(" {}:{}", Text(entry.key), Text(entry.value));
      return text + ")";
    }
    case NodeKind::kUnary: {
      const auto& node = As<UnaryExpression>(*expression);
      return fmt::format("({} {})", OperatorText(node.op), Text(node.operand));
    }
    case NodeKind::kBinary: {
      const auto& node = As<BinaryExpression>(*expression);
      return fmt::format("({} {} {})", OperatorText(node.op), Text(node.left), Text(node.right));
    }
    case NodeKind::kConditional: {
      const auto& node = As<ConditionalExpression>(*expression);
      return fmt::format("(if {} {} {})", Text(node.condition), Text(node.if_true), Text(node.if_false));
    }
    case NodeKind::kDot:
      return fmt::format("(. {} {})", Text(As<DotExpression>(*expression).object), As<DotExpression>(*expression).name);
    case NodeKind::kIndex:
      return fmt::format("(index {} {})", Text(As<IndexExpression>(*expression).object),
                         Text(As<IndexExpression>(*expression).index));
    case NodeKind::kSlice: {
      const auto& node = As<SliceExpression>(*expression);
      return fmt::format("(slice {} {} {} {})", Text(node.object), Text(node.low), Text(node.high), Text(node.step));
    }
    case NodeKind::kCall: {
      const auto& node = As<CallExpression>(*expression);
      std::string text = "(call " + Text(node.callee);
      for (const Argument& argument : node.arguments) text += " " + Text(argument);
      return text + ")";
    }
    case NodeKind::kComprehension:
      return ComprehensionText(As<Comprehension>(*expression));
    case NodeKind::kLambda: {
      const FunctionNode& function = *As<LambdaExpression>(*expression).function;
      return fmt::format("(lambda ({}) {})", Text(function), Text(As<ReturnStatement>(*function.body[0]).value));
    }
    default:
      return "?";
  }
}

std::string Text(Statements statements);

std::string Text(const Statement& statement) {
  switch (statement.kind) {
    case NodeKind::kExpressionStatement:
      return Text(As<ExpressionStatement>(statement).expression);
    case NodeKind::kAssign: {
      const auto& node = As<AssignStatement>(statement);
      return fmt::format("({}= {} {})", node.op ? OperatorText(*node.op) : "", Text(node.target), Text(node.value));
    }
    case NodeKind::kIf: {
      const auto& node = As<IfStatement>(statement);
      std::string text = "(if";
      for (const IfClause& clause : node.clauses)
        text += fmt::format(" {} {}", Text(clause.condition), Text(clause.body));
      if (!node.else_body.empty()) text += " else " + Text(node.else_body);
      return text + ")";
    }
    case NodeKind::kFor: {
      const auto& node = As<ForStatement>(statement);
      return fmt::format("(for {} {} {})", Text(node.targets), Text(node.iterable), Text(node.body));
    }
    case NodeKind::kWhile:
      return fmt::format("(while {} {})", Text(As<WhileStatement>(statement).condition),
                         Text(As<WhileStatement>(statement).body));
    case NodeKind::kDef: {
      const auto& node = As<DefStatement>(statement);
      return fmt::format("(def {} ({}) {})", node.name->name, Text(*node.function), Text(node.function->body));
    }
    case NodeKind::kReturn:
      return fmt::format("(return {})", Text(As<ReturnStatement>(statement).value));
    case NodeKind::kLoad: {
      const auto& node = As<LoadStatement>(statement);
      std::string text = fmt::format("(load {}", node.module);
      for (const LoadItem& item : node.items) text += fmt::format(" {}={}", item.local->name, item.name);
      return text + ")";
    }
    case NodeKind::kBreak:
      return "break";
    case NodeKind::kContinue:
      return "continue";
    default:
      return "pass";
  }
}

std::string Text(Statements statements) {
  std::string text;
  for (const Statement* statement : statements) text += (text.empty() ? "" : "; ") + Text(*statement);
  return "{" + text + "}";
}

std::string Describe(const ParseResult& result) {
  if (result.ok()) {
    const std::string text = Text(result.file->statements);
    return text.substr(1, text.size() - 2);
  }
  const SyntaxError& error = result.errors.front();
  return fmt::format("{}:{}: {}", error.position.line, error.position.column, error.message);
}

std::string Parsed(std::string_view source) {
  return Describe(Parse(source, "test.star", {}));
}

std::string Repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// ---- expressions

TEST(Parser, BindsOperatorsByPrecedence) {
  EXPECT_EQ(Parsed("a or b and not c == d | e ^ f & g << h + i * -j"),
            "(or a (and b (not (== c (| d (^ e (& f (<< g (+ h (* i (- j)))))))))))");
  EXPECT_EQ(Parsed("a * b + c"), "(+ (* a b) c)");
  EXPECT_EQ(Parsed("a - b - c // d % e"), "(- (- a b) (% (// c d) e))");
  EXPECT_EQ(Parsed("a not in b and c in d"), "(and (not in a b) (in c d))");
  EXPECT_EQ(Parsed("not not a"), "(not (not a))");
  EXPECT_EQ(Parsed("-a.b(c)[d]"), "(- (index (call (. a b) c) d))");
  EXPECT_EQ(Parsed("~+-1"), "(~ (+ (- 1)))");
}

TEST(Parser, ReadsConditionalsAndLambdas) {
  EXPECT_EQ(Parsed("a if b else c if d else e"), "(if b a (if d c e))");
  EXPECT_EQ(Parsed("lambda: 1"), "(lambda () 1)");
  EXPECT_EQ(Parsed("lambda x, y=1, *a, z, **k: x if y else z"), "(lambda (x y=1 *a z **k) (if y x z))");
  EXPECT_EQ(Parsed("lambda *, x: lambda: x"), "(lambda (* x) (lambda () x))");
}

TEST(Parser, ReadsDisplaysAndComprehensions) {
  EXPECT_EQ(Parsed("[], [1], [1, 2,], (), (1), (1,), {}, {a: b,}"),
            "(tuple (list) (list 1) (list 1 2) (tuple) <1> <(tuple 1)> (dict) (dict a:b))");
  EXPECT_EQ(Parsed("[x for x, in y if a if b for z in w]"), "1:11: got in, want primary expression");
  EXPECT_EQ(Parsed("[x for (x,) in y if a if b for z in w]"), "(listcomp x for <(tuple x)> in y if a if b for z in w)");
  EXPECT_EQ(Parsed("{k: v for k, v in d}"), "(dictcomp k:v for (tuple k v) in d)");
  EXPECT_EQ(Parsed("[a for b in c if lambda: d]"), "(listcomp a for b in c if (lambda () d))");
}

TEST(Parser, ReadsSuffixes) {
  EXPECT_EQ(
      Parsed("a[1:2], a[:], a[::3], a[1:], a[:2:3], a[1, 2]"),
      "(tuple (slice a 1 2 -) (slice a - - -) (slice a - - 3) (slice a 1 - -) (slice a - 2 3) (index a (tuple 1 2)))");
  EXPECT_EQ(Parsed("f(), f(a, b=1, *c, **d,)"), "(tuple (call f) (call f a b=1 *c **d))");
}

TEST(Parser, ReadsLiterals) {
  EXPECT_EQ(Parsed(R"(1, 0x10, 2.5, "a", b"c")"), "(tuple 1 16 2.5f 'a' b'c')");
  EXPECT_EQ(Parsed(R"("a" "b")"), "1:8: got string literal, want newline");
}

// ---- statements

TEST(Parser, ReadsSimpleStatements) {
  EXPECT_EQ(Parsed("a = 1; b += 2; pass; return; return a, b\n"),
            "(= a 1); (+= b 2); pass; (return -); (return (tuple a b))");
  EXPECT_EQ(Parsed("a -= 1; a *= 1; a /= 1; a //= 1; a %= 1; a &= 1; a |= 1; a ^= 1; a <<= 1; a >>= 1"),
            "(-= a 1); (*= a 1); (/= a 1); (//= a 1); (%= a 1); (&= a 1); (|= a 1); (^= a 1); (<<= a 1); (>>= a 1)");
  EXPECT_EQ(Parsed("a, (b, [c]) = d;"), "(= (tuple a <(tuple b (list c))>) d)");
  EXPECT_EQ(Parsed("load('m', 'a', b='c',)"), "(load m a=a b=c)");
}

TEST(Parser, ReadsCompoundStatements) {
  EXPECT_EQ(Parsed("def f(a, *, b=1):\n  return a\n"), "(def f (a * b=1) {(return a)})");
  EXPECT_EQ(Parsed("if a: b\nelif c: d\nelif e:\n  f\nelse: g\n"), "(if a {b} c {d} e {f} else {g})");
  EXPECT_EQ(Parsed("for a, b in 1, 2:\n  while c: break; continue\n"),
            "(for (tuple a b) (tuple 1 2) {(while c {break; continue})})");
  EXPECT_EQ(Parsed("def f(): pass"), "(def f () {pass})");
}

TEST(Parser, SaysWhatItGotAndWhere) {
  EXPECT_EQ(Parsed("x = 1 +\n2\n"), "1:8: got newline, want primary expression");
  EXPECT_EQ(Parsed("f(1+2 = 3)"), "1:8: keyword argument must have form name=expr");
  EXPECT_EQ(Parsed("f((a) = 3)"), "1:8: keyword argument must have form name=expr");
  EXPECT_EQ(Parsed("a < b == c"), "1:9: < does not associate with == (use parens)");
  EXPECT_EQ(Parsed("a in b not in c"), "1:14: in does not associate with not in (use parens)");
  EXPECT_EQ(Parsed("a not b"), "1:8: got identifier, want in");
  EXPECT_EQ(Parsed("a = b = c"), "1:8: got '=', want newline");
  EXPECT_EQ(Parsed("a = 1,"), "1:6: unparenthesized tuple with trailing comma");
  EXPECT_EQ(Parsed("a if b"), "1:3: conditional expression without else clause");
  EXPECT_EQ(Parsed("{x for y in z}"), "1:7: got for, want ':'");
  EXPECT_EQ(Parsed("[x for y in a, b]"), "1:15: got ',', want ']', for, or if");
  EXPECT_EQ(Parsed("import x"), "1:1: got import, want primary expression");
  EXPECT_EQ(Parsed("def pass(): x"), "1:9: not an identifier");
  EXPECT_EQ(Parsed("def f: x"), "1:7: got ':', want '('");
  EXPECT_EQ(Parsed("  x"), "1:3: got indent, want primary expression");
  EXPECT_EQ(Parsed("if x:\ny"), "2:2: got identifier, want indent");
  EXPECT_EQ(Parsed("print(1,\n2\n"), "3:1: got end of file, want ')'");
  EXPECT_EQ(Parsed("{"), "1:2: got end of file, want primary expression");
  EXPECT_EQ(Parsed("a ** b"), "1:5: got '**', want newline");
  EXPECT_EQ(Parsed("_ = *x"), "1:5: got '*', want primary expression");
}

TEST(Parser, RefusesLoadsOfAnotherForm) {
  EXPECT_EQ(Parsed("load('m')"), "1:5: load statement must import at least 1 symbol");
  EXPECT_EQ(Parsed("load(1, 'a')"), "1:7: first operand of load statement must be a string literal");
  EXPECT_EQ(Parsed("load('m', 1)"), R"(1:12: load operand must be "name" or localname="name" (got int literal))");
  EXPECT_EQ(Parsed("load('m', x)"), R"(1:13: load operand must be "x" or x="originalname" (want '=' after x))");
  EXPECT_EQ(Parsed("load('m', x=y)"), R"(1:14: original name of loaded symbol must be quoted: x="originalname")");
  EXPECT_EQ(Parsed("load = 1"), "1:7: got '=', want '('");
}

// ---- entry points and limits

TEST(Parser, ReadsASingleExpression) {
  EXPECT_EQ(Describe(ParseExpression("a, b\n", "", {})), "(tuple a b)");
  EXPECT_EQ(Describe(ParseExpression("a = 1", "", {})), "1:4: got '=' after expression, want end of file");
}

TEST(Parser, KnowsWhenATextShouldGoOn) {
  for (const char* source :
       {"f(", "def f():\n", "'''a", "x = \\\n", "[1,\n", "if x:\n  y(\n", "for x in y:\n  if x:\n"})
    EXPECT_TRUE(Parse(source, "", {}).wants_more) << source;
  for (const char* source : {"f())", "x = 1 +\n", "'a\n", "1 2"})
    EXPECT_FALSE(Parse(source, "", {}).wants_more) << source;
}

TEST(Parser, SharesTheBytesOfEqualNames) {
  const ParseResult result = Parse("abc = abc", "", {});
  const auto& assign = As<AssignStatement>(*result.file->statements[0]);
  EXPECT_EQ(As<Identifier>(*assign.target).name.data(), As<Identifier>(*assign.value).name.data());
}

TEST(Parser, BoundsTheDepthOfTrees) {
  constexpr int kMillion = 1'000'000;
  for (const char* opening : {"(", "[", "{1:", "f(", "a[", "-", "not ", "lambda: ", "1 if ", "1 if a else ", "~", "(-[",
                              "[a for b in ", "a+", "a.b.", "a()", "a[0]", "def f(x="}) {
    const ParseResult result = Parse(Repeat(opening, kMillion), "", {});
    ASSERT_FALSE(result.ok()) << opening;
  }
  EXPECT_EQ(Parsed(Repeat("(", kMillion)), "1:501: too many levels of nesting");
  std::string blocks;
  for (int i = 0; i < 2'000; ++i) blocks += std::string(static_cast<size_t>(i), ' ') + "if x:\n";
  EXPECT_NE(Parsed(blocks).find("too many levels of nesting"), std::string::npos);
}

TEST(Parser, TakesLongProgramsThatAreNotDeep) {
  EXPECT_TRUE(Parse(Repeat("x = [1, 2]\n", 10'000), "", {}).ok());
  EXPECT_TRUE(Parse("x = [" + Repeat("1,", 100'000) + "]", "", {}).ok());
  EXPECT_TRUE(Parse("if a: b\n" + Repeat("elif c: d\n", 10'000), "", {}).ok());
  EXPECT_TRUE(Parse("x = 1" + Repeat(" + 1", 900), "", {}).ok());
}

}  // namespace
}  // namespace firn::starlark
