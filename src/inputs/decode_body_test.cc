#include "inputs/decode_body.h"

#include <gtest/gtest.h>

#include "point/row.h"

namespace firn::inputs {
namespace {

PushedBody BodyOf(std::string text) {
  PushedBody body;
  body.body = std::move(text);
  body.arrival_ns = 77;
  body.database = "db";
  return body;
}

TEST(DecodeBody, GivesLinesWithoutTimeTheArrivalAndSetsTheDatabase) {
  const auto batches = DecodeBody(BodyOf("cpu,host=a v=1\nbad\ncpu,host=b v=2 5\n"));
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(batches[0].database, "db");
  EXPECT_EQ(point::ToText(batches[0]), "cpu{host=a} v=1f @77\ncpu{host=b} v=2f @5\n");
}

TEST(DecodeBody, ReadsTimesInTheUnitOfTheBody) {
  PushedBody body = BodyOf("m v=1i 3\n");
  body.precision_ns = 1'000'000'000;
  EXPECT_EQ(point::ToText(DecodeBody(body)[0]), "m{} v=1i @3000000000\n");
}

TEST(DecodeBody, AddsTagsAndReplacesThoseOfTheSameKey) {
  PushedBody body = BodyOf("m,db=old,host=a v=1i 1\nm,host=a v=2i 2\nm v=3i 3\n");
  body.tags = {{"db", "new"}};
  const auto batches = DecodeBody(body);
  ASSERT_EQ(batches.size(), 1u);
  EXPECT_EQ(point::ToText(batches[0]), "m{db=new,host=a} v=1i @1\nm{db=new,host=a} v=2i @2\nm{db=new} v=3i @3\n");
  EXPECT_EQ(batches[0].series[0], batches[0].series[1]);
  EXPECT_TRUE(batches[0].series_intact);
  EXPECT_TRUE(batches[0].Validate().ok());
}

TEST(BodyDecoder, ForgetsTheTagsOfTheLastBody) {
  BodyDecoder decoder;
  line_protocol::ParseErrors errors;
  PushedBody body = BodyOf("m,host=a v=1i 1\n");
  body.tags = {{"bucket", "one"}};
  EXPECT_EQ(point::ToText(decoder.Decode(body, errors)[0]), "m{bucket=one,host=a} v=1i @1\n");
  EXPECT_EQ(point::ToText(decoder.Decode(body, errors)[0]), "m{bucket=one,host=a} v=1i @1\n");
  body.tags = {{"bucket", "two"}};
  EXPECT_EQ(point::ToText(decoder.Decode(body, errors)[0]), "m{bucket=two,host=a} v=1i @1\n");
  body.tags.clear();
  EXPECT_EQ(point::ToText(decoder.Decode(body, errors)[0]), "m{host=a} v=1i @1\n");
  EXPECT_TRUE(decoder.all_lines_timed());
}

TEST(BodyDecoder, ReportsBadLinesWhereTheyStand) {
  BodyDecoder decoder;
  line_protocol::ParseErrors errors;
  const auto batches = decoder.Decode(BodyOf("m v=1 1\nm v\n"), errors);
  ASSERT_EQ(batches.size(), 1u);
  ASSERT_EQ(errors.kept.size(), 1u);
  EXPECT_EQ(errors.kept[0].line, 2u);
  EXPECT_EQ(errors.Message(), "unable to parse 'm v': invalid field format");
}

}  // namespace
}  // namespace firn::inputs
