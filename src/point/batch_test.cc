#include "point/batch.h"

#include <gtest/gtest.h>

#include "point/batch_builder.h"
#include "point/row.h"

namespace firn::point {
namespace {

Batch OneBatch(BatchBuilder& builder) {
  std::vector<Batch> batches = builder.Take();
  EXPECT_EQ(batches.size(), 1u);
  return std::move(batches.at(0));
}

std::vector<Tag> Host(std::string_view host) {
  return {{"host", host}};
}

TEST(BatchBuilder, KeepsTagsPerSeriesAndPadsMissingFields) {
  BatchBuilder builder;
  builder.Add("cpu", Host("a"), std::vector<Field>{{"usage", 1.5}, {"n", int64_t{3}}}, 10);
  builder.Add("cpu", Host("b"), std::vector<Field>{{"usage", 2.5}}, 20);
  builder.Add("cpu", Host("a"), std::vector<Field>{{"n", int64_t{4}}, {"s", std::string_view("x")}}, 30);
  const Batch batch = OneBatch(builder);
  ASSERT_TRUE(batch.Validate().ok());
  EXPECT_EQ(batch.series_view.series_count(), 2u);
  EXPECT_EQ(ToText(batch),
            "cpu{host=a} usage=1.5f n=3i @10\n"
            "cpu{host=b} usage=2.5f @20\n"
            "cpu{host=a} n=4i s=\"x\" @30\n");
}

TEST(BatchBuilder, KeepsOneColumnForEachTypeOfAField) {
  BatchBuilder builder;
  builder.Add("m", {}, std::vector<Field>{{"v", 1.0}}, 1);
  builder.Add("m", {}, std::vector<Field>{{"v", int64_t{2}}}, 2);
  const Batch batch = OneBatch(builder);
  ASSERT_TRUE(batch.Validate().ok());
  EXPECT_EQ(batch.FindField("v").size(), 2u);
  EXPECT_EQ(ToText(batch), "m{} v=1f @1\nm{} v=2i @2\n");
}

TEST(BatchBuilder, LastOfEqualTagsAndFieldsWinsAndEmptyTagsAreAbsent) {
  BatchBuilder builder;
  const std::vector<Tag> tags = {{"b", "1"}, {"a", "x"}, {"b", "2"}, {"c", ""}};
  builder.Add("m", tags, std::vector<Field>{{"v", 1.0}, {"v", 2.0}}, 1);
  EXPECT_EQ(ToText(OneBatch(builder)), "m{a=x,b=2} v=2f @1\n");
}

TEST(BatchBuilder, SplitsBeforeABatchBecomesSparse) {
  BatchBuilder builder;
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("f" + std::to_string(i));
  for (int i = 0; i < 5000; ++i) builder.Add("m", {}, std::vector<Field>{{names[static_cast<size_t>(i)], 1.0}}, i);
  size_t cells = 0;
  size_t rows = 0;
  for (const Batch& batch : builder.Take()) {
    cells += batch.rows() * batch.fields.size();
    rows += batch.rows();
  }
  EXPECT_EQ(rows, 5000u);
  EXPECT_LT(cells, 5000u * 512);
}

TEST(BatchBuilder, KeepsMeasurementsApartAcrossManyBatches) {
  BatchBuilder builder({.rows = 3});
  for (int i = 0; i < 10; ++i) {
    builder.Add("a", Host("x"), std::vector<Field>{{"v", double(i)}}, i);
    builder.Add("b", Host("y"), std::vector<Field>{{"v", double(i)}}, i);
  }
  size_t rows_of_a = 0;
  for (const Batch& batch : builder.Take()) {
    ASSERT_TRUE(batch.Validate().ok());
    if (batch.measurement == "a") rows_of_a += batch.rows();
  }
  EXPECT_EQ(rows_of_a, 10u);
}

TEST(Batch, SliceSelectAppendAndSplitKeepRows) {
  BatchBuilder builder;
  for (int i = 0; i < 200; ++i) {
    std::vector<Field> fields = {{"v", double(i)}};
    if (i % 3 == 0) fields.push_back({"s", std::string_view("text")});
    if (i % 7 == 0) fields.push_back({"b", i % 2 == 0});
    builder.Add("m", Host(i % 2 == 0 ? "even" : "odd"), fields, i);
  }
  const Batch batch = OneBatch(builder);
  Batch joined = batch.Slice(0, 63);
  joined.Append(batch.Slice(63, 64));
  joined.Append(batch.Slice(64, 200));
  ASSERT_TRUE(joined.Validate().ok());
  EXPECT_EQ(ToText(joined), ToText(batch));

  std::vector<uint32_t> part(200);
  for (uint32_t row = 0; row < 200; ++row) part[row] = row % 2;
  const std::vector<Batch> parts = batch.Split(part, 2);
  EXPECT_EQ(parts[0].rows() + parts[1].rows(), 200u);
  EXPECT_EQ(RowRef(parts[1], 0).tags().at(0).value, "odd");
  const std::vector<uint32_t> chosen = {199, 0};
  EXPECT_EQ(ToText(batch.Select(chosen)), "m{host=odd} v=199f @199\nm{host=even} v=0f s=\"text\" b=true @0\n");
}

TEST(FieldColumn, DropLastForgetsValueAndValidity) {
  FieldColumn column("v", FieldType::kString);
  column.AppendString("one");
  column.AppendNulls(1);
  column.DropLast();
  EXPECT_EQ(column.size(), 1u);
  EXPECT_TRUE(column.validity().empty());
  column.AppendString("two");
  EXPECT_EQ(column.StringAt(1), "two");
}

TEST(SeriesTable, GivesEqualTagSetsEqualIdsInEveryTable) {
  SeriesTable one;
  SeriesTable two;
  const std::vector<Tag> a = {{"host", "a"}, {"region", "x"}};
  const std::vector<Tag> b = {{"host", "ar"}, {"egion", "x"}};
  two.FindOrAdd(b);
  EXPECT_EQ(one.id(one.FindOrAdd(a)), two.id(two.FindOrAdd(a)));
  EXPECT_NE(MakeSeriesId(a), MakeSeriesId(b));
  EXPECT_EQ(two.FindOrAdd(a), 1u);
}

TEST(SeriesTable, AbsentTagsReadAsEmptyWhereverTheColumnBegan) {
  SeriesTable table;
  const uint32_t first = table.FindOrAdd(Host("a"));
  const std::vector<Tag> other = {{"zone", "z"}};
  const uint32_t second = table.FindOrAdd(other);
  const uint32_t third = table.FindOrAdd({});
  EXPECT_EQ(table.column(1).ValueOf(first), "");
  EXPECT_EQ(table.column(1).ValueOf(second), "z");
  EXPECT_EQ(table.column(0).ValueOf(second), "");
  EXPECT_EQ(table.column(0).ValueOf(third), "");
  EXPECT_EQ(table.column(1).ValueOf(third), "");
}

}  // namespace
}  // namespace firn::point
