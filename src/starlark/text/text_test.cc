#include <gtest/gtest.h>

#include "starlark/text/letter_case.h"
#include "starlark/text/quote.h"
#include "starlark/text/search.h"
#include "starlark/text/split.h"
#include "starlark/text/unicode.h"

namespace firn::starlark::text {
namespace {

template <typename Append>
std::string Made(Append append) {
  std::string out;
  append(out);
  return out;
}

TEST(Quote, EscapesWhatIsNotPrintable) {
  const auto quoted = [](std::string_view text) { return Made([&](std::string& out) { AppendQuoted(text, out); }); };
  EXPECT_EQ(quoted("a\"b\\c\n\x01\x7f"), R"("a\"b\\c\n\x01\x7f")");
  EXPECT_EQ(quoted("é世\xff\xe2\x80\x8b\xf0\x9f\x98\x80\xf3\xa0\x80\x81"), "\"é世\\xff\\u200b\U0001F600\\U000e0001\"");
  EXPECT_EQ(Made([](std::string& out) { AppendQuotedBytes("\0\xff", out); }), R"(b"")");
  EXPECT_EQ(QuotedCharacter(']'), "']'");
  EXPECT_EQ(QuotedCharacter('\''), R"('\'')");
  EXPECT_EQ(QuotedCharacter(0), R"('\x00')");
  EXPECT_EQ(QuotedCharacter(0xe9), "'é'");
  EXPECT_EQ(Made([](std::string& out) {
              AppendValidUtf8(
                  "a\xff"
                  "b",
                  out);
            }),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(LetterCase, MapsAsGoDoes) {
  const auto mapped = [](auto function, std::string_view text) {
    return Made([&](std::string& out) { function(text, out); });
  };
  EXPECT_EQ(mapped(AppendUpper, "straße ǆ ÿ"), "STRAßE Ǆ Ÿ");
  EXPECT_EQ(mapped(AppendLower, "ÄΣİ"), "äσi");
  EXPECT_EQ(mapped(AppendTitle, "hElLo wORLD's 1a ǆx"), "Hello World'S 1A ǅx");
  EXPECT_EQ(mapped(AppendCapitalized, "ǆ HELLO"), "ǅ hello");
  EXPECT_EQ(mapped(AppendLower, "A\xff"), "a\xEF\xBF\xBD");
}

TEST(LetterCase, AnswersQuestionsAboutWholeTexts) {
  EXPECT_TRUE(IsLowerText("abc 1"));
  EXPECT_FALSE(IsLowerText("123"));
  EXPECT_FALSE(IsLowerText("a\xff"));
  EXPECT_TRUE(IsUpperText("ÄB"));
  EXPECT_TRUE(IsTitleText("Hello World"));
  EXPECT_FALSE(IsTitleText("HEllo"));
  EXPECT_FALSE(IsTitleText("1"));
  EXPECT_TRUE(IsAlphanumericText("é٣x"));
  EXPECT_FALSE(IsAlphanumericText(""));
  EXPECT_TRUE(IsAlphabeticText("日本"));
  EXPECT_TRUE(IsDigitText("٣4"));
  EXPECT_FALSE(IsDigitText("½"));
  EXPECT_TRUE(IsSpaceText(" \t\n\u3000\u0085"));
}

TEST(Search, FindsCountsAndReplaces) {
  EXPECT_EQ(Find("abcabc", "bc"), 1u);
  EXPECT_EQ(FindLast("abcabc", "bc"), 4u);
  EXPECT_EQ(Find("abc", ""), 0u);
  EXPECT_EQ(FindLast("abc", ""), 3u);
  EXPECT_EQ(Find("ab", "abc"), kNotFound);
  EXPECT_EQ(Count("aaaa", "aa"), 2u);
  EXPECT_EQ(Count("aé\xff", ""), 4u);
  const auto replaced = [](std::string_view text, std::string_view wanted, std::string_view with, int64_t limit) {
    std::string out;
    AppendReplaced(text, wanted, with, limit, out);
    EXPECT_EQ(ReplacedSize(text, wanted, with, limit), out.size());
    return out;
  };
  EXPECT_EQ(replaced("banana", "a", "oo", -1), "boonoonoo");
  EXPECT_EQ(replaced("banana", "a", "oo", 2), "boonoona");
  EXPECT_EQ(replaced("abé", "", "-", 2), "-a-bé");
  EXPECT_EQ(replaced("é", "", "-", -1), "-é-");
  EXPECT_EQ(replaced("", "", "-", -1), "-");
  EXPECT_EQ(replaced("a", "a", "b", 0), "a");
}

TEST(Search, StripsCodePointsAndSpace) {
  EXPECT_EQ(StripLeft(StripRight("éaé", "é"), "é"), "a");
  EXPECT_EQ(StripSpaceRight(StripSpaceLeft(" \u3000x\u0085\n")), "x");
  EXPECT_EQ(StripRight("a\xff\xff", "\xff"), "a");  // As in Go, such bytes count as U+FFFD.
  EXPECT_EQ(StripWordRight("a bc"), "a ");
}

TEST(Search, HashesAsTheReferenceDoes) {
  EXPECT_EQ(HashText("abc"), 96354);
  EXPECT_EQ(HashText("é"), 233);
  EXPECT_EQ(HashText("𝄞"), 119070);
  EXPECT_EQ(HashByteString("abc"), 440920331u);
}

TEST(Split, CutsFromBothEnds) {
  const auto split = [](auto function, auto... arguments) {
    Pieces pieces;
    function(arguments..., pieces);
    return pieces;
  };
  const std::string_view text = "a,b,,c";
  EXPECT_EQ(split(SplitAt, text, std::string_view(","), -1), (Pieces{"a", "b", "", "c"}));
  EXPECT_EQ(split(SplitAt, text, std::string_view(","), 1), (Pieces{"a", "b,,c"}));
  EXPECT_EQ(split(SplitAt, text, std::string_view(","), 0), (Pieces{"a,b,,c"}));
  EXPECT_EQ(split(SplitAtFromRight, text, std::string_view(","), 1), (Pieces{"a,b,", "c"}));
  EXPECT_EQ(split(SplitAtFromRight, text, std::string_view(","), 0), (Pieces{"a,b,,c"}));
  EXPECT_EQ(split(SplitAtFromRight, text, std::string_view(","), 9), (Pieces{"a", "b", "", "c"}));
  EXPECT_EQ(split(SplitAtFromRight, std::string_view("aaa"), std::string_view("aa"), 1), (Pieces{"", "a"}));
  EXPECT_EQ(split(SplitAtSpace, std::string_view(" a\u3000b  c "), -1), (Pieces{"a", "b", "c"}));
  EXPECT_EQ(split(SplitAtSpace, std::string_view(" a  b  c "), 1), (Pieces{"a", "b  c "}));
  EXPECT_EQ(split(SplitAtSpaceFromRight, std::string_view(" a  b  c "), 1), (Pieces{" a  b", "c"}));
  EXPECT_EQ(split(SplitAtSpaceFromRight, std::string_view(" a é\xff "), -1), (Pieces{"a", "é\xff"}));
  EXPECT_EQ(split(SplitLines, std::string_view("a\r\n\nb"), LineEnds::kDrop), (Pieces{"a\r", "", "b"}));
  EXPECT_EQ(split(SplitLines, std::string_view("a\nb\n"), LineEnds::kKeep), (Pieces{"a\n", "b\n"}));
  EXPECT_EQ(split(SplitLines, std::string_view(""), LineEnds::kDrop), (Pieces{}));
}

}  // namespace
}  // namespace firn::starlark::text
