#include "lake/table_template.h"

#include <gtest/gtest.h>

#include "lake/lake_options.h"
#include "lake/partitioning.h"
#include "point/batch_builder.h"

namespace firn::lake {
namespace {

point::Batch CpuBatch() {
  point::BatchBuilder builder;
  const point::Tag tag{"host", "a"};
  const point::Field field{"v", 1.0};
  builder.Add("cpu", {&tag, 1}, {&field, 1}, 0);
  auto batches = builder.Take();
  batches[0].database = "db";
  return std::move(batches[0]);
}

std::string Render(std::string_view text) {
  auto parsed = TableTemplate::Parse(text);
  return parsed.ok() ? parsed->Render(CpuBatch(), 0) : "error: " + parsed.error().message();
}

TEST(TableTemplate, RendersNameDatabaseAndTags) {
  EXPECT_EQ(Render("{{.Name}}"), "cpu");
  EXPECT_EQ(Render("x_{{ .Database }}.{{.Tag \"host\"}}!"), "x_db.a!");
  EXPECT_EQ(Render("{{.Tag `none`}}t"), "t");
}

TEST(TableTemplate, KnowsWhetherTagsMatter) {
  EXPECT_FALSE(TableTemplate::Parse("{{.Name}}")->depends_on_tags());
  EXPECT_TRUE(TableTemplate::Parse("{{.Tag \"host\"}}")->depends_on_tags());
}

TEST(TableTemplate, RefusesWhatItDoesNotKnowAndSaysWhere) {
  EXPECT_FALSE(TableTemplate::Parse("").ok());
  EXPECT_FALSE(TableTemplate::Parse("{{.Tag host}}").ok());
  EXPECT_NE(Render("ab{{.Field}}").find("offset 2"), std::string::npos);
  EXPECT_NE(Render("{{.Name").find("never closed"), std::string::npos);
}

TEST(TableName, IsBounded) {
  EXPECT_TRUE(CheckTableName("disk.io").ok());
  EXPECT_FALSE(CheckTableName("").ok());
  EXPECT_FALSE(CheckTableName("a\nb").ok());
  EXPECT_FALSE(CheckTableName(std::string(256, 'x')).ok());
}

TEST(PathPart, CannotLeaveItsFolder) {
  EXPECT_EQ(EncodePathPart("disk.io"), "disk.io");
  EXPECT_EQ(EncodePathPart(".."), "%2E.");
  EXPECT_EQ(EncodePathPart("a/b c"), "a%2Fb%20c");
}

TEST(PartitionField, TakesBothSpellings) {
  for (const char* text : {"bucket(16, host)", "bucket(host,16)"}) {
    const auto parsed = ParsePartitionField(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed->column, "host");
    EXPECT_EQ(parsed->transform, iceberg::Transform::Bucket(16));
  }
  EXPECT_EQ(ParsePartitionField("days(time)")->transform, iceberg::Transform::Day());
  EXPECT_EQ(ParsePartitionField(" host ")->transform, iceberg::Transform::Identity());
}

TEST(PartitionField, RefusesNonsense) {
  for (const char* text : {"", "day()", "week(time)", "bucket(host)", "bucket(0, host)", "bucket(16, )", "day(time"}) {
    EXPECT_EQ(ParsePartitionField(text).status().ok(), false) << text;
  }
}

TEST(LakeOptionsOverrides, ApplyToMatchingTablesInOrder) {
  LakeOptions options;
  options.overrides.resize(2);
  options.overrides[0].tables = "cpu*";
  options.overrides[0].target_file_bytes = 1;
  options.overrides[0].max_columns = 5;
  options.overrides[1].tables = "*_v?";
  options.overrides[1].target_file_bytes = 2;
  EXPECT_EQ(OptionsFor(options, "mem").target_file_bytes, options.defaults.target_file_bytes);
  EXPECT_EQ(OptionsFor(options, "cpu").target_file_bytes, 1U);
  EXPECT_EQ(OptionsFor(options, "cpu_v2").target_file_bytes, 2U);
  EXPECT_EQ(OptionsFor(options, "cpu_v2").max_columns, 5U);
}

}  // namespace
}  // namespace firn::lake
