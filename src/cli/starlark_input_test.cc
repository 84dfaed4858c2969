#include "cli/starlark_input.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace firn::cli {
namespace {

/// How many of the lines it takes until the text is complete; 0 if it never is.
int LinesTaken(std::initializer_list<std::string_view> lines) {
  StarlarkInput input({.allow_while = true});
  int taken = 0;
  for (const std::string_view line : lines) {
    ++taken;
    if (input.Add(line)) return taken;
  }
  return 0;
}

TEST(StarlarkInput, RunsASimpleStatementAtOnce) {
  EXPECT_EQ(LinesTaken({"x = 1"}), 1);
  EXPECT_EQ(LinesTaken({"", "  ", "f(1); g()"}), 3);
  EXPECT_EQ(LinesTaken({"definition = 1"}), 1);
}

TEST(StarlarkInput, WaitsForTheEmptyLineBehindABlock) {
  EXPECT_EQ(LinesTaken({"def f():", "  return 1", ""}), 3);
  EXPECT_EQ(LinesTaken({"if x: y", "else: z", ""}), 3);
  EXPECT_EQ(LinesTaken({"for x in y:", "  if x:", "    z", "  else:", "    w", "  "}), 6);
  EXPECT_EQ(LinesTaken({"while x: y", ""}), 2);
}

TEST(StarlarkInput, WaitsForClosingBracketsAndQuotes) {
  EXPECT_EQ(LinesTaken({"f(1,", "", "2)"}), 3);
  EXPECT_EQ(LinesTaken({"x = '''a", "", "b'''"}), 3);
  EXPECT_EQ(LinesTaken({"x = 1 + \\", "2"}), 2);
  EXPECT_EQ(LinesTaken({"def f():", "  return [1,", "", "  2]", ""}), 5);
}

TEST(StarlarkInput, GivesUpAtOnceWhatCannotBecomeRight) {
  EXPECT_EQ(LinesTaken({"x = = 1"}), 1);
  EXPECT_EQ(LinesTaken({"def f():", "  x = = 1"}), 2);
  EXPECT_EQ(LinesTaken({"f(1 2"}), 1);
  EXPECT_EQ(LinesTaken({"def f():", ""}), 0);
}

TEST(StarlarkInput, BeginsAnewWhenItIsTaken) {
  StarlarkInput input({});
  EXPECT_TRUE(input.is_empty());
  input.Add("f(");
  EXPECT_FALSE(input.is_empty());
  input.Add(")");
  EXPECT_EQ(input.Take(), "f(\n)\n");
  EXPECT_TRUE(input.is_empty());
}

}  // namespace
}  // namespace firn::cli
