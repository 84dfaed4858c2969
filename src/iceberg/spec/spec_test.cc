// Values, transforms and bounds against the vectors of the specification and of Iceberg Java.

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "iceberg/json/single_value_json.h"
#include "iceberg/spec/partition_spec.h"
#include "iceberg/spec/schema.h"
#include "iceberg/spec/single_value.h"
#include "iceberg/spec/transform.h"

namespace firn::iceberg {
namespace {

int32_t Hash(const Type& type, const Literal& value) {
  const auto hash = BucketHash(type, value);
  EXPECT_TRUE(hash.ok()) << hash.error().message();
  return static_cast<int32_t>(hash.value_or(0));
}

Literal Apply(const Transform& transform, const Type& type, const Literal& value) {
  const auto result = ApplyTransform(transform, type, value);
  EXPECT_TRUE(result.ok()) << result.error().message();
  return result.value_or(Literal());
}

TEST(BucketTransform, HashesAsTheSpecificationDoes) {
  EXPECT_EQ(Hash(Type(TypeId::kInt), Literal(int32_t{34})), 2017239379);
  EXPECT_EQ(Hash(Type(TypeId::kLong), Literal(int64_t{34})), 2017239379);
  EXPECT_EQ(Hash(Type(TypeId::kLong), Literal(int64_t{-1})), 1651860712);
  EXPECT_EQ(Hash(Type::Decimal(9, 2), Literal(Decimal{1420})), -500754589);
  EXPECT_EQ(Hash(Type(TypeId::kDate), Literal(int32_t{17486})), -653330422);
  EXPECT_EQ(Hash(Type(TypeId::kTime), Literal(int64_t{81'068'000'000})), -662762989);
  EXPECT_EQ(Hash(Type(TypeId::kTimestampTz), Literal(int64_t{1'510'871'468'000'000})), -2047944441);
  EXPECT_EQ(Hash(Type(TypeId::kTimestampNs), Literal(int64_t{1'510'871'468'000'001'999})), -1207196810);
  EXPECT_EQ(Hash(Type(TypeId::kString), Literal("iceberg")), 1210000089);
  EXPECT_EQ(Hash(Type(TypeId::kBinary), Literal(std::string("\0\1\2\3", 4))), -188683207);
  EXPECT_EQ(Apply(Transform::Bucket(8), Type(TypeId::kString), Literal("host-1")), Literal(int32_t{5}));
  EXPECT_FALSE(BucketHash(Type(TypeId::kDouble), Literal(1.0)).ok());
}

TEST(TimeTransforms, RoundDownBefore1970) {
  const Type timestamp(TypeId::kTimestampTz);
  const Literal just_before(int64_t{-1});
  EXPECT_EQ(Apply(Transform::Hour(), timestamp, just_before), Literal(int32_t{-1}));
  EXPECT_EQ(Apply(Transform::Day(), timestamp, just_before), Literal(int32_t{-1}));
  EXPECT_EQ(Apply(Transform::Month(), timestamp, just_before), Literal(int32_t{-1}));
  EXPECT_EQ(Apply(Transform::Year(), timestamp, just_before), Literal(int32_t{-1}));
  EXPECT_EQ(Apply(Transform::Year(), Type(TypeId::kDate), Literal(INT32_MAX)), Literal(int32_t{5'879'610}));
  EXPECT_TRUE(Apply(Transform::Day(), timestamp, Literal()).is_null());
}

TEST(TruncateTransform, CutsNumbersDownAndTextsByCodePoints) {
  EXPECT_EQ(Apply(Transform::Truncate(10), Type(TypeId::kInt), Literal(int32_t{-1})), Literal(int32_t{-10}));
  EXPECT_EQ(Apply(Transform::Truncate(10), Type(TypeId::kLong), Literal(int64_t{19})), Literal(int64_t{10}));
  EXPECT_EQ(Apply(Transform::Truncate(50), Type::Decimal(9, 2), Literal(Decimal{1065})), Literal(Decimal{1050}));
  EXPECT_EQ(Apply(Transform::Truncate(2), Type(TypeId::kString), Literal("ÄÖÜ")), Literal("ÄÖ"));
  // Near the smallest long the result wraps as Java's does; nothing may trap.
  EXPECT_FALSE(Apply(Transform::Truncate(10), Type(TypeId::kLong), Literal(INT64_MIN)).is_null());
}

TEST(Bounds, AreTruncatedSoThatTheyStillBound) {
  EXPECT_EQ(TruncateLowerBound(TypeId::kString, "iceberg", 3), "ice");
  EXPECT_EQ(TruncateUpperBound(TypeId::kString, "iceberg", 3), "icf");
  EXPECT_EQ(TruncateUpperBound(TypeId::kString, "ice", 3), "ice");
  EXPECT_EQ(TruncateUpperBound(TypeId::kString, "a\xf4\x8f\xbf\xbfz", 2), "b");
  EXPECT_EQ(TruncateUpperBound(TypeId::kString, "\xf4\x8f\xbf\xbfz", 1), std::nullopt);
  EXPECT_EQ(TruncateUpperBound(TypeId::kString, "\xed\x9f\xbfz", 1), "\xee\x80\x80");
  EXPECT_EQ(TruncateUpperBound(TypeId::kBinary, "\x01\xff\x05", 2), "\x02");
  EXPECT_EQ(TruncateUpperBound(TypeId::kBinary, "\xff\xff\x05", 2), std::nullopt);
}

TEST(SingleValues, UseTheShortestDecimalBytes) {
  EXPECT_EQ(ToHex(DecimalBytes(1420)), "058c");
  EXPECT_EQ(ToHex(DecimalBytes(0)), "00");
  EXPECT_EQ(ToHex(DecimalBytes(128)), "0080");
  EXPECT_EQ(ToHex(DecimalBytes(-1)), "ff");
  EXPECT_EQ(*DecimalFromBytes(DecimalBytes(-129)), -129);
}

TEST(SingleValues, ReadBoundsFromBeforeAPromotion) {
  EXPECT_EQ(*FromSingleValueBytes(Type(TypeId::kLong), std::string("\xff\xff\xff\xff")), Literal(int64_t{-1}));
  EXPECT_EQ(*FromSingleValueBytes(Type(TypeId::kDouble), *ToSingleValueBytes(Type(TypeId::kFloat), Literal(1.5F))),
            Literal(1.5));
  EXPECT_FALSE(FromSingleValueBytes(Type(TypeId::kInt), std::string(8, '\0')).ok());
}

TEST(SingleValues, GoThroughJsonUnchanged) {
  const auto round_trip = [](const Type& type, const std::string& text) {
    const auto literal = ParseSingleValueJson(type, text);
    EXPECT_TRUE(literal.ok()) << text;
    return literal.ok() ? SerializeSingleValue(type, *literal) : std::string();
  };
  const std::vector<std::pair<Type, std::string>> cases = {
      {Type::Decimal(9, 2), R"("14.20")"},
      {Type(TypeId::kDate), R"("2017-11-16")"},
      {Type(TypeId::kTime), R"("22:31:08.123456")"},
      {Type(TypeId::kTimestamp), R"("1969-12-31T23:59:59.999999")"},
      {Type(TypeId::kTimestampTz), R"("2017-11-16T22:31:08.123456+00:00")"},
      {Type(TypeId::kTimestampTzNs), R"("2017-11-16T22:31:08.123456789+00:00")"},
      {Type(TypeId::kUuid), R"("f79c3e09-677c-4bbd-a479-3f349cb785e7")"},
      {Type::Fixed(4), R"("000102ff")"},
      {Type(TypeId::kLong), "-7"},
  };
  for (const auto& [type, text] : cases) EXPECT_EQ(round_trip(type, text), text);
  EXPECT_FALSE(ParseSingleValueJson(Type(TypeId::kTimestampTz), R"("2017-11-16T22:31:08+01:00")").ok());
  EXPECT_FALSE(ParseSingleValueJson(Type(TypeId::kDate), R"("2017-13-16")").ok());
}

TEST(PartitionPaths, EncodeNamesAndValuesAsForms) {
  NestedField time;
  time.id = 1;
  time.name = "ts";
  time.type = Type(TypeId::kTimestampTz);
  NestedField host = time;
  host.id = 2;
  host.name = "host";
  host.type = Type(TypeId::kString);
  const Schema schema(0, {time, host});
  PartitionSpec spec;
  spec.fields = {{1, {}, 1000, "ts_day", Transform::Day()}, {2, {}, 1001, "host", Transform::Identity()}};
  EXPECT_EQ(PartitionPath(spec, schema, {Literal(int32_t{19'782}), Literal("a b/c")}),
            "ts_day=2024-02-29/host=a+b%2Fc");
  EXPECT_EQ(PartitionPath(spec, schema, {Literal(), Literal()}), "ts_day=null/host=null");
  EXPECT_TRUE(ValidateForWriting(spec, schema).ok());
  spec.fields[0].name = "host";
  EXPECT_FALSE(ValidateForWriting(spec, schema).ok());
}

TEST(Schemas, NumberFieldsInJavasOrder) {
  const auto field = [](const char* name, const Type& type) {
    NestedField out;
    out.name = name;
    out.type = type;
    return out;
  };
  const Type number(TypeId::kInt);
  int32_t id = 100;
  std::vector<NestedField> fields = {field("a", number),
                                     field("b", Type::Struct({field("x", number), field("y", number)})),
                                     field("c", Type::List(0, Type::Struct({field("z", number)}), false)),
                                     field("d", Type::Map(0, Type(TypeId::kString), 0, number, false))};
  for (NestedField& top : fields) top.id = id++;
  int32_t last = 0;
  const Schema schema = AssignFreshIds(Schema(0, fields), 0, &last);
  EXPECT_EQ(last, 10);
  EXPECT_EQ(schema.FindField("b.x")->id, 5);
  EXPECT_EQ(schema.FindField("c.element")->id, 7);
  EXPECT_EQ(schema.FindField("c.element.z")->id, 8);
  EXPECT_EQ(schema.FindField("d.value")->id, 10);
}

}  // namespace
}  // namespace firn::iceberg
