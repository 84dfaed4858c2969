#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/tsm/fields_index.h"
#include "formats/tsm/file_layout.h"
#include "formats/tsm/index.h"
#include "formats/tsm/key.h"
#include "formats/tsm/tombstone.h"
#include "formats/tsm/wal.h"
#include "tsm_writer.h"

namespace firn::tsm {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t at = 0; at + 1 < hex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  return bytes;
}

// The server's own file with the values 5 and 6.
std::string ServersFile() {
  return FromHex(
      "16d116d101e3ceb7c1010b2a16345785d8a000000102"
      "10000000000000000af000000000000002"
      "000f6370752c686f73743d6123217e236e010001"
      "16345785d8a0000016345788"
      "2cabe400000000000000000500000022"
      "0000000000000027");
}

TEST(TsmFile, TakesTheServersFileApart) {
  const std::string file = ServersFile();
  ASSERT_EQ(file.size(), 95u);
  ASSERT_TRUE(CheckFileHeader(file).ok());
  const Result<uint64_t> index = ParseFileFooter(file, file.size());
  ASSERT_TRUE(index.ok());
  EXPECT_EQ(*index, 39u);
  const Result<IndexRecord> record = ParseIndexRecord(std::string_view(file).substr(*index));
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->key, "cpu,host=a#!~#n");
  EXPECT_EQ(record->type, point::FieldType::kInt64);
  EXPECT_EQ(*index + record->size + kFileFooterBytes, file.size());
  ASSERT_EQ(record->entry_count(), 1u);
  const IndexEntry entry = record->entry(0);
  EXPECT_EQ(entry.min_time, 1600000000000000000);
  EXPECT_EQ(entry.max_time, 1600000010000000000);
  EXPECT_EQ(entry.offset, 5u);
  EXPECT_EQ(entry.size, 34u);
  EXPECT_TRUE(CheckIndexEntry(entry, *index).ok());
}

TEST(TsmFile, IndexRecordTellsStepByStepHowLongItIs) {
  const std::string file = ServersFile();
  const std::string_view index = std::string_view(file).substr(39, 48);
  EXPECT_EQ(IndexRecordBytes(""), 2u);
  EXPECT_EQ(IndexRecordBytes(index.substr(0, 2)), 20u);
  EXPECT_EQ(IndexRecordBytes(index.substr(0, 20)), 48u);
  for (size_t size = 0; size < index.size(); ++size) EXPECT_FALSE(ParseIndexRecord(index.substr(0, size)).ok()) << size;
}

TEST(TsmFile, RefusesOtherFiles) {
  EXPECT_FALSE(CheckFileHeader("").ok());
  EXPECT_FALSE(CheckFileHeader("PAR1x").ok());
  EXPECT_EQ(CheckFileHeader("\x16\xd1\x16\xd1\x02").error().kind(), ErrorKind::kUnsupported);
  EXPECT_FALSE(ParseFileFooter(FromHex("0000000000000004"), 95).ok());
  EXPECT_FALSE(ParseFileFooter(FromHex("0000000000000058"), 95).ok());
  EXPECT_FALSE(ParseFileFooter(FromHex("ffffffffffffffff"), 95).ok());
}

TEST(TsmFile, RefusesEntriesThatLeaveTheBlocks) {
  EXPECT_TRUE(CheckIndexEntry({0, 1, 5, 34}, 39).ok());
  EXPECT_FALSE(CheckIndexEntry({0, 1, 4, 34}, 39).ok());
  EXPECT_FALSE(CheckIndexEntry({0, 1, 5, 35}, 39).ok());
  EXPECT_FALSE(CheckIndexEntry({0, 1, 40, 4}, 39).ok());
  EXPECT_FALSE(CheckIndexEntry({0, 1, UINT64_MAX, 34}, 39).ok());
  EXPECT_FALSE(CheckIndexEntry({0, 1, 5, 3}, 39).ok());
  EXPECT_FALSE(CheckIndexEntry({1, 0, 5, 34}, 39).ok());
}

TEST(TsmFile, NamesSayGenerationAndSequence) {
  EXPECT_EQ(ParseFileName("000000012-000000002.tsm"), (FileNumber{12, 2}));
  EXPECT_FALSE(ParseFileName("000000012-000000002.tsm.tmp"));
  EXPECT_FALSE(ParseFileName("000000012.tsm"));
  EXPECT_FALSE(ParseFileName("a-b.tsm"));
  EXPECT_EQ(ParseSegmentName("_00003.wal"), 3u);
  EXPECT_FALSE(ParseSegmentName("00003.wal"));
}

TEST(TsmKey, SplitsAtTheFirstSeparator) {
  const std::optional<KeyParts> parts = SplitKey("my\\ meas,a\\ b=c\\,d#!~#x y#!~#z");
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->series, "my\\ meas,a\\ b=c\\,d");
  EXPECT_EQ(parts->field, "x y#!~#z");
  EXPECT_FALSE(SplitKey("cpu"));
  EXPECT_FALSE(SplitKey("#!~#x"));
  EXPECT_FALSE(SplitKey("cpu#!~#"));
}

TEST(TsmKey, UndoesEscapes) {
  const Result<Series> series = ParseSeriesKey("my\\ meas\\,x,a\\ b=c\\,d,e\\=f=\\g\\\\ h");
  ASSERT_TRUE(series.ok()) << series.error().message();
  EXPECT_EQ(series->measurement, "my meas,x");
  EXPECT_THAT(series->tags, ElementsAre(Pair("a b", "c,d"), Pair("e=f", "\\g\\ h")));
  EXPECT_EQ(MeasurementOf("my\\ meas\\,x,a=b"), "my meas,x");
}

TEST(TsmKey, SeriesWithoutTagsIsItsMeasurement) {
  const Result<Series> series = ParseSeriesKey("cpu");
  ASSERT_TRUE(series.ok());
  EXPECT_EQ(series->measurement, "cpu");
  EXPECT_TRUE(series->tags.empty());
}

TEST(TsmKey, RefusesBrokenTags) {
  for (const std::string_view key : {"", ",a=b", "cpu,", "cpu,a", "cpu,=b", "cpu,a=", "cpu,a=b,a=c", "cpu,a=b,"})
    EXPECT_FALSE(ParseSeriesKey(key).ok()) << key;
}

TEST(TsmKey, UnderstandsTheKeysOfEarly2) {
  const std::string ids = FromHex("0102030405060708") + FromHex("1112131415161718");
  const std::string key = ids + std::string(",\x00=cpu,host=a,\xff=usage", 22);
  const Result<Series> series = ParseSeriesKey(key);
  ASSERT_TRUE(series.ok()) << series.error().message();
  EXPECT_EQ(series->measurement, "cpu");
  EXPECT_THAT(series->tags, ElementsAre(Pair("host", "a")));
  ASSERT_TRUE(series->ids);
  EXPECT_EQ(IdText(series->ids->bucket), "1112131415161718");
  EXPECT_EQ(MeasurementOf(key), "cpu");
}

std::vector<std::string> TombstonesOf(std::string_view file) {
  std::vector<std::string> found;
  const Status read = ReadTombstones(file, 1 << 20, [&](const Tombstone& tombstone) {
    found.push_back(fmt::format("{} {} {}", tombstone.key, tombstone.min_time, tombstone.max_time));
    return OkStatus();
  });
  if (!read.ok()) found.push_back("error: " + read.error().message());
  return found;
}

TEST(TsmTombstone, TakesTheServersVersion2) {
  EXPECT_THAT(TombstonesOf(FromHex("000015020000000f6370752c686f73743d6123217e236e80000000000000007fffffffffffffff")),
              ElementsAre("cpu,host=a#!~#n -9223372036854775808 9223372036854775807"));
}

TEST(TsmTombstone, ReadsEveryVersion) {
  const std::vector<firn::testing::TombstoneEntry> entries = {{"cpu#!~#a", 5, 9}, {"cpu#!~#b", -1, 0}};
  EXPECT_THAT(TombstonesOf(firn::testing::EncodeTombstones(1, entries)),
              ElementsAre("cpu#!~#a -9223372036854775808 9223372036854775807",
                          "cpu#!~#b -9223372036854775808 9223372036854775807"));
  for (const int version : {2, 3, 4}) {
    EXPECT_THAT(TombstonesOf(firn::testing::EncodeTombstones(version, entries)),
                ElementsAre("cpu#!~#a 5 9", "cpu#!~#b -1 0"))
        << version;
  }
}

TEST(TsmTombstone, EmptyFileDeletesNothing) {
  EXPECT_TRUE(TombstonesOf("").empty());
  for (const int version : {2, 3, 4}) EXPECT_TRUE(TombstonesOf(firn::testing::EncodeTombstones(version, {})).empty());
}

TEST(TsmTombstone, LeavesOutATornLastEntry) {
  const std::vector<firn::testing::TombstoneEntry> entries = {{"cpu#!~#a", 5, 9}, {"cpu#!~#b", -1, 0}};
  const std::string whole = firn::testing::EncodeTombstones(2, entries);
  EXPECT_THAT(TombstonesOf(std::string_view(whole).substr(0, whole.size() - 1)), ElementsAre("cpu#!~#a 5 9"));
}

TEST(TsmTombstone, TornWithinAPackedMemberGivesTheMembersBeforeItAndTellsOfTheRest) {
  const std::vector<firn::testing::TombstoneEntry> entries = {{"cpu#!~#a", 5, 9}, {"cpu#!~#b", -1, 0}};
  const std::string whole = firn::testing::EncodeTombstones(4, entries);
  const size_t first = firn::testing::EncodeTombstones(4, std::span(entries).first(1)).size();
  for (size_t size = 4; size < whole.size(); ++size) {
    std::vector<std::string> found = TombstonesOf(std::string_view(whole).substr(0, size));
    const bool told = !found.empty() && found.back().starts_with("error: ");
    EXPECT_EQ(told, size != 4 && size != first) << size;
    if (told) found.pop_back();
    if (size >= first) {
      ASSERT_FALSE(found.empty()) << size;
      EXPECT_EQ(found[0], "cpu#!~#a 5 9");
    }
  }
}

TEST(TsmTombstone, TellsOfDamageAndOfTooMuch) {
  const std::vector<firn::testing::TombstoneEntry> entries = {{std::string(500'000, 'x'), 5, 9}};
  std::string packed = firn::testing::EncodeTombstones(4, entries);
  int visited = 0;
  const auto count = [&](const Tombstone&) {
    ++visited;
    return OkStatus();
  };
  EXPECT_EQ(ReadTombstones(packed, 100'000, count).error().kind(), ErrorKind::kResourceExhausted);
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // in gzip's checksum
  EXPECT_EQ(ReadTombstones(packed, 1 << 20, count).error().kind(), ErrorKind::kCorrupt);
}

std::string EntryText(const WalEntry& entry) {
  std::string text;
  if (const auto* deletion = std::get_if<WalDelete>(&entry)) {
    for (const std::string_view key : deletion->keys) text += fmt::format("-{} ", key);
    return text + fmt::format("{} {}", deletion->min_time, deletion->max_time);
  }
  for (WalValues values : std::get<WalWrite>(entry).values) {
    text += fmt::format("{} {}:", values.key(), point::FieldTypeName(values.type()));
    WalValue value;
    while (values.Next(value)) text += fmt::format(" {}={}{}", value.time, value.bits, value.text);
  }
  return text;
}

std::vector<std::string> EntriesOf(std::string_view segment) {
  std::vector<std::string> texts;
  WalDecoder decoder;
  while (segment.size() >= WalEntryHeader::kBytes) {
    const WalEntryHeader header = ParseWalEntryHeader(segment);
    const Result<WalEntry> entry = decoder.Decode(header, segment.substr(WalEntryHeader::kBytes, header.packed_bytes));
    texts.push_back(entry.ok() ? EntryText(*entry) : "error: " + entry.error().message());
    segment.remove_prefix(std::min(segment.size(), WalEntryHeader::kBytes + header.packed_bytes));
  }
  return texts;
}

TEST(TsmWal, TakesTheServersEntries) {
  EXPECT_THAT(
      EntriesOf(FromHex("0100000028269402000f6370752c686f73743d6123217e236e0000000116345785d8a000000000000000000005")),
      ElementsAre("cpu,host=a#!~#n integer: 1600000000000000000=5"));
  EXPECT_THAT(
      EntriesOf(FromHex("0300000025238816345785d8a00000163457882cabe4000000000f6370752c686f73743d6123217e236e")),
      ElementsAre("-cpu,host=a#!~#n 1600000000000000000 1600000010000000000"));
}

TEST(TsmWal, ReadsEveryTypeAndDelete) {
  const std::vector<int64_t> times = {7, 3};
  firn::testing::WalWriter writer;
  writer.Write("a#!~#f", times, std::vector<double>{0.0, 1.0});
  writer.Write("a#!~#i", times, std::vector<int64_t>{-1, 2});
  writer.Write("a#!~#u", times, std::vector<uint64_t>{5, 6});
  writer.Write("a#!~#b", times, std::vector<firn::testing::TsmBoolean>{{true}, {false}});
  writer.Write("a#!~#s", times, std::vector<std::string>{"x", ""});
  writer.Delete(std::vector<std::string>{"a#!~#f", "a#!~#i"});
  writer.DeleteRange(std::vector<std::string>{"a#!~#u"}, 1, 2);
  EXPECT_THAT(EntriesOf(writer.bytes()),
              ElementsAre("a#!~#f float: 7=0 3=4607182418800017408", "a#!~#i integer: 7=18446744073709551615 3=2",
                          "a#!~#u unsigned: 7=5 3=6", "a#!~#b boolean: 7=1 3=0", "a#!~#s string: 7=0x 3=0",
                          "-a#!~#f -a#!~#i -9223372036854775808 9223372036854775807", "-a#!~#u 1 2"));
}

TEST(TsmWal, SurvivesEveryFlippedByte) {
  firn::testing::WalWriter writer;
  writer.Write("a#!~#s", std::vector<int64_t>{1, 2}, std::vector<std::string>{"first", "second"});
  writer.DeleteRange(std::vector<std::string>{"a#!~#u"}, 1, 2);
  for (size_t at = 0; at < writer.bytes().size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = writer.bytes();
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      (void)EntriesOf(damaged);
    }
  }
}

// As a server wrote it (fields.idxl of ../shared/fixtures/tsm/century_raw_timestamps has the same form).
std::string ChangeOf(std::string_view measurement, std::string_view field, int type, bool deleted) {
  const auto part = [](char tag, std::string_view bytes) {
    return std::string{tag, static_cast<char>(bytes.size())} + std::string(bytes);
  };
  std::string change = part('\x0a', measurement);
  if (!field.empty()) change += part('\x12', part('\x0a', field) + '\x10' + static_cast<char>(type));
  if (deleted) change += "\x18\x01";
  const std::string set = part('\x0a', change);
  std::string record;
  AppendLittleEndian<uint64_t>(record, set.size());
  return record + set;
}

TEST(TsmFields, ChangesApplyOnTopOfTheIndex) {
  FieldTypes types;
  ASSERT_TRUE(types.ApplyIndex(FromHex("00060103") + FromHex("0a0d0a03637075") + FromHex("12060a0261611002")).ok());
  EXPECT_EQ(types.Find("cpu", "aa"), point::FieldType::kInt64);
  ASSERT_TRUE(types
                  .ApplyChanges(ChangeOf("cpu", "b", 9, false) + ChangeOf("mem", "c", 3, false) +
                                ChangeOf("gone", "d", 1, false) + ChangeOf("gone", "", 0, true))
                  .ok());
  EXPECT_EQ(types.Find("cpu", "aa"), point::FieldType::kInt64);
  EXPECT_EQ(types.Find("cpu", "b"), point::FieldType::kUint64);
  EXPECT_EQ(types.Find("mem", "c"), point::FieldType::kString);
  EXPECT_EQ(types.Find("gone", "d"), std::nullopt);
  EXPECT_EQ(types.Find("cpu", "absent"), std::nullopt);
}

TEST(TsmFields, ATornLastChangeIsLeftOut) {
  FieldTypes types;
  const std::string log = ChangeOf("cpu", "a", 1, false) + ChangeOf("cpu", "b", 1, false);
  ASSERT_TRUE(types.ApplyChanges(std::string_view(log).substr(0, log.size() - 1)).ok());
  EXPECT_TRUE(types.Find("cpu", "a"));
  EXPECT_FALSE(types.Find("cpu", "b"));
  EXPECT_FALSE(types.ApplyIndex("PAR1").ok());
}

}  // namespace
}  // namespace firn::tsm
