#include "point/batch_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/bytes.h"
#include "point/batch_builder.h"

namespace firn::point {
namespace {

Batch Example() {
  BatchBuilder builder;
  const std::vector<Tag> a = {{"host", "a"}, {"zone", "\xff\xfe"}};
  const std::vector<Tag> b = {{"host", "b"}};
  builder.Add("cpu", a, std::vector<Field>{{"f", std::nan("")}, {"i", std::numeric_limits<int64_t>::min()}}, -5);
  builder.Add("cpu", b,
              std::vector<Field>{{"u", std::numeric_limits<uint64_t>::max()}, {"s", std::string_view("x\n\"")}}, 7);
  builder.Add("cpu", a, std::vector<Field>{{"b", true}, {"s", std::string_view("")}}, 9);
  return std::move(builder.Take().at(0));
}

TEST(BatchCodec, RoundTripsEveryTypeAndGaps) {
  Batch batch = Example();
  batch.database = "db";
  batch.series_intact = false;
  batch.only_if_absent = true;
  std::string bytes;
  EncodeBatch(batch, bytes);
  EncodeBatch(batch, bytes);
  std::string_view rest = bytes;
  SeriesTables tables(1 << 20);
  for (int i = 0; i < 2; ++i) {
    const Result<Batch> decoded = DecodeBatch(rest, tables);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    EXPECT_EQ(ToText(*decoded), ToText(batch));
    EXPECT_EQ(decoded->database, "db");
    EXPECT_FALSE(decoded->series_intact);
    EXPECT_TRUE(decoded->only_if_absent);
  }
  EXPECT_TRUE(rest.empty());
}

// The worked example of docs/formats/batch.md.
TEST(BatchCodec, WritesTheDocumentedBytes) {
  BatchBuilder builder;
  builder.Add("m", {}, std::vector<Field>{{"v", 1.0}}, 2);
  std::string bytes;
  EncodeBatch(builder.Take().at(0), bytes);
  EXPECT_EQ(ToHex(bytes),
            "02"
            "016d"
            "00"
            "01"
            "01"
            "0200000000000000"
            "010000"
            "01"
            "01760000"
            "000000000000f03f");
}

TEST(BatchCodec, WritesOnlySeriesInUse) {
  const Batch batch = Example().Slice(1, 2);
  std::string bytes;
  EncodeBatch(batch, bytes);
  std::string_view rest = bytes;
  SeriesTables tables(1 << 20);
  EXPECT_EQ(DecodeBatch(rest, tables)->series_view.series_count(), 1u);
}

// Numbers take one, two or four bytes, by how many there are.
TEST(BatchCodec, RoundTripsManySeriesInAnyOrderOfUse) {
  for (const int count : {255, 256, 257, 65'536, 65'537}) {
    BatchBuilder builder;
    for (int i = count - 1; i >= 0; --i) {
      const std::string host = std::to_string(i);
      builder.Add("cpu", std::vector<Tag>{{"host", host}, {"zone", "z"}}, std::vector<Field>{{"v", int64_t{i}}}, i);
    }
    const Batch batch = std::move(builder.Take().at(0));
    std::string bytes;
    EncodeBatch(batch, bytes);
    std::string_view rest = bytes;
    SeriesTables tables(1 << 20);
    const Result<Batch> decoded = DecodeBatch(rest, tables);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    EXPECT_EQ(ToText(*decoded), ToText(batch)) << count;
  }
}

TEST(BatchCodec, RoundTripsAFewSeriesOfALargeTable) {
  BatchBuilder builder;
  for (int i = 0; i < 10'000; ++i) {
    const std::string host = std::to_string(i);
    builder.Add("cpu", std::vector<Tag>{{"host", host}}, std::vector<Field>{{"v", int64_t{i}}}, i);
  }
  const Batch batch = std::move(builder.Take().at(0)).Slice(9'998, 10'000);
  std::string bytes;
  EncodeBatch(batch, bytes);
  std::string_view rest = bytes;
  SeriesTables tables(1 << 20);
  const Result<Batch> decoded = DecodeBatch(rest, tables);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  EXPECT_EQ(ToText(*decoded), ToText(batch));
  EXPECT_LT(bytes.size(), 100u);
}

TEST(BatchCodec, RefusesEveryCutAndSurvivesEveryFlippedByte) {
  std::string bytes;
  EncodeBatch(Example(), bytes);
  SeriesTables tables(1 << 20);
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::string_view cut = std::string_view(bytes).substr(0, size);
    EXPECT_FALSE(DecodeBatch(cut, tables).ok()) << size;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(~flipped[at]);
    std::string_view view = flipped;
    const Result<Batch> decoded = DecodeBatch(view, tables);
    EXPECT_TRUE(!decoded.ok() || decoded->Validate().ok());
  }
}

TEST(BatchCodec, BatchesOfAMeasurementShareTheSeriesTableThatTheyAreReadInto) {
  std::string bytes;
  EncodeBatch(Example(), bytes);
  EncodeBatch(Example(), bytes);
  std::string_view rest = bytes;
  SeriesTables tables(1 << 20);
  const Result<Batch> first = DecodeBatch(rest, tables);
  const Result<Batch> second = DecodeBatch(rest, tables);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->series_view.table(), second->series_view.table());
  EXPECT_EQ(first->series, second->series);
  EXPECT_EQ(ToText(*second), ToText(Example()));
}

std::shared_ptr<const SeriesTable> TableWith(SeriesTables& tables, const std::vector<Tag>& tags) {
  return tables.Extend("a", [&](SeriesTable& table) { table.FindOrAdd(tags); }).table();
}

TEST(SeriesTables, BeginAnewWhenTheyHaveOutgrownTheirBound) {
  SeriesTables tables(4'096);
  const std::shared_ptr<const SeriesTable> first = TableWith(tables, {{"host", "h"}});
  const std::string long_value(5'000, 'v');
  EXPECT_EQ(TableWith(tables, {{"host", long_value}}), first);
  EXPECT_NE(TableWith(tables, {{"host", "h"}}), first);
}

TEST(SeriesTables, BeginAnewWhenMostTagsAreAbsent) {
  SeriesTables tables(1 << 30);
  const std::shared_ptr<const SeriesTable> first = TableWith(tables, {{"key", "v"}});
  for (int i = 0; i < 300; ++i) {
    const std::string key = "key" + std::to_string(i);
    TableWith(tables, {{key, "v"}});
  }
  EXPECT_NE(TableWith(tables, {{"key", "v"}}), first);
}

}  // namespace
}  // namespace firn::point
