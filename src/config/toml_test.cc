#include "config/toml.h"

#include <gtest/gtest.h>

namespace firn::config {
namespace {

/// "line: message" of the first error, or "" when `text` is TOML.
std::string ErrorOf(std::string_view text) {
  Diagnostics diagnostics;
  if (ParseToml(text, "t.conf", diagnostics).has_value()) return "";
  const auto& entry = diagnostics.entries().front();
  return std::to_string(entry.position.line) + ": " + entry.message;
}

TEST(ParseTomlTest, RefusesWhatTheLibraryOnlyAsserts) {
  for (const char* text : {"[!a]", "[.a]", "[[.a]]", "[\n", "[#", "[ # a", "[[[",
                           "[\x01"
                           "a]",
                           "a = 1979-05-27T[07:32:00Z\n", "\xc3\xbc = 2\n"}) {
    EXPECT_NE(ErrorOf(text), "") << text;
  }
}

TEST(ParseTomlTest, NamesTheLineOfWhatTheLibraryOnlyAsserts) {
  EXPECT_EQ(ErrorOf("[a]\n  b = '''\nx\n'''\n\n[.c]\nd = 1\n"), "6: this line is not TOML");
  EXPECT_EQ(ErrorOf("[.c]"), "1: this line is not TOML");
}

TEST(ParseTomlTest, TakesBracketsThatBeginLinesWithinValues) {
  EXPECT_EQ(ErrorOf("x = [\n [+1],\n [{a = 1}],\n]\n[a]\n[[ b ]]\n[\"c d\"]\n"), "");
  EXPECT_EQ(ErrorOf("# \xc3\xbc\nx = \"\xc3\xbc\"\n"), "");
}

TEST(ParseTomlTest, RefusesKeysOfManyParts) {
  const auto dotted = [](size_t parts) {
    std::string key = "a";
    for (size_t i = 1; i < parts; ++i) key += ".\"a.\"";
    return key;
  };
  for (const std::string& text : {"[" + dotted(64) + "]\n", dotted(64) + " = 1.5 # ....\n"}) {
    Diagnostics diagnostics;
    EXPECT_TRUE(ParseToml(text, "f", diagnostics).has_value());
  }
  for (const std::string& text : {"\n[" + dotted(100'000) + "]\n", "\nb = {" + dotted(65) + " = 1}\n"}) {
    Diagnostics diagnostics;
    EXPECT_FALSE(ParseToml(text, "f", diagnostics).has_value());
    ASSERT_EQ(diagnostics.entries().size(), 1U);
    EXPECT_TRUE(diagnostics.entries().front().ToString().starts_with("f:2:"));
  }
}

}  // namespace
}  // namespace firn::config
