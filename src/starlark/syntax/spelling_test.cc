#include "starlark/syntax/spelling.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "starlark/syntax/letters.h"

namespace firn::starlark {
namespace {

std::string_view Nearest(std::string_view name, std::vector<std::string_view> candidates) {
  return NearestName(name, candidates);
}

TEST(Spelling, FindsTheNearestName) {
  EXPECT_EQ(Nearest("hollo", {"goodbye", "hello"}), "hello");
  EXPECT_EQ(Nearest("apend", {"extend", "append"}), "append");
  EXPECT_EQ(Nearest("fieldnames", {"names", "field_Names"}), "field_Names");
}

TEST(Spelling, GivesNoHintWhereHalfOfTheNameDiffers) {
  EXPECT_EQ(Nearest("goodbye", {"hello"}), "");
  EXPECT_EQ(Nearest("x", {"y"}), "");
  EXPECT_EQ(Nearest("anything", {}), "");
}

TEST(Spelling, DoesNotCompareLongNames) {
  const std::string name(1000, 'a');
  const std::string other = name + "b";
  EXPECT_EQ(Nearest(name, {other}), "");
}

TEST(Letters, AreThoseOfUnicode) {
  for (const char32_t c : {U'a', U'Z', U'ª', U'é', U'ǅ', U'ʰ', U'א', U'世', U'\U0001D400', U'\U000323AF'})
    EXPECT_TRUE(IsLetter(c));
  for (const char32_t c : {U'0', U'_', U' ', U'²', U'×', U'\u0300', U'٣', U'€', U'\U0001F63F', U'\U0010FFFF'})
    EXPECT_FALSE(IsLetter(c));
}

}  // namespace
}  // namespace firn::starlark
