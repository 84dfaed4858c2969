#include "starlark/resolve/resolver.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "starlark/syntax/parser.h"

namespace firn::starlark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// `host` and `M` are predeclared, `len` and `set` universal.
Environment TestEnvironment() {
  Environment environment;
  environment.predeclared = [](std::string_view name) -> std::optional<uint32_t> {
    if (name == "host") return 4;
    if (name == "M") return 5;
    return std::nullopt;
  };
  environment.universal = [](std::string_view name) -> std::optional<uint32_t> {
    if (name == "len") return 7;
    if (name == "set") return 8;
    return std::nullopt;
  };
  return environment;
}

struct Resolved {
  std::unique_ptr<File> file;
  std::vector<std::string> errors;
};

Resolved ResolveText(std::string_view source, const FileOptions& options = {}) {
  ParseResult parsed = Parse(source, "test.star", options);
  Resolved resolved;
  if (!parsed.ok()) {
    resolved.errors.push_back("syntax: " + parsed.errors.front().message);
    return resolved;
  }
  resolved.file = std::move(parsed.file);
  for (const SyntaxError& error : Resolve(*resolved.file, TestEnvironment()))
    resolved.errors.push_back(fmt::format("{}:{}: {}", error.position.line, error.position.column, error.message));
  return resolved;
}

std::vector<std::string> Errors(std::string_view source, const FileOptions& options = {}) {
  return ResolveText(source, options).errors;
}

std::string Describe(const Binding* binding) {
  return fmt::format("{} {} {}", ScopeName(binding->scope), binding->index, binding->name);
}

std::vector<std::string> Describe(Bindings bindings) {
  std::vector<std::string> all;
  for (const Binding* binding : bindings) all.push_back(Describe(binding));
  return all;
}

const FunctionNode& Function(const Resolved& resolved, size_t statement) {
  return *As<DefStatement>(*resolved.file->statements[statement]).function;
}

const Expression& Returned(const FunctionNode& function) {
  return *As<ReturnStatement>(*function.body.back()).value;
}

std::string Meaning(const Expression& identifier) {
  return Describe(As<Identifier>(identifier).binding);
}

// ---- what names mean

TEST(Resolver, TellsGlobalPredeclaredAndUniversalNames) {
  const Resolved resolved = ResolveText("a = 1\nb = [a, host, len]\n");
  ASSERT_THAT(resolved.errors, IsEmpty());
  EXPECT_THAT(Describe(resolved.file->scope->globals), ElementsAre("global 0 a", "global 1 b"));
  const auto& list = As<ListExpression>(*As<AssignStatement>(*resolved.file->statements[1]).value);
  EXPECT_EQ(Meaning(*list.items[0]), "global 0 a");
  EXPECT_EQ(Meaning(*list.items[1]), "predeclared 4 host");
  EXPECT_EQ(Meaning(*list.items[2]), "universal 7 len");
}

TEST(Resolver, NumbersParametersBeforeOtherLocals) {
  const Resolved resolved = ResolveText("def f(a, *args, b=1, **kw):\n  c = a\n  return c\n");
  ASSERT_THAT(resolved.errors, IsEmpty());
  const FunctionScope& scope = *Function(resolved, 0).scope;
  EXPECT_THAT(Describe(scope.locals), ElementsAre("local 0 a", "local 1 b", "local 2 args", "local 3 kw", "local 4 c"));
  EXPECT_EQ(scope.parameter_count, 4U);
  EXPECT_EQ(scope.keyword_only_count, 1U);
  EXPECT_TRUE(scope.has_varargs);
  EXPECT_TRUE(scope.has_kwargs);
  EXPECT_EQ(Meaning(Returned(Function(resolved, 0))), "local 4 c");
}

TEST(Resolver, MakesCellsOfCapturedLocals) {
  const Resolved resolved = ResolveText("def f(a, b):\n  return lambda: lambda: b\n");
  ASSERT_THAT(resolved.errors, IsEmpty());
  EXPECT_THAT(Describe(Function(resolved, 0).scope->locals), ElementsAre("local 0 a", "cell 1 b"));
  const FunctionNode& outer = *As<LambdaExpression>(Returned(Function(resolved, 0))).function;
  EXPECT_THAT(Describe(outer.scope->free_variables), ElementsAre("cell 1 b"));
  const FunctionNode& inner = *As<LambdaExpression>(Returned(outer)).function;
  EXPECT_THAT(Describe(inner.scope->free_variables), ElementsAre("free 0 b"));
  EXPECT_EQ(Meaning(Returned(inner)), "free 0 b");
}

TEST(Resolver, CapturesAVariableOnce) {
  const Resolved resolved = ResolveText("def f(a):\n  return lambda: [a, a, [a for b in a]]\n");
  const FunctionNode& inner = *As<LambdaExpression>(Returned(Function(resolved, 0))).function;
  EXPECT_EQ(inner.scope->free_variables.size(), 1U);
}

TEST(Resolver, GivesComprehensionsABlockOfTheirOwn) {
  const Resolved resolved = ResolveText("x = [1]\ny = [x for x in x]\n");
  ASSERT_THAT(resolved.errors, IsEmpty());
  EXPECT_THAT(Describe(resolved.file->scope->locals), ElementsAre("local 0 x"));
  const auto& comprehension = As<Comprehension>(*As<AssignStatement>(*resolved.file->statements[1]).value);
  EXPECT_EQ(Meaning(*comprehension.body), "local 0 x");
  EXPECT_EQ(Meaning(*comprehension.clauses[0].iterable_or_condition), "global 0 x");
  EXPECT_THAT(Errors("y = [x for x in []]\nz = x\n"), ElementsAre("2:5: undefined: x"));
}

TEST(Resolver, TakesLoadedNamesForLocalsOfTheFile) {
  const Resolved resolved = ResolveText("load('m', 'a', b='c')\ndef f():\n  return b\n");
  ASSERT_THAT(resolved.errors, IsEmpty());
  EXPECT_THAT(Describe(resolved.file->scope->locals), ElementsAre("local 0 a", "cell 1 b"));
  EXPECT_THAT(Describe(Function(resolved, 1).scope->free_variables), ElementsAre("cell 1 b"));
  const Resolved global = ResolveText("load('m', 'a')\n", {.load_binds_globally = true});
  EXPECT_THAT(Describe(global.file->scope->globals), ElementsAre("global 0 a"));
}

TEST(Resolver, LetsUsesComeBeforeBindings) {
  EXPECT_THAT(Errors("def f():\n  return g() + x\ndef g():\n  y = z\n  z = 1\n  return y\nx = 1\n"), IsEmpty());
  EXPECT_THAT(Errors("a = len\nlen = 1\n"), IsEmpty());
}

TEST(Resolver, ReadsTopLevelNamesInOrderWhereGlobalsMayBeRebound) {
  const FileOptions options{.allow_global_reassign = true};
  const Resolved resolved = ResolveText("a = len\nlen = 1\n", options);
  EXPECT_EQ(Meaning(*As<AssignStatement>(*resolved.file->statements[0]).value), "universal 7 len");
  EXPECT_THAT(Errors("a = b\nb = 1\n", options), ElementsAre("1:5: undefined: b"));
}

TEST(Resolver, KnowsGlobalsOfEarlierChunks) {
  ParseResult parsed = Parse("b = a\n", "", {});
  Environment environment = TestEnvironment();
  environment.earlier_globals = [](std::string_view name) {
    return name == "a" ? std::optional<uint32_t>(0) : std::nullopt;
  };
  EXPECT_THAT(Resolve(*parsed.file, environment), IsEmpty());
  EXPECT_THAT(Describe(parsed.file->scope->globals), ElementsAre("global 0 b", "global 1 a"));
}

// ---- what is wrong

TEST(Resolver, ReportsAllUndefinedNamesWithHints) {
  EXPECT_THAT(Errors("hello = 1\ndef f(value):\n  return hallo + valeu + zzz\n"),
              ElementsAre("3:10: undefined: hallo (did you mean hello?)",
                          "3:18: undefined: valeu (did you mean value?)", "3:26: undefined: zzz"));
}

TEST(Resolver, RefusesToBindGlobalsAgain) {
  EXPECT_THAT(Errors("x = 1\nx += 1\ndef x(): pass\n"),
              ElementsAre("2:1: cannot reassign global x declared at test.star:1:1",
                          "3:5: cannot reassign global x declared at test.star:1:1"));
  EXPECT_THAT(
      Errors("load('m', 'x')\nx = 1\nload('m', 'x')\n"),
      ElementsAre("2:1: cannot reassign local x declared at test.star:1:12", "3:12: cannot reassign top-level x"));
  EXPECT_THAT(Errors("x = 1\nx += 1\n", {.allow_global_reassign = true}), IsEmpty());
}

TEST(Resolver, KeepsControlFlowInsideFunctions) {
  constexpr std::string_view kSource = "if len: pass\nelif len: pass\nfor x in []: pass\nwhile len: pass\n";
  EXPECT_THAT(
      Errors(kSource),
      ElementsAre("1:1: if statement not within a function", "2:1: if statement not within a function",
                  "3:1: for loop not within a function", "4:1: this Starlark dialect does not support while loops",
                  "4:1: while loop not within a function"));
  EXPECT_THAT(Errors(kSource, {.allow_while = true, .allow_top_level_control = true}), IsEmpty());
  EXPECT_THAT(Errors("return\nbreak\n"),
              ElementsAre("1:1: return statement not within a function", "2:1: break not in a loop"));
  EXPECT_THAT(Errors("def f():\n  for x in []:\n    def g():\n      continue\n"),
              ElementsAre("4:7: continue not in a loop"));
}

TEST(Resolver, AdmitsSetsByDialect) {
  EXPECT_THAT(Errors("a = set()\nb = set()\n"), ElementsAre("1:5: this Starlark dialect does not support sets"));
  EXPECT_THAT(Errors("a = set()\n", kTelegrafFileOptions), IsEmpty());
  EXPECT_THAT(Errors("set = 1\na = set\n"), IsEmpty());
}

TEST(Resolver, RefusesLoadsInsideOtherStatements) {
  EXPECT_THAT(Errors("def f():\n  load('m', 'a')\n"), ElementsAre("2:3: load statement within a function"));
  const FileOptions options{.allow_while = true, .allow_top_level_control = true};
  EXPECT_THAT(Errors("if len:\n  load('m', 'a')\n", options), ElementsAre("2:3: load statement within a conditional"));
  EXPECT_THAT(Errors("while len:\n  load('m', 'a')\n", options), ElementsAre("2:3: load statement within a loop"));
  EXPECT_THAT(
      Errors("load('m', '_a', b='')\n"),
      ElementsAre("1:12: load: names with leading underscores are not exported: _a", "1:20: load: empty identifier"));
}

TEST(Resolver, RefusesTargetsThatAreNone) {
  EXPECT_THAT(
      Errors("1 = 0\nlen() = 0\n(len + 1) = 0\n(-len) = 0\n(lambda: 0) = 0\nlen[:] = 0\n{} = 0\n"),
      ElementsAre("1:1: can't assign to literal", "2:1: can't assign to callexpr", "3:2: can't assign to binaryexpr",
                  "4:2: can't assign to unaryexpr", "5:2: can't assign to lambdaexpr", "6:1: can't assign to sliceexpr",
                  "7:1: can't assign to dictexpr"));
  EXPECT_THAT(Errors("[a, b] += 0\n(c, d) += 0\n"),
              ElementsAre("1:1: can't use list expression in augmented assignment",
                          "2:2: can't use tuple expression in augmented assignment"));
  EXPECT_THAT(Errors("[] = ()\n() = []\n(a), [b, (c, d)] = len\nlen.x = 1\nlen[0] += 1\n"), IsEmpty());
}

TEST(Resolver, KeepsArgumentsInOrder) {
  EXPECT_THAT(Errors("len(a=1, 2)\n"), ElementsAre("1:10: positional argument may not follow named"));
  EXPECT_THAT(Errors("len(*[], 1)\n"), ElementsAre("1:10: positional argument may not follow *args"));
  EXPECT_THAT(Errors("len(*[], a=1)\n"), ElementsAre("1:10: keyword argument may not follow *args"));
  EXPECT_THAT(Errors("len(**{}, 1)\n"), ElementsAre("1:11: positional argument may not follow **kwargs"));
  EXPECT_THAT(Errors("len(**{}, *[])\n"), ElementsAre("1:11: *args may not follow **kwargs"));
  EXPECT_THAT(Errors("len(**{}, **{})\n"), ElementsAre("1:11: multiple **kwargs not allowed"));
  EXPECT_THAT(Errors("len(*[], *[])\n"), ElementsAre("1:10: multiple *args not allowed"));
  EXPECT_THAT(Errors("len(a=1, a=2)\n"), ElementsAre("1:10: keyword argument \"a\" is repeated"));
}

TEST(Resolver, CountsArguments) {
  std::string call = "len(";
  for (int i = 0; i < 256; ++i) call += "1,";
  EXPECT_THAT(Errors(call + ")\n"), ElementsAre("1:1: 256 positional arguments in call, limit is 255"));
}

TEST(Resolver, KeepsParametersInOrder) {
  EXPECT_THAT(Errors("def f(a=1, b): pass\n"), ElementsAre("1:12: required parameter may not follow optional"));
  EXPECT_THAT(Errors("def f(**k, a): pass\n"), ElementsAre("1:12: required parameter may not follow **k"));
  EXPECT_THAT(Errors("def f(**k, *a): pass\n"), ElementsAre("1:12: * parameter may not follow **k"));
  EXPECT_THAT(Errors("def f(**k, **l): pass\n"), ElementsAre("1:12: multiple ** parameters not allowed"));
  EXPECT_THAT(Errors("def f(*a, *b): pass\n"), ElementsAre("1:11: multiple * parameters not allowed"));
  EXPECT_THAT(Errors("def f(*): pass\n"), ElementsAre("1:7: bare * must be followed by keyword-only parameters"));
  EXPECT_THAT(Errors("def f(a, b, a, *b): pass\n"),
              ElementsAre("1:13: duplicate parameter: a", "1:17: duplicate parameter: b"));
  EXPECT_THAT(Errors("def f(*a, b, c=1, d, **k): pass\n"), IsEmpty());
}

// ---- limits

TEST(Resolver, BoundsWhatHostileProgramsMultiply) {
  std::string nested = "x = ";
  for (int i = 0; i < 200; ++i) nested += "lambda: ";
  EXPECT_THAT(Errors(nested + "1\n"), ElementsAre("1:805: functions are nested too deeply, limit is 100"));

  std::string parameters;
  for (int i = 0; i < 20'000; ++i) parameters += fmt::format("a{},", i);
  std::string captures = "x = lambda " + parameters + "z: ";
  for (int i = 0; i < 90; ++i) captures += "lambda: ";
  EXPECT_THAT(Errors(captures + "[" + parameters + "]\n"),
              ElementsAre(::testing::HasSubstr("functions capture too many variables, limit is 1048576")));

  std::string undefined = "x = [";
  for (int i = 0; i < 5'000; ++i) undefined += fmt::format("b{},", i);
  EXPECT_EQ(Errors(undefined + "]\n").size(), 1'000U);
}

}  // namespace
}  // namespace firn::starlark
