// Each byte of a shard's files changed in turn: the answer is the same, or the damage is told. Keys are what nothing
// covers: a changed one names another series, but its values stay what they were.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>

#include "fault_file_system.h"
#include "formats/tsm/file_layout.h"
#include "formats/tsm/index.h"
#include "influx_files/inspect.h"
#include "influx_files/shard_reader.h"
#include "point/row.h"
#include "tsm_writer.h"

namespace firn::influx_files {
namespace {

using firn::testing::TsmBoolean;
using firn::testing::TsmWriter;
using firn::testing::WalWriter;
using Integers = std::vector<int64_t>;
using Floats = std::vector<double>;

constexpr const char* kFile = "/data/telegraf/autogen/7/000000001-000000001.tsm";
constexpr const char* kTombstone = "/data/telegraf/autogen/7/000000001-000000001.tombstone";
constexpr const char* kFieldTypes = "/data/telegraf/autogen/7/fields.idx";
constexpr const char* kFieldTypeChanges = "/data/telegraf/autogen/7/fields.idxl";
constexpr const char* kSegment = "/wal/telegraf/autogen/7/_00001.wal";

/// Blocks of every type, some keys with several, two blocks of one size and the same times.
std::string SmallFile() {
  TsmWriter writer;
  writer.AddBlock("cpu,host=a#!~#b", Integers{10, 20, 30}, std::vector<TsmBoolean>{{true}, {false}, {true}});
  writer.AddBlock("cpu,host=a#!~#f", Integers{10, 20, 30}, Floats{1.5, 2.25, -3});
  writer.AddBlock("cpu,host=a#!~#f", Integers{40, 50, 60}, Floats{4, 5, 6});
  writer.AddBlock("cpu,host=a#!~#n", Integers{10, 20, 35}, Integers{7, 9, -4});
  writer.AddBlock("cpu,host=b#!~#n", Integers{10, 20, 35}, Integers{8, 6, -5});
  writer.AddBlock("cpu,host=b#!~#s", Integers{10, 20, 30}, std::vector<std::string>{"on", "", "off"});
  writer.AddBlock("cpu,host=b#!~#u", Integers{10}, std::vector<uint64_t>{UINT64_MAX});
  return writer.Finish();
}

/// Positions of the bytes of keys in the file's index.
std::set<size_t> KeyBytes(const std::string& file) {
  std::set<size_t> positions;
  size_t at = *tsm::ParseFileFooter(file, file.size());
  while (at < file.size() - tsm::kFileFooterBytes) {
    const tsm::IndexRecord record = *tsm::ParseIndexRecord(std::string_view(file).substr(at));
    for (size_t i = 0; i < record.key.size(); ++i) positions.insert(at + 2 + i);
    at += record.size;
  }
  return positions;
}

using Cells = std::multiset<std::string>;

bool Holds(const Cells& all, const Cells& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}
Cells Without(const Cells& all, const Cells& some) {
  Cells rest;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::inserter(rest, rest.end()));
  return rest;
}

struct Answer {
  Cells cells;   ///< series, field, time and value
  Cells values;  ///< time and value
  bool told = false;
};

class FlippedBytesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const std::string path : {kFile, kSegment})
      ASSERT_TRUE(files_.CreateFolders(storage::ParentFolder(path)).ok());
  }

  ShardSnapshot Open() {
    const Result<std::vector<ShardFiles>> shards = FindShards(files_, "/");
    EXPECT_TRUE(shards.ok());
    Result<ShardSnapshot> opened =
        OpenShard(files_, shards.ok() ? shards->front() : ShardFiles{}, [](std::chrono::milliseconds) {});
    EXPECT_TRUE(opened.ok());
    return opened.ok() ? std::move(*opened) : ShardSnapshot{};
  }

  Answer Read() {
    Answer answer;
    const Result<ReadReport> read = ReadShard(
        Open(), {}, [&](const Damage&) { answer.told = true; },
        [&](const point::Batch& batch) {
          EXPECT_TRUE(batch.Validate().ok());
          for (size_t row = 0; row < batch.rows(); ++row) AddCells({batch, row}, answer);
          return OkStatus();
        });
    EXPECT_TRUE(read.ok());
    return answer;
  }

  bool VerifyTells() {
    const Result<ShardReport> report = InspectShard(Open(), InspectDepth::kValues, nullptr);
    EXPECT_TRUE(report.ok());
    return report.ok() && report->damage_count > 0;
  }

  /// Calls `look` after each of nine changes to each byte of a file.
  void FlipEach(const std::string& path, const std::function<void(size_t at, int flip)>& look) {
    const std::string whole = *files_.ReadFile(path);
    for (size_t at = 0; at < whole.size(); ++at) {
      for (const int flip : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        files_.SetContents(path, damaged);
        look(at, flip);
      }
    }
    files_.SetContents(path, whole);
  }

  firn::testing::FaultFileSystem files_;

 private:
  static void AddCells(const point::RowRef& row, Answer& answer) {
    std::string series(row.measurement());
    for (const point::Tag& tag : row.tags()) series += fmt::format(",{}={}", tag.key, tag.value);
    for (const point::Field& field : row.fields()) {
      const std::string value =
          fmt::format("{} {}", row.time(), std::visit([](const auto& v) { return fmt::format("{}", v); }, field.value));
      answer.cells.insert(fmt::format("{} {} {}", series, field.name, value));
      answer.values.insert(value);
    }
  }
};

TEST_F(FlippedBytesTest, OfAFileNeverGiveAWrongValueInSilence) {
  ASSERT_TRUE(files_.ReplaceFile(kFile, SmallFile()).ok());
  const std::set<size_t> keys = KeyBytes(SmallFile());
  const Answer whole = Read();
  ASSERT_FALSE(whole.told);
  ASSERT_EQ(whole.cells.size(), 19u);
  ASSERT_FALSE(VerifyTells());
  int seen = 0;
  FlipEach(kFile, [&](size_t at, int flip) {
    const Answer answer = Read();
    seen += answer.told ? 1 : 0;
    EXPECT_TRUE(answer.told || (keys.contains(at) ? answer.values == whole.values : answer.cells == whole.cells))
        << "byte " << at << " flip " << flip;
    EXPECT_TRUE(keys.contains(at) || VerifyTells()) << "byte " << at << " flip " << flip;
  });
  EXPECT_GT(seen, 0);
}

TEST_F(FlippedBytesTest, AnEntryThatPointsAtAnothersBlockIsTold) {
  const std::string whole = SmallFile();
  std::vector<size_t> entries;  // positions of their offset and size
  size_t at = *tsm::ParseFileFooter(whole, whole.size());
  while (at < whole.size() - tsm::kFileFooterBytes) {
    const tsm::IndexRecord record = *tsm::ParseIndexRecord(std::string_view(whole).substr(at));
    at += record.size;
    for (size_t i = record.entry_count(); i > 0; --i) entries.push_back(at - i * tsm::IndexEntry::kBytes + 16);
  }
  ASSERT_EQ(entries.size(), 7u);
  for (const size_t to : entries) {
    for (const size_t from : entries) {
      if (to == from) continue;
      std::string damaged = whole;
      damaged.replace(to, 12, whole, from, 12);
      ASSERT_TRUE(files_.ReplaceFile(kFile, damaged).ok());
      EXPECT_TRUE(Read().told) << to << " from " << from;
      EXPECT_TRUE(VerifyTells()) << to << " from " << from;
    }
  }
}

TEST_F(FlippedBytesTest, OfPackedTombstonesAreTold) {
  ASSERT_TRUE(files_.ReplaceFile(kFile, SmallFile()).ok());
  const Answer undeleted = Read();
  const std::vector<firn::testing::TombstoneEntry> entries = {{"cpu,host=a#!~#f", 20, 45},
                                                              {"cpu,host=b#!~#n", INT64_MIN, INT64_MAX}};
  ASSERT_TRUE(files_.ReplaceFile(kTombstone, firn::testing::EncodeTombstones(4, entries)).ok());
  const Answer whole = Read();
  ASSERT_EQ(whole.cells.size(), 19u - 3 - 3);
  FlipEach(kTombstone, [&](size_t at, int flip) {
    const Answer answer = Read();
    // The version is a part of the magic: with another one the file is text, or has no checksum.
    EXPECT_TRUE(answer.told || answer.cells == whole.cells || at < 4) << "byte " << at << " flip " << flip;
    EXPECT_TRUE(Holds(undeleted.cells, answer.cells)) << "byte " << at << " flip " << flip;
  });
}

/// Versions 1 and 2 have no checksum: a flip deletes more or less, but no value becomes another.
TEST_F(FlippedBytesTest, OfPlainTombstonesChangeNoValue) {
  ASSERT_TRUE(files_.ReplaceFile(kFile, SmallFile()).ok());
  const Answer undeleted = Read();
  const std::vector<firn::testing::TombstoneEntry> entries = {{"cpu,host=a#!~#f", 20, 45},
                                                              {"cpu,host=b#!~#n", INT64_MIN, INT64_MAX}};
  for (const int version : {1, 2}) {
    ASSERT_TRUE(files_.ReplaceFile(kTombstone, firn::testing::EncodeTombstones(version, entries)).ok());
    FlipEach(kTombstone, [&](size_t at, int flip) {
      EXPECT_TRUE(Holds(undeleted.cells, Read().cells)) << "version " << version << " byte " << at << " flip " << flip;
      (void)VerifyTells();
    });
  }
}

/// Entries of the WAL have no checksum but what Snappy and their own structure give: a flip may change what its entry
/// says. It never changes what the entries before it say, and what follows is lost only where that is told.
TEST_F(FlippedBytesTest, OfTheWalStayWithinTheirEntry) {
  ASSERT_TRUE(files_.ReplaceFile(kFile, SmallFile()).ok());
  WalWriter wal;
  std::vector<size_t> ends;
  std::vector<Cells> upto = {Read().cells};
  const auto end_entry = [&] {
    ends.push_back(wal.bytes().size());
    ASSERT_TRUE(files_.ReplaceFile(kSegment, wal.bytes()).ok());
    upto.push_back(Read().cells);
  };
  wal.Write("alpha#!~#n", Integers{20, 70}, Integers{1, 2});
  end_entry();
  wal.Write("some,where=else#!~#s", Integers{10, 20}, std::vector<std::string>{"x", "yy"});
  end_entry();
  wal.Write("z,zz=zzz#!~#f", Integers{1, 2, 3}, Floats{0.5, 0.25, 8});
  end_entry();
  ASSERT_EQ(upto.back().size(), 19u + 2 + 2 + 3);
  size_t told = 0;
  FlipEach(kSegment, [&](size_t at, int flip) {
    const auto entry = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), at) - ends.begin());
    const Answer answer = Read();
    told += answer.told ? 1 : 0;
    EXPECT_TRUE(Holds(answer.cells, upto[entry])) << "byte " << at << " flip " << flip;
    Cells others = upto.back();
    for (const std::string& cell : Without(upto[entry + 1], upto[entry])) others.erase(cell);
    EXPECT_TRUE(answer.told || Holds(answer.cells, others)) << "byte " << at << " flip " << flip;
    (void)VerifyTells();
  });
  EXPECT_GT(told, 0u);
}

TEST_F(FlippedBytesTest, OfDeletesInTheWalAreSurvived) {
  WalWriter wal;
  wal.Write("cpu,host=b#!~#n", Integers{20, 70}, Integers{1, 2});
  wal.DeleteRange(std::vector<std::string>{"cpu,host=b#!~#n"}, 60, 80);
  wal.Delete(std::vector<std::string>{"cpu,host=b#!~#u"});
  ASSERT_TRUE(files_.ReplaceFile(kSegment, wal.bytes()).ok());
  ASSERT_EQ(Read().cells.size(), 1u);
  FlipEach(kSegment, [&](size_t, int) {
    (void)Read();
    (void)VerifyTells();
  });
}

/// The types that a server declares are held against those of the blocks; no row depends on them.
TEST_F(FlippedBytesTest, OfFieldTypesChangeNoRow) {
  ASSERT_TRUE(files_.ReplaceFile(kFile, SmallFile()).ok());
  const Answer whole = Read();
  const auto message = [](int field, const std::string& bytes) {
    return std::string(1, static_cast<char>(field << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
  };
  const std::string field = message(2, message(1, "n") + "\x10\x02");
  const std::string index = std::string("\0\x06\x01\x03", 4) + message(1, message(1, "cpu") + field);
  const std::string change = message(1, message(1, "cpu") + field);
  const std::string changes = std::string(1, static_cast<char>(change.size())) + std::string(7, '\0') + change;
  for (const auto& [path, bytes] : {std::pair(kFieldTypes, index), std::pair(kFieldTypeChanges, changes)}) {
    ASSERT_TRUE(files_.ReplaceFile(path, bytes).ok());
    ASSERT_FALSE(VerifyTells());
    FlipEach(path, [&](size_t at, int flip) {
      EXPECT_EQ(Read().cells, whole.cells) << path << " byte " << at << " flip " << flip;
      (void)VerifyTells();
    });
  }
}

}  // namespace
}  // namespace firn::influx_files
