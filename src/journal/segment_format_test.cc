#include "journal/segment_format.h"

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <sstream>

#include "base/bytes.h"
#include "shared_fixtures.h"

namespace firn::journal {
namespace {

constexpr std::string_view kExampleId = "00112233-4455-4677-8899-aabbccddeeff";

std::string SerializeRecord(const RecordHeader& header, uint32_t seed) {
  std::string bytes(kRecordHeaderBytes, '\0');
  SerializeRecordHeader(header, seed, std::span<char, kRecordHeaderBytes>(bytes.data(), kRecordHeaderBytes));
  return bytes;
}

/// The segment of the worked example in docs/formats/journal.md; of life 0 in format version 1.
std::string ExampleSegment(LifeId life = 0x5f3a9c01) {
  const JournalId id = *ParseIdText(kExampleId);
  const std::string_view payload = "cpu usage=1i 1\n";
  const StoredPayload stored = StorePayload({&payload, 1}, Compression::kLz4);
  RecordHeader header;
  header.sequence = 1;
  header.batch_first = 1;
  header.time_ns = 1'700'000'001'000'000'000;
  header.stored_bytes = static_cast<uint32_t>(stored.bytes.size());
  header.raw_bytes = stored.raw_bytes;
  header.payload_crc = stored.crc;
  header.compressed = stored.compressed;
  header.digest =
      Digest128{0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf};
  return SerializeSegmentHeader({id, 1, 0, 1'700'000'000'000'000'000, life}) + SerializeRecord(header, HeaderSeed(id)) +
         stored.bytes;
}

/// The hexadecimal digits of the lines `0010  46 49 …  text` in the page's block that is called `name`.
std::string HexBlockOfPage(const std::string& name) {
  std::ifstream page(firn::testing::SourceFolder() / "docs/formats/journal.md");
  std::string hex;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("```")) inside = line == "```hex " + name;
    if (!inside || line.starts_with("```")) continue;
    std::istringstream words(line);
    std::string word;
    words >> word;  // the offset
    for (int i = 0; i < 16 && words >> word && word.size() == 2; ++i) hex += word;
  }
  return hex;
}

TEST(SegmentFormatTest, ReadsWhatWasWrittenBeforeLivesWereDrawn) {
  const std::string first_version = ExampleSegment(0);
  EXPECT_EQ(first_version[8], 1);
  const auto header = ParseSegmentHeader(first_version);
  ASSERT_TRUE(header.ok()) << header.error().message();
  EXPECT_EQ(header->life, 0U);
  EXPECT_EQ(ParseSegmentHeader(ExampleSegment())->life, 0x5f3a9c01U);
}

TEST(SegmentFormatTest, AgreesWithTheWorkedExampleOfItsPage) {
  EXPECT_EQ(HexBlockOfPage("segment"), ToHex(ExampleSegment()));
}

TEST(SegmentFormatTest, BringsBackHeaders) {
  const SegmentHeader header{*ParseIdText(kExampleId), 1000, 900, -5};
  const auto parsed = ParseSegmentHeader(SerializeSegmentHeader(header));
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->id, header.id);
  EXPECT_EQ(parsed->first_sequence, 1000);
  EXPECT_EQ(parsed->follows, 900);
  EXPECT_EQ(parsed->created_ns, -5);
}

TEST(SegmentFormatTest, NoticesEveryChangedBitOfAHeader) {
  const std::string whole = ExampleSegment();
  const uint32_t seed = HeaderSeed(*ParseIdText(kExampleId));
  for (size_t bit = 0; bit < 8 * kSegmentHeaderBytes; ++bit) {
    std::string changed = whole;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ParseSegmentHeader(changed).ok()) << bit;
  }
  const std::string record = whole.substr(kSegmentHeaderBytes, kRecordHeaderBytes);
  ASSERT_TRUE(ParseRecordHeader(record, seed).has_value());
  for (size_t bit = 0; bit < 8 * kRecordHeaderBytes; ++bit) {
    std::string changed = record;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ParseRecordHeader(changed, seed).has_value()) << bit;
  }
  EXPECT_FALSE(ParseRecordHeader(record, seed + 1).has_value()) << "of another journal";
}

TEST(SegmentFormatTest, RefusesHeadersThatCannotBeThoughTheirChecksumIsRight) {
  RecordHeader header;
  header.sequence = 1;
  header.batch_first = 1;
  ASSERT_TRUE(ParseRecordHeader(SerializeRecord(header, 1), 1).has_value());
  header.batch_first = 2;
  EXPECT_FALSE(ParseRecordHeader(SerializeRecord(header, 1), 1).has_value());
  header.batch_first = 1;
  header.raw_bytes = 1;
  EXPECT_FALSE(ParseRecordHeader(SerializeRecord(header, 1), 1).has_value()) << "not compressed, yet of another size";
  header.compressed = true;
  header.stored_bytes = 10;
  header.raw_bytes = 4'000'000'000;
  EXPECT_FALSE(ParseRecordHeader(SerializeRecord(header, 1), 1).has_value()) << "more than LZ4 can expand";
  EXPECT_FALSE(ParseSegmentHeader(SerializeSegmentHeader({{}, 5, 5, 0})).ok());
  EXPECT_FALSE(ParseSegmentHeader(SerializeSegmentHeader({{}, 1, -1, 0})).ok());
}

TEST(SegmentFormatTest, SaysThatANewerVersionIsNotDamage) {
  std::string bytes = ExampleSegment().substr(0, kSegmentHeaderBytes);
  bytes[8] = 3;
  std::string covered = bytes.substr(0, 60);
  AppendLittleEndian(covered, Crc32c(covered));
  EXPECT_EQ(ParseSegmentHeader(covered).error().kind(), ErrorKind::kUnsupported);
}

TEST(SegmentFormatTest, NoticesAPayloadThatIsNotWhatWasStored) {
  const std::string text(10'000, 'a');
  const std::string_view part = text;
  const StoredPayload stored = StorePayload({&part, 1}, Compression::kLz4);
  ASSERT_TRUE(stored.compressed);
  RecordHeader header;
  header.stored_bytes = static_cast<uint32_t>(stored.bytes.size());
  header.raw_bytes = stored.raw_bytes;
  header.payload_crc = stored.crc;
  header.compressed = true;
  EXPECT_EQ(LoadPayload(header, stored.bytes).value_or(""), text);
  EXPECT_FALSE(LoadPayload(header, stored.bytes.substr(1)).ok());
  std::string changed = stored.bytes;
  changed[3] ^= 1;
  EXPECT_FALSE(LoadPayload(header, changed).ok());
  header.payload_crc = Crc32c(changed);
  header.raw_bytes = 9'999;
  EXPECT_FALSE(LoadPayload(header, changed).ok()) << "does not decompress to that size";
}

TEST(SegmentFormatTest, NamesSegmentsSoThatTheySortBySequence) {
  EXPECT_EQ(SegmentFileName(42), "00000000000000000042.journal");
  EXPECT_EQ(ParseSegmentFileName("00000000000000000042.journal"), 42);
  for (const char* name : {"42.journal", "00000000000000000000.journal", "0000000000000000004x.journal",
                           "00000000000000000042.journal.damaged", "99999999999999999999.journal"}) {
    EXPECT_EQ(ParseSegmentFileName(name), std::nullopt) << name;
  }
}

TEST(SegmentFormatTest, WritesIdsAsUuids) {
  EXPECT_EQ(IdText(*ParseIdText(kExampleId)), kExampleId);
  EXPECT_EQ(ParseIdText("00112233"), std::nullopt);
  EXPECT_EQ(ParseIdText("zz112233-4455-4677-8899-aabbccddeeff"), std::nullopt);
}

}  // namespace
}  // namespace firn::journal
