#include "formats/line_protocol/parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "point/row.h"

namespace firn::line_protocol {
namespace {

constexpr int64_t kDefaultTime = 99;

std::string TextOf(const std::vector<point::Batch>& batches) {
  std::string text;
  for (const point::Batch& batch : batches) {
    EXPECT_TRUE(batch.Validate().ok());
    text += point::ToText(batch);
  }
  return text;
}

std::string Parsed(std::string_view body, ParserOptions options = {}) {
  LineProtocolParser parser(options);
  ParseErrors errors;
  const std::string text = TextOf(parser.Parse(body, kDefaultTime, errors));
  EXPECT_TRUE(errors.empty()) << errors.Message();
  return text;
}

std::string Refusal(std::string_view body, ParserOptions options = {}) {
  LineProtocolParser parser(options);
  ParseErrors errors;
  EXPECT_EQ(TextOf(parser.Parse(body, kDefaultTime, errors)), "") << body;
  const std::string message = errors.Message();
  const size_t at = message.find("': ");
  return at == std::string::npos ? message : message.substr(at + 3);
}

TEST(LineProtocolParser, ReadsEveryType) {
  EXPECT_EQ(Parsed("m,b=2,a=1 f=1.5,i=-3i,u=4u,t=true,s=\"x y\" 7\n"),
            "m{a=1,b=2} f=1.5f i=-3i u=4u t=true s=\"x y\" @7\n");
}

TEST(LineProtocolParser, GivesLinesWithoutTimeTheDefault) {
  LineProtocolParser parser({});
  ParseErrors errors;
  EXPECT_EQ(TextOf(parser.Parse("m v=1i\n", kDefaultTime, errors)), "m{} v=1i @99\n");
  EXPECT_FALSE(parser.all_lines_timed());
  parser.Parse("m v=1i 5\n", kDefaultTime, errors);
  EXPECT_TRUE(parser.all_lines_timed());
}

TEST(LineProtocolParser, TakesEscapesFromNamesAndKeepsOtherBackslashes) {
  EXPECT_EQ(Parsed("a\\ b\\,c,k\\=1=v\\ 1\\,2 f\\ g=1i 1\n"), "a b,c{k=1=v 1,2} f g=1i @1\n");
  EXPECT_EQ(Parsed("a\\b,k=c:\\dir f\\x=1i 1\n"), "a\\b{k=c:\\dir} f\\x=1i @1\n");
}

TEST(LineProtocolParser, TakesAByteBehindARunOfBackslashesForEscaped) {
  const std::string lines = "m,dir=C:\\\\\\ x,t=\"a v=\"1\" 1\nm v=1i 2\n";
  EXPECT_EQ(Parsed(lines), "m{dir=C:\\\\ x,t=\"a} v=\"1\" @1\nm{} v=1i @2\n");
}

TEST(LineProtocolParser, UnescapesQuoteAndBackslashInStrings) {
  LineProtocolParser parser({});
  ParseErrors errors;
  const auto batches = parser.Parse("m s=\"a\\\"b\\\\c\\n\" 1\nm s=\"two\nlines\" 2\n", 0, errors);
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].fields[0].StringAt(0), "a\"b\\c\\n");
  EXPECT_EQ(batches[0].fields[0].StringAt(1), "two\nlines");
}

TEST(LineProtocolParser, SkipsBlankLinesCommentsAndCarriageReturns) {
  EXPECT_EQ(Parsed("\n  \n# comment\r\n\r\nm v=1i 1\r\n m v=2i 2\n"), "m{} v=1i @1\nm{} v=2i @2\n");
}

// The table of the reference page, "Reference error texts".
TEST(LineProtocolParser, RefusesInInfluxDbsWords) {
  const std::pair<const char*, const char*> cases[] = {
      {",t=a v=1", "missing measurement"},
      {"m", "missing fields"},
      {"m,t=a", "missing fields"},
      {"m ", "invalid field format"},
      {"m v", "invalid field format"},
      {"m v=1,", "invalid field format"},
      {"m v=1,,x=2", "invalid field format"},
      {"m v=1, x=2", "invalid field format"},
      {"m,=a v=1", "missing tag key"},
      {"m, v=1", "missing tag key"},
      {"m,t= v=1", "missing tag value"},
      {"m,t v=1", "missing tag value"},
      {"m,t=a=b v=1", "invalid tag format"},
      {"m,t=a\\ v=1", "invalid tag format"},
      {"m\\ v=1", "missing fields"},
      {"m,t=a,t=b v=1", "duplicate tags"},
      {"m,t=a,b=c,t=b v=1", "duplicate tags"},
      {"m =1", "missing field key"},
      {"m v=", "missing field value"},
      {"m v= 1", "missing field value"},
      {"m v=,x=1", "missing field value"},
      {"m v=abc", "invalid boolean"},
      {"m v='a'", "invalid boolean"},
      {"m v=tRUE", "invalid boolean"},
      {"m v=+5", "invalid boolean"},
      {"m v=Inf", "invalid boolean"},
      {"m v=1.2.3", "invalid number"},
      {"m v=NaN", "invalid number"},
      {"m v=-Inf", "invalid number"},
      {"m v=1\t5", "invalid number"},
      {"m v=1i5", "invalid number"},
      {"m v=1.0i", "invalid number"},
      {"m v=-1u", "invalid number"},
      {"m v=0x10", "invalid number"},
      {"m v=1_000", "invalid number"},
      {"m v=--1", "invalid number"},
      {"m v=-", "invalid number"},
      {"m v=.", "invalid number"},
      {"m v=1e", "invalid float"},
      {"m v=1e400", "invalid float"},
      {"m v=\"abc 5", "unbalanced quotes"},
      {"m v=\"a\"b", "invalid field format"},
      {"m v=1 1.5", "bad timestamp"},
      {"m v=1 5x", "bad timestamp"},
      {"m a=1 b=2", "bad timestamp"},
      {"m v=\"a\" \"b\"", "bad timestamp"},
      {"m v=1 -", "bad timestamp"},
      {"m v=1 5 6", "point is invalid"},
      {"m v=1 9223372036854775807", "time outside range -9223372036854775806 - 9223372036854775806"},
      {"m v=9223372036854775808i",
       "unable to parse integer 9223372036854775808: strconv.ParseInt: parsing \"9223372036854775808\": value out of "
       "range"},
  };
  for (const auto& [line, reason] : cases) {
    EXPECT_EQ(Refusal(line), reason) << line;
    // The same by way of the fast path: behind a line of its kind and well before the end.
    const std::string far_end(200, '#');
    LineProtocolParser parser({});
    ParseErrors errors;
    parser.Parse(std::string("m,t=a v=1 1\nm v=1 1\n") + line + "\n" + far_end, 0, errors);
    if (std::string_view(line) != "m v=\"abc 5") {
      EXPECT_EQ(errors.Message(), std::string("unable to parse '") + line + "': " + reason);
    }
  }
}

TEST(LineProtocolParser, TakesOddNumbersThatInfluxDbTakes) {
  EXPECT_EQ(Parsed("m a=1,b=-1.5,c=.5,d=5.,e=1e3,f=1.5E-3,g=1e-400,h=00012i 1\n"),
            "m{} a=1f b=-1.5f c=0.5f d=5f e=1000f f=0.0015f g=0f h=12i @1\n");
}

TEST(LineProtocolParser, SaysWhereALineWasRefused) {
  LineProtocolParser parser({});
  ParseErrors errors;
  const auto batches = parser.Parse("m v=1i 1\nm s=\"a\nb\" 2\nm v=1i,w=x 3\nm v=2i 4\n", 0, errors);
  ASSERT_EQ(errors.kept.size(), 1u);
  EXPECT_EQ(errors.kept[0].line, 4u);
  EXPECT_EQ(errors.kept[0].column, 10u);
  EXPECT_EQ(errors.kept[0].offset, 9u + 12u + 9u);
  EXPECT_EQ(errors.kept[0].text, "m v=1i,w=x 3");
  EXPECT_EQ(parser.last_rows(), 3u);
  EXPECT_EQ(parser.last_lines(), 5u);
  EXPECT_EQ(batches[0].rows(), 3u);
}

TEST(LineProtocolParser, ReadsTimesInItsUnitAndRefusesOverflow) {
  ParserOptions options;
  options.precision_ns = 1'000'000'000;
  EXPECT_EQ(Parsed("m v=1i -3\n", options), "m{} v=1i @-3000000000\n");
  EXPECT_EQ(Refusal("m v=1i 9223372037\n", options), "time outside range -9223372036854775806 - 9223372036854775806");
}

TEST(LineProtocolParser, LetsTheLastOfEqualFieldsStand) {
  EXPECT_EQ(Parsed("m v=1i,w=2i,v=3i 1\nm w=5i 2\n"), "m{} v=3i w=2i @1\nm{} w=5i @2\n");
  EXPECT_EQ(Parsed("m v=1i,v=\"x\" 1\nm v=2.5,v=4i 2\n"), "m{} v=\"x\" @1\nm{} v=4i @2\n");
}

TEST(LineProtocolParser, KeepsAColumnATypeOfAField) {
  LineProtocolParser parser({});
  ParseErrors errors;
  const auto batches = parser.Parse("m v=1i 1\nm v=2.5 2\nm v=\"x\" 3\nm v=4i 4\n", 0, errors);
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].FindField("v").size(), 3u);
  EXPECT_EQ(TextOf(batches), "m{} v=1i @1\nm{} v=2.5f @2\nm{} v=\"x\" @3\nm{} v=4i @4\n");
}

TEST(LineProtocolParser, GroupsByMeasurementInOrderOfAppearance) {
  EXPECT_EQ(Parsed("b v=1i 1\na v=2i 2\nb v=3i 3\n"), "b{} v=1i @1\nb{} v=3i @3\na{} v=2i @2\n");
}

TEST(LineProtocolParser, SharesOneSeriesTableBetweenBodies) {
  LineProtocolParser parser({});
  ParseErrors errors;
  const auto first = parser.Parse("m,h=a v=1i 1\n", 0, errors);
  const auto second = parser.Parse("m,h=b v=1i 1\nm,h=a v=1i 2\n", 0, errors);
  EXPECT_EQ(first[0].series_view.table(), second[0].series_view.table());
  EXPECT_EQ(second[0].series[1], first[0].series[0]);
}

TEST(LineProtocolParser, BoundsSparseBodiesToAFactorOfTheirSize) {
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += "m f" + std::to_string(i) + "=1i,t=1i " + std::to_string(i) + "\n";
  LineProtocolParser parser({});
  ParseErrors errors;
  const auto batches = parser.Parse(body, 0, errors);
  size_t bytes = 0, rows = 0;
  for (const point::Batch& batch : batches) bytes += batch.byte_size(), rows += batch.rows();
  EXPECT_EQ(rows, 10'000u);
  EXPECT_LT(bytes, 200 * body.size());
}

TEST(LineProtocolParser, ReplacesASeriesTableThatWouldBeSparse) {
  std::string body;
  for (int i = 0; i < 5'000; ++i) body += "m,t" + std::to_string(i) + "=1 v=1i " + std::to_string(i) + "\n";
  LineProtocolParser parser({});
  ParseErrors errors;
  const auto batches = parser.Parse(body, 0, errors);
  EXPECT_GT(batches.size(), 5u);
  for (const point::Batch& batch : batches) {
    EXPECT_LT(size_t{batch.series_view.series_count()} * batch.series_view.tag_column_count(), 70'000u);
  }
}

TEST(LineProtocolParser, RefusesLinesBeyondItsLimits) {
  ParserOptions options;
  options.limits.line_bytes = 40;
  options.limits.tags = 2;
  options.limits.fields = 2;
  options.limits.key_bytes = 30;
  options.limits.measurements = 1;
  EXPECT_EQ(Refusal("m v=\"" + std::string(50, 'x') + "\" 1", options), "line too long");
  EXPECT_EQ(Refusal("m,a=1,b=2,c=3 v=1", options), "too many tags");
  EXPECT_EQ(Refusal("m a=1,b=2,c=3", options), "too many fields");
  EXPECT_EQ(Refusal("m" + std::string(30, 'x') + " a=1", options), "max key length exceeded: 31 > 30");
  LineProtocolParser parser(options);
  ParseErrors errors;
  parser.Parse("a v=1i 1\nb v=1i 1\n", 0, errors);
  EXPECT_EQ(errors.Message(), "unable to parse 'b v=1i 1': too many measurements in one body");
}

TEST(LineProtocolParser, KeepsTheFirstErrorsAndCountsAll) {
  ParserOptions options;
  options.limits.errors_kept = 2;
  options.limits.error_text_bytes = 3;
  LineProtocolParser parser(options);
  ParseErrors errors;
  parser.Parse("abcdef\nb\nc\nd\n", 0, errors);
  EXPECT_EQ(errors.total, 4u);
  ASSERT_EQ(errors.kept.size(), 2u);
  EXPECT_EQ(errors.kept[0].text, "abc");
}

TEST(LineProtocolParser, LeavesAnUnfinishedLineOfAChunk) {
  LineProtocolParser parser({});
  ParseErrors errors;
  size_t consumed = 0;
  EXPECT_EQ(TextOf(parser.ParseChunk("m v=1i 1\nm s=\"a\nb", 0, errors, consumed)), "m{} v=1i @1\n");
  EXPECT_EQ(consumed, 9u);
  EXPECT_TRUE(errors.empty());
}

TEST(LineProtocolParser, FollowsTheDialect) {
  ParserOptions influxdb;
  influxdb.dialect = Dialect::InfluxDb();
  EXPECT_EQ(Refusal("m v=1i 5\r\n", influxdb), "bad timestamp");
  EXPECT_EQ(Refusal("m,time=x v=1i 5\n", influxdb), "cannot use reserved tag key \"time\"");
  ParserOptions telegraf;
  telegraf.dialect = Dialect::Telegraf();
  EXPECT_EQ(Parsed("m,t=a,t=b\tv=1i\t5\n", telegraf), "m{t=b} v=1i @5\n");
  EXPECT_EQ(Parsed("m\ts=\"a\nb\"\t5\n", telegraf), Parsed("m s=\"a\nb\" 5\n"));
  EXPECT_EQ(Refusal("m s=\"a\\tb\" 1\n", telegraf), "invalid escape in string");
}

TEST(LineProtocolParser, CountsLineFeedsInRepeatedNames) {
  LineProtocolParser parser({});
  ParseErrors errors;
  const std::string line = "m,t=a\\\nb f\\\ng=1i 1\n";
  parser.Parse(line + line + line + std::string(200, '#') + "\nbad\n", 0, errors);
  EXPECT_EQ(parser.last_rows(), 3u);
  ASSERT_EQ(errors.kept.size(), 1u);
  EXPECT_EQ(errors.kept[0].line, 11u);
}

/// Many lines that the fast path takes, with every kind of value; both paths must make the same of them.
TEST(LineProtocolParser, BothPathsAgreeOnNumbers) {
  std::string body;
  uint64_t random = 1;
  const auto next = [&] { return random = random * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407; };
  const char* const shapes[] = {"%.1f", "%.2f", "%.5f", "%.9f", "%.15f", "%.17g", "%.0f", "%e"};
  for (int i = 0; i < 20'000; ++i) {
    double value = std::bit_cast<double>(next());
    if (i % 2 == 0 || !std::isfinite(value)) value = static_cast<double>(next() >> 40) / 1'000;
    char text[400];
    std::snprintf(text, sizeof(text), shapes[next() % 8], value);
    body += "m,h=" + std::to_string(next() % 50) + " v=" + text +
            ",i=" + std::to_string(static_cast<int64_t>(next()) >> (next() % 64)) +
            "i,u=" + std::to_string(next() >> (next() % 64)) + "u,b=t,s=\"x " + std::to_string(i % 7) + "\" " +
            std::to_string(static_cast<int64_t>(next() >> 8)) + "\n";
  }
  ParserOptions plain;
  plain.plain_path_only = true;
  EXPECT_EQ(Parsed(body), Parsed(body, plain));
}

}  // namespace
}  // namespace firn::line_protocol
