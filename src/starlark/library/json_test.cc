#include "starlark/library/json.h"

#include <gtest/gtest.h>

#include <utility>

#include "starlark/library/json_string.h"
#include "starlark/library/universe.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark::library {
namespace {

std::string Indented(std::string_view json) {
  std::string out;
  std::string problem;
  return IndentJson(json, {">", "--", 1'000'000}, out, &problem) ? out : "error: " + problem;
}

TEST(IndentJson, PutsItemsOnLinesOfTheirOwn) {
  EXPECT_EQ(Indented(R"({"a":[1,{}],"b":[]})"), "{\n>--\"a\": [\n>----1,\n>----{}\n>--],\n>--\"b\": []\n>}");
  EXPECT_EQ(Indented("  [ 1 ,2 ]  "), "[\n>--1,\n>--2\n>]  ");
  EXPECT_EQ(Indented(R"("\u12aF\n")"), R"("\u12aF\n")");
}

TEST(IndentJson, SaysWhatGoSays) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "unexpected end of JSON input"},
      {"[1,", "unexpected end of JSON input"},
      {"\"abc", "unexpected end of JSON input"},
      {"[1,2] x", "invalid character 'x' after top-level value"},
      {"[tru]", "invalid character ']' in literal true (expecting 'e')"},
      {"nul", "invalid character ' ' in literal null (expecting 'l')"},
      {"[1.]", "invalid character ']' after decimal point in numeric literal"},
      {"[01]", "invalid character '1' after array element"},
      {"1e+x", "invalid character 'x' in exponent of numeric literal"},
      {"-", "invalid character ' ' in numeric literal"},
      {"{a:1}", "invalid character 'a' looking for beginning of object key string"},
      {R"({"a":1,})", "invalid character '}' looking for beginning of object key string"},
      {R"({"a" 1})", "invalid character '1' after object key"},
      {"\"\\x\"", "invalid character 'x' in string escape code"},
      {"\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape"},
      {"[\"a\nb\"]", "invalid character '\\n' in string literal"},
  };
  for (const auto& [json, problem] : cases) EXPECT_EQ(Indented(json), "error: " + std::string(problem)) << json;
  EXPECT_EQ(Indented(std::string(20'000, '[')), "error: the result is too large");
}

TEST(JsonString, PairsSurrogatesAndReplacesLoneOnes) {
  std::string out;
  AppendUnescapedJson(R"(\u00e9\ud83d\ude00\ud800x\udc00\/\b)", out);
  EXPECT_EQ(out, "é😀\xEF\xBF\xBDx\xEF\xBF\xBD/\b");
}

TEST(JsonString, EscapesMoreWhereSomethingHasToBeEscaped) {
  std::string out;
  AppendJsonString("<a>\"", out);
  AppendJsonString("<é>&\n", out);
  EXPECT_EQ(out, R"("<a>\"""\u003cé\u003e\u0026\n")");
}

TEST(DecodeJson, RefusesNestingThatWouldEndTheStack) {
  Thread thread(StandardLibrary());
  std::string problem;
  EXPECT_TRUE(DecodeJson(thread, std::string(1'000'000, '['), &problem).is_null());
  EXPECT_EQ(problem, "at offset 1001, nested deeper than 1000 levels");
  EXPECT_FALSE(thread.failed());
}

}  // namespace
}  // namespace firn::starlark::library
