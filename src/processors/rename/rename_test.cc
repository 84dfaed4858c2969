#include "processors/rename/rename.h"

#include <gtest/gtest.h>

#include "config/common_options.h"
#include "config/toml.h"
#include "point/batch_builder.h"
#include "point/row.h"

namespace firn::processors {
namespace {

using point::Field;
using point::Tag;

std::unique_ptr<Processor> Make(std::vector<RenameRule> rules) {
  return MakeRename({std::move(rules)});
}

RenameRule Measurement(std::string from, std::string to) {
  return {std::move(from), "", "", std::move(to)};
}
RenameRule TagRule(std::string from, std::string to) {
  return {"", std::move(from), "", std::move(to)};
}
RenameRule FieldRule(std::string from, std::string to) {
  return {"", "", std::move(from), std::move(to)};
}

struct Row {
  std::vector<Tag> tags;
  std::vector<Field> fields;
};

point::Batch BatchOf(const std::vector<Row>& rows) {
  point::BatchBuilder builder;
  int64_t time = 0;
  for (const Row& row : rows) builder.Add("m", row.tags, row.fields, ++time);
  return std::move(builder.Take().at(0));
}

point::Batch RunThrough(Processor& processor, point::Batch batch) {
  point::Batch result;
  const Status status = processor.Process(std::move(batch), [&](point::Batch out) {
    EXPECT_TRUE(out.Validate().ok());
    result = std::move(out);
    return OkStatus();
  });
  EXPECT_TRUE(status.ok());
  return result;
}

TEST(RenameTest, RenamesMeasurementsTagsAndFieldsAndKeepsTheSeries) {
  const auto rename = Make({Measurement("m", "n"), TagRule("host", "hostname"), FieldRule("a", "c")});
  const point::Batch batch =
      RunThrough(*rename, BatchOf({{{{"host", "x"}, {"z", "1"}}, {{"a", int64_t{1}}, {"b", 0.5}}}}));
  EXPECT_EQ(point::ToText(batch), "n{hostname=x,z=1} b=0.5f c=1i @1\n");
  EXPECT_TRUE(batch.series_intact);
}

TEST(RenameTest, EachRuleSeesTheResultOfTheFormer) {
  const auto rename = Make({FieldRule("a", "b"), FieldRule("b", "c"), Measurement("m", "n"), Measurement("n", "o"),
                            TagRule("x", "y"), TagRule("y", "z")});
  EXPECT_EQ(point::ToText(RunThrough(*rename, BatchOf({{{{"x", "1"}}, {{"a", int64_t{1}}}}}))), "o{z=1} c=1i @1\n");
}

TEST(RenameTest, RulesWithoutDestinationDoNothing) {
  const auto rename = Make({FieldRule("a", ""), TagRule("nosuch", "x"), Measurement("m", "")});
  EXPECT_EQ(point::ToText(RunThrough(*rename, BatchOf({{{{"x", "1"}}, {{"a", int64_t{1}}}}}))), "m{x=1} a=1i @1\n");
}

TEST(RenameTest, OnlyTheFirstKindOfARuleCounts) {
  const auto rename = Make({{"m", "x", "a", "zz"}});
  EXPECT_EQ(point::ToText(RunThrough(*rename, BatchOf({{{{"x", "1"}}, {{"a", int64_t{1}}}}}))), "zz{x=1} a=1i @1\n");
}

TEST(RenameTest, OverwritesAFieldOnlyInRowsThatHaveTheOldOne) {
  const auto rename = Make({FieldRule("a", "b")});
  const point::Batch batch = RunThrough(*rename, BatchOf({{{}, {{"a", int64_t{1}}, {"b", 0.5}}},
                                                          {{}, {{"b", 1.5}}},
                                                          {{}, {{"a", std::string_view("s")}, {"b", 2.5}}},
                                                          {{}, {{"a", 3.5}}}}));
  EXPECT_EQ(point::ToText(batch), "m{} b=1i @1\nm{} b=1.5f @2\nm{} b=\"s\" @3\nm{} b=3.5f @4\n");
}

TEST(RenameTest, RenamesAllTypesOfAField) {
  const auto rename = Make({FieldRule("a", "b")});
  const point::Batch batch = RunThrough(*rename, BatchOf({{{}, {{"a", int64_t{1}}}}, {{}, {{"a", true}}}}));
  EXPECT_EQ(point::ToText(batch), "m{} b=1i @1\nm{} b=true @2\n");
}

TEST(RenameTest, OverwritingATagBreaksTheSeries) {
  const auto rename = Make({TagRule("a", "b")});
  const point::Batch batch = RunThrough(*rename, BatchOf({{{{"a", "1"}, {"b", "2"}}, {{"f", int64_t{1}}}}}));
  EXPECT_EQ(point::ToText(batch), "m{b=1} f=1i @1\n");
  EXPECT_FALSE(batch.series_intact);
}

TEST(RenameTest, KeepsOriginAndTypesOfUntouchedBatches) {
  const auto rename = Make({TagRule("nosuch", "b")});
  point::Batch batch = BatchOf({{{{"x", "1"}}, {{"f", int64_t{1}}}}});
  batch.origin = {3, 7, 2};
  const auto table = batch.series_view.table();
  const point::Batch result = RunThrough(*rename, std::move(batch));
  EXPECT_EQ(result.series_view.table(), table);
  EXPECT_EQ(result.origin.position, 7);
}

TEST(RenameTest, BindsItsTable) {
  config::Diagnostics diagnostics;
  const auto table = config::ParseToml("[[replace]]\ntag = \"host\"\ndest = \"h\"\n", "t.conf", diagnostics);
  const Result<RenameOptions> options = RenameSchema().Bind(*table, diagnostics);
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->replace.at(0).tag, "host");
}

}  // namespace
}  // namespace firn::processors
