#include "query/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace firn::query {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CsvLines final : public ResultSink {
 public:
  Status Begin(const std::vector<ResultColumn>&) override { return OkStatus(); }
  Status Rows(const RowChunk& chunk) override {
    for (size_t row = 0; row < chunk.row_count(); ++row) {
      std::string& line = lines.emplace_back();
      for (size_t column = 0; column < chunk.column_count(); ++column) {
        if (column > 0) line += ",";
        chunk.AppendText(column, row, line);
      }
    }
    return OkStatus();
  }
  Status End() override { return OkStatus(); }
  std::vector<std::string> lines;
};

std::unique_ptr<Session> MakeSession() {
  SessionOptions options;
  options.database.threads = 1;
  auto storage = storage::OpenStorage({});
  EXPECT_TRUE(storage.ok());
  auto session = Session::Make(options, *storage, nullptr);
  EXPECT_TRUE(session.ok());
  return std::move(session).value();
}

iceberg::NestedField Field(int32_t id, const std::string& name, const iceberg::Type& type) {
  iceberg::NestedField field;
  field.id = id;
  field.name = name;
  field.type = type;
  return field;
}

/// A table `lake.t` without snapshots, with the given columns.
iceberg::LoadedTable EmptyTable(std::vector<iceberg::NestedField> fields) {
  auto metadata = std::make_shared<iceberg::TableMetadata>();
  metadata->location = "/nowhere";
  metadata->schemas = {std::make_shared<iceberg::Schema>(0, std::move(fields))};
  metadata->partition_specs = {iceberg::PartitionSpec()};
  return {{{"lake"}, "t"}, "/nowhere/metadata/0.json", metadata};
}

std::vector<std::string> Lines(Session& session, const std::string& sql) {
  CsvLines lines;
  const auto report = session.Run(sql, lines);
  EXPECT_TRUE(report.ok()) << sql << ": " << (report.ok() ? "" : report.error().message());
  return lines.lines;
}

TEST(Session, ReadsATableWithoutSnapshotsAsEmptyWithItsTypes) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable(
      {Field(1, "time", iceberg::Type(iceberg::TypeId::kTimestampTz)), Field(2, "v", iceberg::Type::Decimal(9, 2))}));
  EXPECT_THAT(Lines(*session, "SELECT count(*) FROM lake.t"), ElementsAre("0"));
  EXPECT_THAT(Lines(*session, "SELECT count(*) FROM t WHERE time > now()"), ElementsAre("0"));
  EXPECT_THAT(Lines(*session, "DESCRIBE lake.t"),
              ElementsAre("time,timestamp(6) with time zone,YES,", "v,decimal(9,2),YES,"));
  EXPECT_THAT(Lines(*session, "SHOW TABLES"), ElementsAre("lake,t"));
  EXPECT_THAT(Lines(*session, "SHOW SCHEMAS"), ElementsAre("lake"));
  EXPECT_THAT(Lines(*session, "SELECT count(*) FROM lake.t$snapshots"), ElementsAre("0"));
}

TEST(Session, ShowsTheSecondOfTwoColumnsThatDifferInCaseUnderAnotherName) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable({Field(1, "host", iceberg::Type(iceberg::TypeId::kString)),
                                Field(2, "Host", iceberg::Type(iceberg::TypeId::kLong))}));
  CsvLines lines;
  const auto report = session->Run("SELECT host, \"Host_1\" FROM lake.t", lines);
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_THAT(report->notes, ElementsAre(HasSubstr("'Host' is shown as 'Host_1'")));
}

TEST(Session, RefusesTypesThatSqlWouldCut) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable({Field(1, "time", iceberg::Type(iceberg::TypeId::kTimestampTzNs))}));
  CsvLines lines;
  const auto report = session->Run("SELECT * FROM lake.t", lines);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message(), HasSubstr("timestamptz_ns"));
}

TEST(Session, RefusesToChangeTables) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable({Field(1, "v", iceberg::Type(iceberg::TypeId::kLong))}));
  CsvLines lines;
  const auto report = session->Run("INSERT INTO lake.t VALUES (1)", lines);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind(), ErrorKind::kUnsupported);
}

TEST(Session, FollowsViewsOfTheUserToTables) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable({Field(1, "v", iceberg::Type(iceberg::TypeId::kLong))}));
  Lines(*session, "CREATE VIEW mine AS SELECT v FROM lake.t");
  EXPECT_THAT(Lines(*session, "SELECT count(*) FROM mine"), ElementsAre("0"));
}

TEST(Session, NamesTheTimeWhenNothingWasThere) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable({Field(1, "v", iceberg::Type(iceberg::TypeId::kLong))}));
  CsvLines lines;
  const auto report = session->Run("SELECT * FROM lake.t FOR TIMESTAMP AS OF TIMESTAMP '2026-01-01'", lines);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message(), HasSubstr("no snapshot at or before TIMESTAMP '2026-01-01'"));
  EXPECT_THAT(Lines(*session, "SELECT 1"), ElementsAre("1"));
}

TEST(Session, KnowsAthenasNamesOfFunctions) {
  const auto session = MakeSession();
  EXPECT_THAT(Lines(*session, "SELECT approx_percentile(range, 0.5) FROM range(101)"), ElementsAre("50"));
  EXPECT_THAT(Lines(*session, "SELECT from_unixtime(0)"), ElementsAre("1970-01-01T00:00:00Z"));
}

TEST(Session, NamesATableThatIsNowhere) {
  const auto session = MakeSession();
  session->AddTable(EmptyTable({Field(1, "v", iceberg::Type(iceberg::TypeId::kLong))}));
  CsvLines lines;
  const auto report = session->Run("SELECT * FROM lake.other", lines);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message(), "no table 'lake.other'");
}

TEST(Session, InterruptEndsAQueryAndLeavesTheSessionUsable) {
  const auto session = MakeSession();
  std::atomic<bool> done = false;
  std::thread interrupter([&] {
    while (!done) session->Interrupt();
  });
  CsvLines lines;
  const auto report = session->Run("SELECT count(*) FROM range(10000000000) a, range(1000) b", lines);
  done = true;
  interrupter.join();
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().kind(), ErrorKind::kCancelled) << report.error().message();
  EXPECT_THAT(Lines(*session, "SELECT 2"), ElementsAre("2"));
}

}  // namespace
}  // namespace firn::query
