#include "query/time_travel.h"

#include <gtest/gtest.h>

namespace firn::query {
namespace {

RewrittenStatement Rewrite(std::string_view sql) {
  auto rewritten = RewriteTimeTravel(sql);
  EXPECT_TRUE(rewritten.ok()) << sql;
  return rewritten.ok() ? *rewritten : RewrittenStatement();
}

TEST(TimeTravel, LeavesOtherStatementsByteForByte) {
  const std::string sql = "SELECT  version, \"for\" -- x\n FROM a.b t WHERE x = 'FOR VERSION AS OF 1'";
  EXPECT_EQ(Rewrite(sql).sql, sql);
  EXPECT_TRUE(Rewrite(sql).versions.empty());
}

TEST(TimeTravel, GivesTheTableItsOwnNameAsAlias) {
  const auto rewritten =
      Rewrite("SELECT * FROM db.cpu FOR TIMESTAMP AS OF TIMESTAMP '2026-04-02 12:00:00' WHERE host = 'a'");
  EXPECT_EQ(rewritten.sql, "SELECT * FROM \"db\".\"cpu@1\" AS \"cpu\" WHERE host = 'a'");
  ASSERT_EQ(rewritten.versions.size(), 1U);
  const auto& version = rewritten.versions.at("cpu@1");
  EXPECT_EQ(version.kind, TableVersionRequest::Kind::kTimestamp);
  EXPECT_EQ(version.table, (std::vector<std::string>{"db", "cpu"}));
  EXPECT_EQ(version.expression, "TIMESTAMP '2026-04-02 12:00:00'");
}

TEST(TimeTravel, KeepsAnAliasThatIsThere) {
  EXPECT_EQ(Rewrite("FROM db.cpu FOR VERSION AS OF 42 AS c").sql, "FROM \"db\".\"cpu@1\" AS c");
  EXPECT_EQ(Rewrite("FROM db.cpu FOR VERSION AS OF 42 c JOIN x").sql, "FROM \"db\".\"cpu@1\" c JOIN x");
}

TEST(TimeTravel, TakesExpressionsOfTimeWhole) {
  const auto rewritten =
      Rewrite("SELECT 1 FROM (SELECT * FROM t FOR TIMESTAMP AS OF (now() - interval '1' day) AT TIME ZONE 'UTC') x");
  EXPECT_EQ(rewritten.versions.at("t@1").expression, "(now() - interval '1' day) AT TIME ZONE 'UTC'");
  EXPECT_EQ(rewritten.sql, "SELECT 1 FROM (SELECT * FROM \"t@1\" AS \"t\") x");
  EXPECT_EQ(Rewrite("FROM t FOR TIMESTAMP AS OF current_timestamp - interval '7' day a").versions.at("t@1").expression,
            "current_timestamp - interval '7' day");
}

TEST(TimeTravel, SeparatesSeveralVersionsOfOneTable) {
  const auto rewritten = Rewrite("FROM db.t FOR VERSION AS OF 1 a, db.t FOR VERSION AS OF 'tag' b, db.t c");
  EXPECT_EQ(rewritten.sql, "FROM \"db\".\"t@1\" a, \"db\".\"t@2\" b, db.t c");
  EXPECT_EQ(rewritten.versions.at("t@2").expression, "'tag'");
}

TEST(TimeTravel, KnowsSparksSpellingAndBackticks) {
  const auto rewritten = Rewrite("SELECT `a b` FROM `db`.`my t` VERSION AS OF 7");
  EXPECT_EQ(rewritten.sql, "SELECT \"a b\" FROM \"db\".\"my t@1\" AS \"my t\"");
}

TEST(TimeTravel, RefusesAClauseWithoutTableOrValue) {
  EXPECT_FALSE(RewriteTimeTravel("FROM (SELECT 1) FOR VERSION AS OF 1").ok());
  EXPECT_FALSE(RewriteTimeTravel("FROM t FOR VERSION AS OF").ok());
}

}  // namespace
}  // namespace firn::query
