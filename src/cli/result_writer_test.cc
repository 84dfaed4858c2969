#include "cli/result_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/text_table.h"

namespace firn::cli {
namespace {

using ::testing::HasSubstr;

class ResultWriter : public ::testing::Test {
 protected:
  void SetUp() override {
    query::DatabaseOptions options;
    options.threads = 1;
    auto opened = query::Database::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    database_ = std::move(opened).value();
  }

  template <typename Make, typename... Options>
  std::string Write(Make make, const std::string& sql, const Options&... options) {
    StringSink sink;
    const auto writer = make(sink, options...);
    const Status status = database_->Query(sql, *writer);
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message());
    return sink.Take();
  }

  std::unique_ptr<query::Database> database_;
};

constexpr char kValues[] =
    "SELECT 9007199254740993::BIGINT AS i, 0.1::DOUBLE AS d, 'NaN'::DOUBLE AS n, 14.20::DECIMAL(9,2) AS e, "
    "TIMESTAMPTZ '2026-01-02 03:04:05.000001+00' AS t, DATE '2026-01-02' AS a, 'x,\"y\"' AS s, '' AS empty, NULL AS "
    "nothing, '\\xAB'::BLOB AS b, "
    "[1, NULL] AS l, {'k': 1.5::DOUBLE} AS st, MAP {'a': 1} AS m, "
    "'5f8b1b4e-0b1a-4c56-9f37-7f1c2d3e4f50'::UUID AS u, 170141183460469231731687303715884105727::HUGEINT AS h";

TEST_F(ResultWriter, CsvIsExactAndTellsNullFromEmpty) {
  EXPECT_EQ(Write(&MakeCsvWriter, kValues),
            "i,d,n,e,t,a,s,empty,nothing,b,l,st,m,u,h\n"
            "9007199254740993,0.1,NaN,14.20,2026-01-02T03:04:05.000001Z,2026-01-02,\"x,\"\"y\"\"\",\"\",,ab,\"[1,null]"
            "\",\"{\"\"k\"\":1.5}\","
            "\"{\"\"a\"\":1}\",5f8b1b4e-0b1a-4c56-9f37-7f1c2d3e4f50,170141183460469231731687303715884105727\n");
}

TEST_F(ResultWriter, JsonIsAnObjectALine) {
  EXPECT_EQ(Write(&MakeJsonWriter, kValues),
            "{\"i\":9007199254740993,\"d\":0.1,\"n\":\"NaN\",\"e\":14.20,\"t\":\"2026-01-02T03:04:05.000001Z\",\"a\":"
            "\"2026-01-02\",\"s\":\"x,\\\"y\\\"\","
            "\"empty\":\"\",\"nothing\":null,\"b\":\"ab\",\"l\":[1,null],\"st\":{\"k\":1.5},\"m\":{\"a\":1},"
            "\"u\":\"5f8b1b4e-0b1a-4c56-9f37-7f1c2d3e4f50\",\"h\":170141183460469231731687303715884105727}\n");
}

TEST_F(ResultWriter, TypesThatOnlyDuckDbKnowsComeAsItsText) {
  EXPECT_EQ(Write(&MakeCsvWriter, "SELECT '0101'::BIT AS b, 1 AS i"), "b,i\n0101,1\n");
}

TEST_F(ResultWriter, BoxCountsTheRowsThatItDoesNotShow) {
  const std::string box = Write(&MakeBoxWriter, "SELECT range AS n FROM range(1234)", BoxOptions{0, 2});
  EXPECT_EQ(box,
            "┌───┐\n"
            "│ n │\n"
            "├───┤\n"
            "│ 0 │\n"
            "│ 1 │\n"
            "└───┘\n"
            "… 1,234 rows, 2 shown (--max-rows 0 shows all)\n");
}

TEST_F(ResultWriter, BoxFitsTheTerminal) {
  const std::string box = Write(&MakeBoxWriter, "SELECT repeat('ab', 50) AS long, 7 AS n", BoxOptions{30, 0});
  EXPECT_THAT(box, HasSubstr("│ ababababababababababa… │ 7 │"));
  EXPECT_THAT(box, HasSubstr("1 row\n"));
  const std::string line = box.substr(0, box.find('\n'));
  EXPECT_LE(DisplayWidth(line), 30U);
}

TEST_F(ResultWriter, WritesManyChunks) {
  const std::string csv = Write(&MakeCsvWriter, "SELECT range AS n FROM range(10000) ORDER BY n");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 10'001);
  EXPECT_TRUE(csv.ends_with("\n9999\n"));
}

TEST(TextTable, CountsCellsOfATerminal) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("東京"), 4U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
  EXPECT_EQ(FitTo("東京都庁", 5), "東京…");
  EXPECT_EQ(FitTo("a\nb", 3), "a b");
}

}  // namespace
}  // namespace firn::cli
