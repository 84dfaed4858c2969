#include "query/sql_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firn::query {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Texts(std::string_view sql) {
  std::vector<std::string> texts;
  const auto tokens = TokenizeSql(sql);
  if (!tokens.ok()) return {tokens.error().message()};
  for (const auto& token : *tokens) texts.emplace_back(token.text);
  return texts;
}

TEST(SqlTokenizer, CutsNamesStringsNumbersAndSymbols) {
  EXPECT_THAT(
      Texts("SELECT a.\"b \"\"c\", 'it''s' FROM t WHERE x>=1.5e-3"),
      ElementsAre("SELECT", "a", ".", "\"b \"\"c\"", ",", "'it''s'", "FROM", "t", "WHERE", "x", ">", "=", "1.5e-3"));
}

TEST(SqlTokenizer, KeepsDollarsInNames) {
  EXPECT_THAT(Texts("FROM db.cpu$snapshots"), ElementsAre("FROM", "db", ".", "cpu$snapshots"));
}

TEST(SqlTokenizer, LeavesOutComments) {
  EXPECT_THAT(Texts("a -- FROM b\n/* c /* d */ ; */ e"), ElementsAre("a", "e"));
}

TEST(SqlTokenizer, TakesDollarStringsAndEscapedStringsWhole) {
  EXPECT_THAT(Texts("$$a;b$$ $x$ $$ $x$ E'a\\'b' $1"), ElementsAre("$$a;b$$", "$x$ $$ $x$", "E'a\\'b'", "$", "1"));
}

TEST(SqlTokenizer, NamesTheLineOfAStringThatDoesNotEnd) {
  const auto tokens = TokenizeSql("SELECT\n  'abc");
  ASSERT_FALSE(tokens.ok());
  EXPECT_THAT(tokens.error().message(), HasSubstr("line 2, column 3"));
}

TEST(SqlTokenizer, TakesQuotesOffNames) {
  const auto tokens = TokenizeSql("\"a\"\"b\" `c d` e");
  ASSERT_TRUE(tokens.ok());
  EXPECT_EQ((*tokens)[0].Name(), "a\"b");
  EXPECT_EQ((*tokens)[1].Name(), "c d");
  EXPECT_EQ((*tokens)[2].Name(), "e");
}

TEST(SplitStatements, CutsAtSemicolonsOutsideOfStringsAndComments) {
  const auto statements = SplitStatements("SELECT ';' ; -- ;\n ; SELECT 2 /* ; */ ");
  ASSERT_TRUE(statements.ok());
  EXPECT_THAT(*statements, ElementsAre("SELECT ';' ", "SELECT 2 /* ; */ "));
}

TEST(SplitStatements, GivesWhatIsNotFinishedAsRest) {
  std::string rest;
  const auto statements = SplitStatements("SELECT 1; SELECT", &rest);
  ASSERT_TRUE(statements.ok());
  EXPECT_THAT(*statements, ElementsAre("SELECT 1"));
  EXPECT_EQ(rest, "SELECT");
}

}  // namespace
}  // namespace firn::query
