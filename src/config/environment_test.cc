#include "config/environment.h"

#include <gtest/gtest.h>

#include "config/toml_text.h"

namespace firn::config {
namespace {

std::optional<std::string> Variables(std::string_view name) {
  if (name == "SET") return "value";
  if (name == "EMPTY") return "";
  if (name == "DOLLAR") return "${SET}";
  return std::nullopt;
}

std::string Expand(std::string_view text) {
  const Result<std::string> expanded = ExpandVariables(text, &Variables);
  return expanded.ok() ? *expanded : "error: " + expanded.error().message();
}

TEST(EnvironmentTest, ReplacesBothForms) {
  EXPECT_EQ(Expand("a ${SET} b $SET-c"), "a value b value-c");
  EXPECT_EQ(Expand("${EMPTY}|$EMPTY"), "|");
}

TEST(EnvironmentTest, LeavesUnknownVariablesAsTheyAre) {
  EXPECT_EQ(Expand("${NO} $NO"), "${NO} $NO");
  EXPECT_EQ(Expand("${1} $1 $ ${ ${} ${SET ^a$"), "${1} $1 $ ${ ${} ${SET ^a$");
}

TEST(EnvironmentTest, TakesDefaults) {
  EXPECT_EQ(Expand("${NO:-d} ${EMPTY:-d} ${SET:-d}"), "d d value");
  EXPECT_EQ(Expand("${NO-d}|${EMPTY-d}|${SET-d}"), "d||value");
  EXPECT_EQ(Expand("${NO:-http://h:80/p?q=1}"), "http://h:80/p?q=1");
}

TEST(EnvironmentTest, TakesAlternatives) {
  EXPECT_EQ(Expand("${SET:+x}|${EMPTY:+x}|${EMPTY+x}|${NO+x}"), "x||x|");
}

TEST(EnvironmentTest, FailsWhereAVariableIsRequired) {
  EXPECT_EQ(Expand("${SET:?must} ${EMPTY?must}"), "value ");
  EXPECT_EQ(Expand("${EMPTY:?set it}"), "error: environment variable EMPTY is required: set it");
  EXPECT_EQ(Expand("${NO?}"), "error: environment variable NO is required: ");
}

TEST(EnvironmentTest, ExpandsDefaultsButNoValues) {
  EXPECT_EQ(Expand("${NO:-a${SET}b}"), "avalueb");
  EXPECT_EQ(Expand("${DOLLAR}"), "${SET}");
}

TEST(EnvironmentTest, UnescapesDollars) {
  EXPECT_EQ(Expand("$${SET} $$"), "${SET} $");
}

TEST(EnvironmentTest, BoundsNesting) {
  std::string text = "x";
  for (int i = 0; i < 100; ++i) text = "${NO:-" + text + "}";
  EXPECT_EQ(Expand(text), "error: variables nest deeper than 16");
}

TEST(RemoveCommentsTest, KeepsStringsAndLines) {
  EXPECT_EQ(RemoveComments("a = 1 # one\n# two\nb = \"#\" # c\n"), "a = 1 \n\nb = \"#\" \n");
  EXPECT_EQ(RemoveComments("a = '''\n# text\n''' # x"), "a = '''\n# text\n''' ");
  EXPECT_EQ(RemoveComments("a = \"\"\"# \\\"\"\" # \"\"\" #"), "a = \"\"\"# \\\"\"\" # \"\"\" ");
  EXPECT_EQ(RemoveComments("a = \"x\\\"#\" #"), "a = \"x\\\"#\" ");
  EXPECT_EQ(RemoveComments("a = \"open # x\n#y"), "a = \"open # x\n");
}

}  // namespace
}  // namespace firn::config
