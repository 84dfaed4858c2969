#include "formats/avro/container.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "formats/avro/codec.h"
#include "formats/avro/encoder.h"

namespace firn::avro {
namespace {

constexpr char kSchema[] = R"({"type":"record","name":"r","fields":[
  {"name":"id","type":"long","field-id":1},
  {"name":"text","type":["null","string"],"default":null,"field-id":2},
  {"name":"pairs","field-id":3,"type":{"type":"array","logicalType":"map","items":
    {"type":"record","name":"k4_v5","fields":[{"name":"key","type":"int","field-id":4},{"name":"value","type":"long","field-id":5}]}}}]})";

std::string Datum(int64_t id, std::string_view text) {
  Encoder encoder;
  encoder.WriteLong(id);
  encoder.WriteBranch(1);
  encoder.WriteBytes(text);
  encoder.EndBlocks();
  return encoder.bytes();
}

std::string File(const std::string& codec, int64_t records) {
  auto writer = ContainerWriter::Make({kSchema, codec, {{"extra", "value"}}});
  EXPECT_TRUE(writer.ok());
  for (int64_t i = 0; i < records; ++i) EXPECT_TRUE(writer->Append(Datum(i, "some text")).ok());
  auto file = writer->Finish();
  EXPECT_TRUE(file.ok());
  return file.value();
}

Status Count(std::string_view file, int64_t* records, ContainerLimits limits = {}) {
  return ReadContainer(file, limits, [&](const ContainerHeader& header, Decoder& decoder) {
    decoder.Skip(*header.schema);
    ++*records;
    return OkStatus();
  });
}

TEST(AvroContainer, ReadsBackEveryRecordInEveryCodecThatItWrites) {
  for (const char* codec : {"null", "deflate", "zstandard"}) {
    int64_t records = 0;
    const std::string file = File(codec, 10'000);
    ASSERT_TRUE(Count(file, &records).ok()) << codec;
    EXPECT_EQ(records, 10'000) << codec;
  }
}

TEST(AvroContainer, KeepsMetadataAndAttributes) {
  const auto header = ReadContainerHeader(File("null", 0));
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->metadata.at("extra"), "value");
  EXPECT_EQ(header->schema->fields[1].field_id, 2);
  EXPECT_TRUE(header->schema->fields[2].type->is_keyed_array());
}

TEST(AvroContainer, EqualInputGivesEqualBytes) {
  EXPECT_EQ(File("deflate", 3), File("deflate", 3));
}

TEST(AvroContainer, RefusesEveryTruncation) {
  const std::string file = File("null", 3);
  int64_t records = 0;
  for (size_t size = 0; size < file.size(); ++size) {
    const Status status = Count(std::string_view(file).substr(0, size), &records);
    // A file that ends right after its header is a file without records.
    if (status.ok()) {
      EXPECT_EQ(size, File("null", 0).size());
    }
  }
}

TEST(AvroContainer, RefusesAWrongSyncMarker) {
  std::string file = File("deflate", 3);
  file.back() = static_cast<char>(file.back() ^ 1);
  int64_t records = 0;
  const Status status = Count(file, &records);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kCorrupt);
}

TEST(AvroContainer, RefusesBlocksBeyondTheLimit) {
  int64_t records = 0;
  const Status status = Count(File("deflate", 1'000), &records, {.block_bytes = 100, .total_bytes = 1'000'000});
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kResourceExhausted);
}

TEST(AvroDecoder, RefusesCountsThatTheBytesCannotHold) {
  Encoder encoder;
  encoder.WriteLong(INT64_MAX);
  Decoder decoder(encoder.bytes());
  int64_t items = 0;
  decoder.ReadBlocks([&] {
    decoder.ReadLong();
    ++items;
  });
  EXPECT_FALSE(decoder.ok());
  EXPECT_LE(items, 1);
}

TEST(AvroDecoder, BoundsItemsOfNoBytes) {
  Encoder encoder;
  encoder.WriteLong(INT64_MAX);
  Decoder decoder(encoder.bytes());
  decoder.ReadBlocks([] {});
  EXPECT_FALSE(decoder.ok());
}

TEST(AvroDecoder, ReadsWhatTheEncoderWrote) {
  for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{63}, int64_t{-64}, int64_t{64}, INT64_MAX, INT64_MIN}) {
    Encoder encoder;
    encoder.WriteLong(value);
    Decoder decoder(encoder.bytes());
    EXPECT_EQ(decoder.ReadLong(), value);
    EXPECT_TRUE(decoder.ok() && decoder.at_end());
  }
}

TEST(AvroSchema, RefusesRecursionAndDepth) {
  EXPECT_FALSE(ParseSchema(R"({"type":"record","name":"a","fields":[{"name":"next","type":["null","a"]}]})").ok());
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += R"({"type":"array","items":)";
  deep += "\"int\"" + std::string(1000, '}');
  EXPECT_FALSE(ParseSchema(deep).ok());
  EXPECT_FALSE(ParseSchema("<html>").ok());
}

TEST(AvroSchema, RefusesNamedTypesThatMultiply) {
  std::string fields;
  for (int i = 1; i <= 40; ++i) {
    const std::string inner = i == 1 ? "\"null\"" : "\"r" + std::to_string(i - 1) + "\"";
    fields += R"({"name":"f","type":{"type":"record","name":"r)" + std::to_string(i) +
              R"(","fields":[{"name":"a","type":)" + inner + R"(},{"name":"b","type":)" + inner + "}]}},";
  }
  fields.pop_back();
  EXPECT_FALSE(ParseSchema(R"({"type":"record","name":"top","fields":[)" + fields + "]}").ok());
}

TEST(AvroCodec, ReadsSnappyAndChecksItsChecksum) {
  const std::string plain = "abcabcabcabc";
  // Length 12, literal of 3 bytes, copy of 9 bytes from 3 back.
  std::string block(
      "\x0c\x08"
      "abc"
      "\x15\x03",
      7);
  const auto checksum = static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(plain.data()), 12));
  for (int shift = 24; shift >= 0; shift -= 8) block.push_back(static_cast<char>(checksum >> shift));
  const auto decoded = DecompressBlock("snappy", block, 1'000);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  EXPECT_EQ(*decoded, plain);
  block.back() = static_cast<char>(block.back() ^ 1);
  EXPECT_FALSE(DecompressBlock("snappy", block, 1'000).ok());
}

}  // namespace
}  // namespace firn::avro
