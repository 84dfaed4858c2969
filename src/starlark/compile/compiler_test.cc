#include "starlark/compile/compiler.h"

#include <gtest/gtest.h>

#include "starlark/resolve/resolver.h"
#include "starlark/syntax/parser.h"

namespace firn::starlark {
namespace {

CompileResult CompileText(std::string_view source) {
  const FileOptions all{.allow_set = true,
                        .allow_while = true,
                        .allow_top_level_control = true,
                        .allow_global_reassign = true,
                        .allow_recursion = true};
  ParseResult parsed = Parse(source, "test.star", all);
  EXPECT_TRUE(parsed.ok()) << source;
  EXPECT_TRUE(Resolve(*parsed.file, {}).empty()) << source;
  return Compile(*parsed.file);
}

/// The instructions of the first function, without the `None` that ends it.
std::string CodeOf(const std::string& source) {
  const CompileResult compiled = CompileText(source);
  const FunctionCode& function = *compiled.program->toplevel->functions.at(0);
  std::string code;
  for (size_t i = 0; i < function.instructions.size(); ++i) {
    const Opcode opcode = function.instructions[i].opcode;
    code += std::string(code.empty() ? "" : " ") + std::string(OpcodeName(opcode));
    if (HasWord(opcode)) ++i;
  }
  return code;
}

TEST(Compiler, ConstantsAreComputedBeforehand) {
  EXPECT_EQ(CodeOf("def f(): return 1 + 2 * 3 - -4"), "Return");
  EXPECT_EQ(CodeOf("def f(): return 'a' + 'b' + 'c'"), "Return");
  EXPECT_EQ(CodeOf("def f(): return 7 // 2"), "FloorDivide Return") << "only what cannot fail and is frequent";
  EXPECT_EQ(CodeOf("def f(): return 1 / 0"), "Divide Return") << "it fails when it runs";
  EXPECT_EQ(CodeOf("def f(): return 9223372036854775807 + 1"), "Add Return");
  EXPECT_EQ(CodeOf("def f(): return b'a' + b'b' + b'c'"), "Return");
  EXPECT_EQ(CodeOf("def f(): return b'a' + (b'b' + b'c')"), "Add Return") << "bytes have no +; literals in a row do";
}

TEST(Compiler, ComparisonsInConditionsAreBranches) {
  EXPECT_EQ(CodeOf("def f(a, b):\n  if a < b: return 1\n  return 2"), "BranchLess Return Return");
  EXPECT_EQ(CodeOf("def f(a, b):\n  if not a == b and a in b: return 1\n  return 2"),
            "BranchEqual BranchIn Return Return");
  EXPECT_EQ(CodeOf("def f(a): return a < 1"), "Less Return") << "a value is wanted";
}

TEST(Compiler, JumpsToJumpsGoToTheirEnd) {
  const CompileResult compiled =
      CompileText("def f(a, b):\n  while a:\n    if b:\n      a = 1\n    else:\n      b = 2");
  const FunctionCode& function = *compiled.program->toplevel->functions.at(0);
  for (size_t i = 0; i < function.instructions.size(); ++i) {
    const Instruction& jump = function.instructions[i];
    const bool is_jump = jump.opcode == Opcode::kJump || jump.opcode == Opcode::kJumpIfFalse;
    if (!is_jump) continue;
    const Instruction& target = function.instructions[i + static_cast<size_t>(jump.n())];
    EXPECT_NE(target.opcode, Opcode::kJump) << i;
  }
}

TEST(Compiler, LocalsAreComputedInPlace) {
  EXPECT_EQ(CodeOf("def f(a, b):\n  a = a + b\n  b += a\n  return b"), "Add InPlaceAdd Return");
  EXPECT_EQ(CodeOf("def f(a):\n  for i in a:\n    a = i\n  return a"), "ForPrepare Jump Move ForNext Return");
}

TEST(Compiler, VariablesOfClosuresAreInCells) {
  EXPECT_EQ(CodeOf("def f(a):\n  g = lambda: a\n  a = 2\n  return g"), "MakeCell MakeFunction StoreCell Return");
}

TEST(Compiler, MethodsAreCalledWithoutBoundValues) {
  EXPECT_EQ(CodeOf("def f(a, b): return a.append(b)"), "Move Move CallMethod Return");
  EXPECT_EQ(CodeOf("def f(a, b): return a.append(b())"), "Move CheckAttr Move Call CallMethod Return")
      << "whether there is such a method is known before the argument has effects";
  EXPECT_EQ(CodeOf("def f(a, b): return a.get(b, x=1)"), "GetAttr Move Move CallNamed Return");
}

TEST(Compiler, ConstantKeysHaveCaches) {
  EXPECT_EQ(CodeOf("def f(a):\n  a['x'] = a['y']\n  a[0] = a[1]"), "GetKey SetKey GetIndex SetIndex Return");
}

TEST(Compiler, KnowsThePlaceOfEachInstruction) {
  const CompileResult compiled = CompileText("def f(a):\n  b = a\n  return (a +\n    b.c)");
  const FunctionCode& function = *compiled.program->toplevel->functions.at(0);
  std::string places;
  for (uint32_t i = 0; i < function.instructions.size(); ++i) {
    const Position place = function.PositionOf(i);
    places += std::string(OpcodeName(function.instructions[i].opcode)) + " " + std::to_string(place.line) + ":" +
              std::to_string(place.column) + ", ";
    if (HasWord(function.instructions[i].opcode)) ++i;
  }
  EXPECT_EQ(places, "Move 2:7, GetAttr 4:6, Add 3:13, Return 3:3, ");
}

TEST(Compiler, RefusesMoreThanInstructionsCanName) {
  std::string locals = "def f():\n";
  std::string attributes = "def f(a):\n";
  for (int i = 0; i < kMostOperands + 10; ++i) {
    locals += "  v" + std::to_string(i) + " = 1\n";
    attributes += "  a.v" + std::to_string(i) + "\n";
  }
  for (const std::string& source : {locals, attributes}) {
    const CompileResult compiled = CompileText(source);
    EXPECT_EQ(compiled.program, nullptr);
    EXPECT_EQ(compiled.errors.size(), 1U);
  }
}

TEST(Disassembler, ShowsPlacesOperandsAndConstants) {
  const std::string text = Disassemble(*CompileText("def f(a): return a.name").program);
  EXPECT_NE(text.find("function f: "), std::string::npos) << text;
  EXPECT_NE(text.find("constant 0 = \"name\""), std::string::npos) << text;
  EXPECT_NE(text.find("1:19  GetAttr"), std::string::npos) << text;
}

}  // namespace
}  // namespace firn::starlark
