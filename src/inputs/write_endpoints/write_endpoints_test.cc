#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/line_protocol/parser.h"
#include "inputs/write_endpoints/credentials.h"
#include "inputs/write_endpoints/field_types.h"
#include "inputs/write_endpoints/json_web_token.h"
#include "inputs/write_endpoints/precision.h"
#include "inputs/write_endpoints/quoting.h"
#include "inputs/write_endpoints/telegraf_error.h"

namespace firn::inputs::write_endpoints {
namespace {

std::string MessageOf(std::string_view text) {
  line_protocol::ParserOptions options;
  options.dialect = line_protocol::Dialect::Telegraf();
  line_protocol::LineProtocolParser parser(options);
  line_protocol::ParseErrors errors;
  parser.Parse(text, 0, errors);
  return TelegrafMessage(errors);
}

// The texts are those of a real Telegraf.
TEST(TelegrafErrorTest, NamesTheByteThatTelegrafNames) {
  const std::pair<const char*, const char*> cases[] = {
      {"n v=\"a=b\",w=1=2 1", R"(expected field at 1:14: "n v=\"a=b\",w=1=2 1")"},
      {"n f=+Inf 1", R"(expected field at 1:5: "n f=+Inf 1")"},
      {"n f=NaN 1", R"(expected field at 1:5: "n f=NaN 1")"},
      {"n v= 1", R"(expected field at 1:5: "n v= 1")"},
      {"n v=+5i 1", R"(expected field at 1:5: "n v=+5i 1")"},
      {"n v=-  1", R"(expected field at 1:6: "n v=-  1")"},
      {"n v=0x1p3 1", R"(expected field at 1:6: "n v=0x1p3 1")"},
      {"\"my n\" v=1 1", R"(expected field at 1:7: "\"my n\" v=1 1")"},
      {"n v=1, 1", R"(expected field at 1:7: "n v=1, 1")"},
      {"n s=\"a\\tb\" 1", R"(expected field at 1:8: "n s=\"a\\tb\" 1")"},
      {"n,t=a 1", R"(expected field at 1:8: "n,t=a 1")"},
      {"ok v=1 1\nok v=1 1\nbad x", R"(expected field at 3:6: "bad x")"},
      {",t=a v=1 1", R"(expected measurement name at 1:1: ",t=a v=1 1")"},
      {"n", R"(expected tag at 1:2: "n")"},
      {"n, t=a v=1 1", R"(expected tag at 1:3: "n, t=a v=1 1")"},
      {"n,=a v=1 1", R"(expected tag at 1:3: "n,=a v=1 1")"},
      {"n,t v=1 1", R"(expected tag at 1:4: "n,t v=1 1")"},
      {"n v=1 12x", R"(expected timestamp at 1:9: "n v=1 12x")"},
      {"n\\", R"(parse error at 1:3: "n\\")"},
      {"n i=9223372036854775808i 1", R"(value out of range at 1:25: "n i=9223372036854775808i 1")"},
      {"n u=18446744073709551616u 1", R"(value out of range at 1:26: "n u=18446744073709551616u 1")"},
      {"n v=1 9223372036854775808", R"(value out of range at 1:26: "n v=1 9223372036854775808")"},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(MessageOf(text), "metric parse error: " + std::string(expected)) << text;
  }
}

TEST(TelegrafErrorTest, CountsTheOthers) {
  EXPECT_THAT(MessageOf("bad\nbad\n"), ::testing::EndsWith("(and 1 other parse error)"));
  EXPECT_THAT(MessageOf("bad\nbad\nbad\n"), ::testing::EndsWith("(and 2 other parse errors)"));
}

TEST(QuotingTest, WritesWhatGoWrites) {
  EXPECT_EQ(JsonQuote("a\"\\\n\x01<é\xff"), "\"a\\\"\\\\\\n\\u0001\\u003cé\\ufffd\"");
  EXPECT_EQ(GoQuote("a\"\\\n\x01<é\xff\x7f"), "\"a\\\"\\\\\\n\\x01<é\\xff\\x7f\"");
  EXPECT_EQ(JsonQuote("\xed\xa0\x80\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

http::Request With(std::string authorization) {
  http::Request request;
  request.headers = {{"authorization", std::move(authorization)}};
  return request;
}

TEST(CredentialsTest, ReadsEveryFormThatClientsSend) {
  EXPECT_EQ(ReadAuthorization(With("Basic dTpwOnc="))->user, "u");
  EXPECT_EQ(ReadAuthorization(With("Basic dTpwOnc="))->password, "p:w");
  EXPECT_EQ(ReadAuthorization(With("Token t"))->password, "t");
  EXPECT_EQ(ReadAuthorization(With("Token u:p"))->user, "u");
  EXPECT_EQ(ReadAuthorization(With("bearer a:b"))->password, "a:b");
  for (const char* none : {"", "Token", "Basic !", "Digest x", "Tokenx y"})
    EXPECT_FALSE(ReadAuthorization(With(none))) << none;
  http::Request request;
  request.query = {{"u", "me"}, {"p", "secret"}};
  EXPECT_EQ(ReadAuthorizationOrParameters(request)->password, "secret");
}

TEST(CredentialsTest, ComparesWholeTexts) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_TRUE(EqualInConstantTime("", ""));
  for (const char* other : {"", "ab", "abcd", "abd", "abcabc"})
    EXPECT_FALSE(EqualInConstantTime(other, "abc")) << other;
  EXPECT_FALSE(EqualInConstantTime("x", ""));
}

TEST(CredentialsTest, NamesATokenWithoutGivingItAway) {
  EXPECT_EQ(TokenName(""), "");
  EXPECT_EQ(TokenName("secret").size(), 16U);
  EXPECT_NE(TokenName("secret"), TokenName("other"));
}

// {"alg":"HS256","typ":"JWT"}, {"username":"me","exp":2000000000}, signed with "s3cret" by Python's hmac.
constexpr const char* kSigned =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VybmFtZSI6Im1lIiwiZXhwIjoyMDAwMDAwMDAwfQ.qAlfoRhu8iZorITaP9uT6JL5-"
    "jrdRbVC1eVGk1Zs1q8";

TEST(JsonWebTokenTest, TakesASignedTokenUntilItExpires) {
  FakeClock clock(1'700'000'000'000'000'000);
  const http::Request request = With(std::string("Bearer ") + kSigned);
  EXPECT_TRUE(HoldsToken(request, "s3cret", "me", clock));
  EXPECT_FALSE(HoldsToken(request, "other", "me", clock));
  EXPECT_FALSE(HoldsToken(request, "s3cret", "you", clock));
  clock.JumpTo(2'000'000'000'000'000'000);
  EXPECT_FALSE(HoldsToken(request, "s3cret", "me", clock));
}

TEST(JsonWebTokenTest, RefusesWhatItDidNotSign) {
  FakeClock clock(1'700'000'000'000'000'000);
  for (const char* token : {"", "a.b", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.eyJ1c2VybmFtZSI6Im1lIn0."}) {
    EXPECT_FALSE(HoldsToken(With(std::string("Bearer ") + token), "s3cret", "me", clock)) << token;
  }
}

TEST(PrecisionTest, GuessesUnitsByMagnitude) {
  std::vector<point::Batch> batches(1);
  batches[0].times = {1'700'000'000, 1'700'000'000'000, 1'700'000'000'000'000, 1'700'000'000'000'000'000, -5};
  EXPECT_TRUE(GuessUnits(batches));
  const int64_t second = 1'000'000'000;
  const int64_t same = 1'700'000'000 * second;
  EXPECT_EQ(batches[0].times, (std::vector<int64_t>{same, same, same, same, -5 * second}));
}

std::vector<point::Batch> Parse(std::string_view text) {
  line_protocol::LineProtocolParser parser({});
  line_protocol::ParseErrors errors;
  return parser.Parse(text, 0, errors);
}

TEST(FieldTypesTest, DropsPointsOfAnotherTypeAndFieldsNamedTime) {
  FieldTypes types;
  auto first = Parse("m v=1i 1\nm v=2.5 2\nm v=3i,w=1 3\n");
  const FieldRefusals refusals = types.Apply(first);
  EXPECT_EQ(refusals.dropped, 1U);
  EXPECT_EQ(
      refusals.reason,
      "field type conflict: input field \"v\" on measurement \"m\" is type float, already exists as type integer");
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].rows(), 2U);
  auto second = Parse("m v=\"s\" 1\nn v=\"s\" 1\n");
  EXPECT_EQ(types.Apply(second).dropped, 1U);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].measurement, "n");
  auto third = Parse("m time=1,w=2 1\nm time=3 2\n");
  EXPECT_EQ(types.Apply(third).reason, "invalid field name: input field \"time\" on measurement \"m\" is invalid");
  EXPECT_EQ(third[0].rows(), 1U);
}

TEST(FieldTypesTest, ForgetsNothingThatFitsAndRemembersNoMore) {
  FieldTypes types(1);
  auto first = Parse("m a=1i,b=1i 1\n");
  EXPECT_TRUE(types.Apply(first).empty());
  auto second = Parse("m a=1 1\nm b=1 1\n");
  EXPECT_EQ(types.Apply(second).dropped, 1U);
}

}  // namespace
}  // namespace firn::inputs::write_endpoints
