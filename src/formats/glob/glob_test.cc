#include "formats/glob/glob.h"

#include <gtest/gtest.h>

namespace firn::glob {
namespace {

bool Match(std::string_view pattern, std::string_view text, std::string_view separators = "") {
  const Result<Glob> glob = Glob::Compile(pattern, separators);
  EXPECT_TRUE(glob.ok()) << pattern;
  return glob.ok() && glob->Matches(text);
}

TEST(GlobTest, MatchesStarsAndQuestionMarks) {
  EXPECT_TRUE(Match("c*", "cpu"));
  EXPECT_TRUE(Match("*", ""));
  EXPECT_TRUE(Match("d?sk", "disk"));
  EXPECT_FALSE(Match("d?sk", "dsk"));
  EXPECT_TRUE(Match("*a*b*", "xxaxxbxx"));
  EXPECT_FALSE(Match("c*", "xcpu"));
  EXPECT_TRUE(Match("h?he", "höhe"));
}

TEST(GlobTest, StarStopsAtSeparators) {
  EXPECT_TRUE(Match("a.*.c", "a.b.c", "."));
  EXPECT_FALSE(Match("a.*.c", "a.b.b.c", "."));
  EXPECT_TRUE(Match("a.*.c", "a.b.b.c"));
  EXPECT_TRUE(Match("a.**.c", "a.b.b.c", "."));
  EXPECT_FALSE(Match("a?c", "a.c", "."));
}

TEST(GlobTest, MatchesSets) {
  EXPECT_TRUE(Match("[abc]x", "bx"));
  EXPECT_TRUE(Match("[a-c0-9]x", "7x"));
  EXPECT_FALSE(Match("[!a-c]x", "bx"));
  EXPECT_TRUE(Match("[!a-c]x", "dx"));
}

TEST(GlobTest, MatchesAlternatives) {
  EXPECT_TRUE(Match("{a,b*}c", "ac"));
  EXPECT_TRUE(Match("{a,b*}c", "bxxc"));
  EXPECT_TRUE(Match("x{a{1,2},b}", "xa2"));
  EXPECT_FALSE(Match("x{a{1,2},b}", "xa3"));
  EXPECT_TRUE(Match("x{,y}", "x"));
}

TEST(GlobTest, BackslashTakesCharactersAsTheyAre) {
  EXPECT_TRUE(Match("a\\*", "a*"));
  EXPECT_FALSE(Match("a\\*", "ab"));
}

TEST(GlobTest, RefusesUnfinishedPatterns) {
  for (const char* bad : {"[a", "{a,b", "a\\", "[]", "[!]", "[z-a]"}) EXPECT_FALSE(Glob::Compile(bad).ok()) << bad;
  EXPECT_FALSE(Glob::Compile(std::string(100, '{')).ok());
}

TEST(GlobTest, StaysLinearOnPatternsThatInviteBacktracking) {
  std::string pattern;
  for (int i = 0; i < 50; ++i) pattern += "*a";
  EXPECT_FALSE(Match(pattern + "b", std::string(2'000, 'a')));
}

TEST(GlobListTest, PlainTextsAreComparedAsTheyAre) {
  const Result<GlobList> plain = GlobList::Compile({"{a}", "b"});
  EXPECT_TRUE(plain->Matches("{a}"));
  EXPECT_FALSE(plain->Matches("a"));
  const Result<GlobList> globs = GlobList::Compile({"{a}", "b*"});
  EXPECT_TRUE(globs->Matches("a"));
  EXPECT_TRUE(GlobList::Compile({})->empty());
}

}  // namespace
}  // namespace firn::glob
