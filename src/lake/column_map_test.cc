#include "lake/column_map.h"

#include <gtest/gtest.h>

#include "lake/positions.h"

namespace firn::lake {
namespace {

using point::FieldType;

TEST(ColumnMap, SurvivesTheWayThroughItsProperty) {
  ColumnMap map;
  map.Set(ColumnKey::Time(), 1);
  map.Set(ColumnKey::Tag("host"), 2);
  map.Set(ColumnKey::Field("us\"age", FieldType::kFloat64), 3);
  map.Set(ColumnKey::Field("us\"age", FieldType::kString), 4);
  map.Set(ColumnKey::TimeNanos(), 5);
  EXPECT_EQ(map.ToJson(), R"({"fields":{"us\"age":{"float":3,"string":4}},"tags":{"host":2},"time":1,"time_nanos":5})");
  const auto parsed = ColumnMap::Parse(map.ToJson());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->ids(), map.ids());
  EXPECT_TRUE(parsed->HasId(4));
  EXPECT_FALSE(parsed->HasId(6));
}

TEST(ColumnMap, CallsAnythingElseCorrupt) {
  for (const char* text : {"", "[]", "{\"time\":\"1\"}", "{\"tags\":[1]}", "{\"fields\":{\"x\":1}}",
                           "{\"fields\":{\"x\":{\"int\":1}}}", "{\"time\":0}", "{\"time\":99999999999}"}) {
    const auto parsed = ColumnMap::Parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(PositionProperties, TellSourceAndShardApart) {
  const ShardName name{"file./a%b", "x.y"};
  const std::string key = PositionProperty(name);
  EXPECT_EQ(key, "firn.position.file%2E/a%25b.x%2Ey");
  const auto parsed = ParsePositionProperty(key);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->source, name.source);
  EXPECT_EQ(parsed->shard, name.shard);
  EXPECT_FALSE(ParsePositionProperty("firn.columns").has_value());
}

TEST(HeldPositions, SayHowMuchOfARangeATableHolds) {
  const ShardNames names = {{0, {"in", "a"}}, {1, {"in", "b"}}};
  const PositionRanges both = {{0, {3, 5}}, {1, {3, 5}}};
  EXPECT_EQ(Compare({}, both, names), Held::kNothing);
  EXPECT_EQ(Compare({{"firn.position.in.a", "2"}}, both, names), Held::kNothing);
  EXPECT_EQ(Compare({{"firn.position.in.a", "4"}}, both, names), Held::kPart);
  EXPECT_EQ(Compare({{"firn.position.in.a", "9"}}, both, names), Held::kPart);
  EXPECT_EQ(Compare({{"firn.position.in.a", "5"}, {"firn.position.in.b", "6"}}, both, names), Held::kAll);
  EXPECT_TRUE(CheckEpochs({{"firn.epoch.in.a", "4"}}, both, names, 4).ok());
  EXPECT_EQ(CheckEpochs({{"firn.epoch.in.a", "5"}}, both, names, 4).error().kind(), ErrorKind::kCancelled);
}

}  // namespace
}  // namespace firn::lake
