#include "pipeline/journal_record.h"

#include <gtest/gtest.h>

#include "inputs/decode_body.h"
#include "point/row.h"

namespace firn::pipeline {
namespace {

inputs::PushedBody BodyOf(std::string text) {
  inputs::PushedBody body;
  body.source = "listener";
  body.database = "db";
  body.body = std::move(text);
  return body;
}

std::vector<point::Batch> RowsOf(const inputs::PushedBody& body) {
  line_protocol::ParseErrors errors;
  return inputs::BodyDecoder().Decode(body, errors);
}

std::string Lines(std::string_view fields, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "cpu,hostname=host_0,region=eu-west-1,datacenter=eu-west-1a " + std::string(fields) + " " +
            std::to_string(1'700'000'000'000'000'000 + i) + "\n";
  }
  return text;
}

TEST(JournalRecord, KeepsTheRowsOfABodyOfNumbers) {
  const inputs::PushedBody body = BodyOf(Lines("usage_user=12.25,usage_system=3.5,active=true,count=7i", 100));
  const std::vector<point::Batch> rows = RowsOf(body);
  const std::optional<std::string> payload = EncodePushedRows(body, rows);
  ASSERT_TRUE(payload.has_value());
  EXPECT_LE(payload->size(), body.body.size() / 2);
  point::SeriesTables tables(1 << 20);
  const Result<PushedRows> decoded = DecodePushedRows(*payload, tables);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  EXPECT_EQ(decoded->source, "listener");
  ASSERT_EQ(decoded->batches.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(point::ToText(decoded->batches[i]), point::ToText(rows[i]));
    EXPECT_EQ(decoded->batches[i].database, "db");
  }
}

TEST(JournalRecord, LeavesABodyOfTextToCompression) {
  const inputs::PushedBody body = BodyOf(Lines("message=\"" + std::string(500, 'x') + "\"", 100));
  EXPECT_FALSE(EncodePushedRows(body, RowsOf(body)).has_value());
}

TEST(JournalRecord, LeavesABodyWhoseTagsAllDifferToCompression) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "m,request=" + std::to_string(i) + std::string(100, 'x') + " v=1 1\n";
  const inputs::PushedBody body = BodyOf(text);
  EXPECT_FALSE(EncodePushedRows(body, RowsOf(body)).has_value());
}

TEST(JournalRecord, RefusesEveryCutOfPushedRows) {
  const inputs::PushedBody body = BodyOf(Lines("usage_user=12.25,usage_system=3.5", 40));
  const std::optional<std::string> payload = EncodePushedRows(body, RowsOf(body));
  ASSERT_TRUE(payload.has_value());
  point::SeriesTables tables(1 << 20);
  for (size_t size = 0; size < payload->size(); ++size) {
    EXPECT_FALSE(DecodePushedRows(std::string_view(*payload).substr(0, size), tables).ok()) << size;
  }
}

}  // namespace
}  // namespace firn::pipeline
