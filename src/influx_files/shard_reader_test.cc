#include "influx_files/shard_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "fault_file_system.h"
#include "influx_files/inspect.h"
#include "point/row.h"
#include "tsm_writer.h"

namespace firn::influx_files {
namespace {

using firn::testing::TsmWriter;
using firn::testing::WalWriter;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using Integers = std::vector<int64_t>;
using Floats = std::vector<double>;

/// `cpu{host=a} n=1i x=0.5f @10`, fields by name.
std::string RowText(const point::RowRef& row) {
  std::map<std::string_view, std::string> fields;
  for (const point::Field& field : row.fields()) {
    const bool is_text = std::holds_alternative<std::string_view>(field.value);
    const std::string value = std::visit([](const auto& v) { return fmt::format("{}", v); }, field.value);
    fields[field.name] = value + (is_text ? "" : std::string(1, point::FieldTypeName(point::TypeOf(field.value))[0]));
  }
  std::string text = fmt::format("{}{{", row.measurement());
  for (const point::Tag& tag : row.tags())
    text += fmt::format("{}{}={}", text.ends_with('{') ? "" : ",", tag.key, tag.value);
  text += "}";
  for (const auto& [name, value] : fields) text += fmt::format(" {}={}", name, value);
  return text + fmt::format(" @{}", row.time());
}

/// A server's folder in memory with one shard.
class Shard {
 public:
  Shard() {
    EXPECT_TRUE(files.CreateFolders(kData).ok());
    EXPECT_TRUE(files.CreateFolders(kWal).ok());
  }

  void AddFile(int generation, const TsmWriter& writer, std::vector<firn::testing::TombstoneEntry> tombstones = {}) {
    const std::string name = fmt::format("{}/{:09}-000000001", kData, generation);
    EXPECT_TRUE(files.ReplaceFile(name + ".tsm", writer.Finish()).ok());
    if (tombstones.empty()) return;
    EXPECT_TRUE(files.ReplaceFile(name + ".tombstone", firn::testing::EncodeTombstones(4, tombstones)).ok());
  }
  void AddWal(int number, const std::string& bytes) {
    EXPECT_TRUE(files.ReplaceFile(fmt::format("{}/_{:05}.wal", kWal, number), bytes).ok());
  }

  ShardFiles Find() {
    const Result<std::vector<ShardFiles>> shards = FindShards(files, "/var/lib/influxdb");
    EXPECT_TRUE(shards.ok());
    return shards.ok() && shards->size() == 1 ? shards->front() : ShardFiles{};
  }

  ShardSnapshot Open() {
    Result<ShardSnapshot> opened = OpenShard(files, Find(), [](std::chrono::milliseconds) {});
    EXPECT_TRUE(opened.ok());
    return opened.ok() ? std::move(*opened) : ShardSnapshot{};
  }

  /// The shard's rows as text, a row a line.
  std::vector<std::string> Rows(const ReadOptions& options = {}) {
    damages.clear();
    std::vector<std::string> rows;
    const Result<ReadReport> read = ReadShard(
        Open(), options, [&](const Damage& damage) { damages.push_back(damage); },
        [&](point::Batch batch) {
          EXPECT_TRUE(batch.Validate().ok());
          batches.push_back(batch.rows());
          for (size_t row = 0; row < batch.rows(); ++row) rows.push_back(RowText({batch, row}));
          return OkStatus();
        });
    if (!read.ok()) rows.push_back("error: " + read.error().message());
    if (read.ok()) report = *read;
    return rows;
  }

  static constexpr const char* kData = "/var/lib/influxdb/data/telegraf/autogen/7";
  static constexpr const char* kWal = "/var/lib/influxdb/wal/telegraf/autogen/7";
  firn::testing::FaultFileSystem files;
  std::vector<Damage> damages;
  std::vector<size_t> batches;
  ReadReport report;
};

TEST(ShardReader, JoinsTheFieldsOfATimeIntoARow) {
  Shard shard;
  TsmWriter writer;
  writer.AddBlock("cpu,host=a#!~#n", Integers{10, 20, 40}, Integers{1, 2, 4});
  writer.AddBlock("cpu,host=a#!~#x", Integers{20, 30}, Floats{0.5, 1.5});
  writer.AddBlock("cpu,host=b#!~#n", Integers{10}, Integers{7});
  shard.AddFile(1, writer);
  EXPECT_THAT(shard.Rows(), ElementsAre("cpu{host=a} n=1i @10", "cpu{host=a} n=2i x=0.5f @20", "cpu{host=a} x=1.5f @30",
                                        "cpu{host=a} n=4i @40", "cpu{host=b} n=7i @10"));
  EXPECT_EQ(shard.report.series, 2u);
  EXPECT_EQ(shard.report.rows, 5u);
  EXPECT_EQ(shard.report.values, 6u);
}

TEST(ShardReader, LaterFilesOverrideEarlierOnesAndTheWalBoth) {
  Shard shard;
  TsmWriter first;
  first.AddBlock("m#!~#n", Integers{1, 2, 3, 4}, Integers{10, 20, 30, 40});
  shard.AddFile(1, first);
  TsmWriter second;
  second.AddBlock("m#!~#n", Integers{2, 3}, Integers{21, 31});
  shard.AddFile(2, second);
  WalWriter wal;
  wal.Write("m#!~#n", Integers{5, 3}, Integers{50, 32});
  wal.Write("m#!~#n", Integers{3}, Integers{33});
  shard.AddWal(1, wal.bytes());
  EXPECT_THAT(shard.Rows(),
              ElementsAre("m{} n=10i @1", "m{} n=21i @2", "m{} n=33i @3", "m{} n=40i @4", "m{} n=50i @5"));
  EXPECT_EQ(shard.report.overwritten, 4u);
  EXPECT_EQ(shard.report.deleted_in_wal, 0u);
}

TEST(ShardReader, TombstonesDeleteFromTheirOwnFileOnly) {
  Shard shard;
  TsmWriter first;
  first.AddBlock("m#!~#n", Integers{1, 2, 3, 4}, Integers{10, 20, 30, 40});
  first.AddBlock("z#!~#n", Integers{1}, Integers{1});
  shard.AddFile(1, first, {{"m#!~#n", 2, 3}, {"z#!~#n", INT64_MIN, INT64_MAX}});
  TsmWriter second;
  second.AddBlock("m#!~#n", Integers{3, 5}, Integers{31, 51});
  shard.AddFile(2, second);
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} n=10i @1", "m{} n=31i @3", "m{} n=40i @4", "m{} n=51i @5"));
}

TEST(ShardReader, DeletesInTheWalApplyToWhatItSaidBefore) {
  Shard shard;
  WalWriter first;
  first.Write("m#!~#a", Integers{1, 2}, Integers{1, 2});
  first.Write("m#!~#b", Integers{1, 2}, Integers{3, 4});
  first.DeleteRange(std::vector<std::string>{"m#!~#a"}, 2, 9);
  first.Delete(std::vector<std::string>{"m#!~#b"});
  shard.AddWal(2, first.bytes());
  WalWriter second;
  second.Write("m#!~#b", Integers{2}, Integers{5});
  shard.AddWal(10, second.bytes());
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} a=1i @1", "m{} b=5i @2"));
  EXPECT_EQ(shard.report.deleted_in_wal, 3u);
  EXPECT_EQ(shard.report.overwritten, 0u);
}

TEST(ShardReader, ATornWalTailIsLeftOutAndTold) {
  Shard shard;
  WalWriter first;
  first.Write("m#!~#a", Integers{1}, Integers{1});
  const size_t whole = first.bytes().size();
  first.Write("m#!~#a", Integers{2}, Integers{2});
  shard.AddWal(1, first.bytes().substr(0, first.bytes().size() - 1));
  WalWriter second;
  second.Write("m#!~#a", Integers{3}, Integers{3});
  shard.AddWal(2, second.bytes());
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} a=1i @1", "m{} a=3i @3"));
  ASSERT_THAT(shard.damages, SizeIs(1));
  EXPECT_EQ(shard.damages[0].offset, whole);
  EXPECT_THAT(shard.damages[0].file, HasSubstr("_00001.wal"));
}

TEST(ShardReader, TimesAndMeasurementsCanBeChosen) {
  Shard shard;
  TsmWriter writer;
  writer.AddBlock("cpu#!~#n", Integers{1, 2, 3}, Integers{1, 2, 3});
  writer.AddBlock("mem#!~#n", Integers{1, 2, 3}, Integers{1, 2, 3});
  shard.AddFile(1, writer);
  WalWriter wal;
  wal.Write("mem#!~#n", Integers{2, 9}, Integers{22, 9});
  wal.Write("net#!~#n", Integers{2}, Integers{2});
  shard.AddWal(1, wal.bytes());
  ReadOptions options;
  options.times = {2, 3};
  options.wants_measurement = [](std::string_view name) { return name == "mem"; };
  EXPECT_THAT(shard.Rows(options), ElementsAre("mem{} n=22i @2", "mem{} n=3i @3"));
}

TEST(ShardReader, OneFieldOfTwoTypesGivesTwoColumnsNeverBothInARow) {
  Shard shard;
  TsmWriter first;
  first.AddBlock("m#!~#n", Integers{1, 2}, Integers{1, 2});
  shard.AddFile(1, first);
  TsmWriter second;
  second.AddBlock("m#!~#n", Integers{2, 3}, Floats{2.5, 3.5});
  shard.AddFile(2, second);
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} n=1i @1", "m{} n=2.5f @2", "m{} n=3.5f @3"));
}

TEST(ShardReader, BatchesAreBoundedInRows) {
  Shard shard;
  TsmWriter writer;
  Integers times;
  for (int64_t i = 0; i < 2'500; ++i) times.push_back(i);
  writer.AddBlock("m#!~#n", times, times);
  shard.AddFile(1, writer);
  ReadOptions options;
  options.rows.rows = 1'000;
  EXPECT_THAT(shard.Rows(options), SizeIs(2'500));
  EXPECT_THAT(shard.batches, ElementsAre(1'000u, 1'000u, 500u));
}

TEST(ShardReader, AWalLargerThanItsMemoryIsReadInParts) {
  Shard shard;
  WalWriter wal;
  Integers times;
  for (int64_t i = 0; i < 2'000; ++i) times.push_back(i);
  for (int series = 0; series < 400; ++series) {
    wal.Write(fmt::format("m,s={:03}#!~#a", series), times, times);
    wal.Write(fmt::format("m,s={:03}#!~#b", series), times, times);
  }
  shard.AddWal(1, wal.bytes());
  ReadOptions options;
  options.memory_bytes = 16 << 20;  // of which 4 MiB for a log of 25 MiB
  uint64_t rows = 0;
  std::map<std::string, uint64_t> by_series;
  const Result<ReadReport> read = ReadShard(
      shard.Open(), options, [](const Damage&) { ADD_FAILURE(); },
      [&](const point::Batch& batch) {
        rows += batch.rows();
        EXPECT_EQ(batch.fields.size(), 2u);
        for (const point::FieldColumn& field : batch.fields) EXPECT_EQ(field.null_count(), 0u);
        for (size_t row = 0; row < batch.rows(); ++row)
          ++by_series[std::string(point::RowRef(batch, row).tags()[0].value)];
        return OkStatus();
      });
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(rows, 400u * 2'000);
  EXPECT_THAT(by_series, SizeIs(400));
}

TEST(ShardReader, EverythingElseIsReadWhenABlockIsDamaged) {
  Shard shard;
  TsmWriter writer;
  writer.AddBlock("m#!~#a", Integers{1, 2}, Integers{1, 2});
  writer.AddRawBlock("m#!~#b", 1, {1, 2}, "no block");
  writer.AddBlock("m#!~#c", Integers{1}, Integers{3});
  shard.AddFile(1, writer);
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} a=1i c=3i @1", "m{} a=2i @2"));
  ASSERT_THAT(shard.damages, SizeIs(1));
  EXPECT_EQ(shard.damages[0].key, "m#!~#b");
  EXPECT_GT(shard.damages[0].offset, 5u);
}

TEST(ShardReader, ABlockThatDoesNotHoldTheTimesOfTheIndexIsLeftOut) {
  Shard shard;
  TsmWriter writer;
  writer.AddRawBlock("m#!~#a", 1, {1, 2}, firn::testing::EncodeBlock(Integers{1, 5}, Integers{1, 2}));
  writer.AddRawBlock("m#!~#b", 1, {1, 5}, firn::testing::EncodeBlock(Integers{5, 1}, Integers{1, 2}));
  writer.AddRawBlock("m#!~#c", 0, {1, 5}, firn::testing::EncodeBlock(Integers{1, 5}, Integers{1, 2}));
  shard.AddFile(1, writer);
  EXPECT_TRUE(shard.Rows().empty());
  ASSERT_THAT(shard.damages, SizeIs(3));
  EXPECT_THAT(shard.damages[0].reason, HasSubstr("leave those of the index"));
  EXPECT_THAT(shard.damages[1].reason, HasSubstr("do not ascend"));
  EXPECT_THAT(shard.damages[2].reason, HasSubstr("the index says float"));
}

TEST(ShardReader, OverlappingBlocksOfOneFileAreMerged) {
  Shard shard;
  TsmWriter writer;
  writer.AddBlock("m#!~#a", Integers{1, 3, 5}, Integers{1, 3, 5});
  writer.AddBlock("m#!~#a", Integers{2, 3}, Integers{22, 33});
  writer.AddBlock("m#!~#a", Integers{6}, Integers{6});
  shard.AddFile(1, writer);
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} a=1i @1", "m{} a=22i @2", "m{} a=33i @3", "m{} a=5i @5", "m{} a=6i @6"));
}

TEST(ShardReader, AFileThatIsNoTsmFileIsLeftOutAndTheOthersRead) {
  Shard shard;
  TsmWriter writer;
  writer.AddBlock("m#!~#a", Integers{1}, Integers{1});
  shard.AddFile(1, writer);
  ASSERT_TRUE(shard.files.ReplaceFile(std::string(Shard::kData) + "/000000002-000000001.tsm", "PAR1 and so on").ok());
  EXPECT_THAT(shard.Rows(), ElementsAre("m{} a=1i @1"));
  ASSERT_THAT(shard.damages, SizeIs(1));
  EXPECT_EQ(shard.report.files_left_out, 1u);
}

TEST(ShardReader, ADiskErrorEndsTheReading) {
  Shard shard;
  TsmWriter writer;
  writer.AddBlock("m#!~#a", Integers{1}, Integers{1});
  shard.AddFile(1, writer);
  const ShardFiles found = shard.Find();
  for (uint64_t call = 1;; ++call) {
    shard.files.FailCall(shard.files.calls() + call, ErrorKind::kUnavailable);
    const uint64_t before = shard.files.calls();
    const Result<ShardSnapshot> opened = OpenShard(shard.files, found, [](std::chrono::milliseconds) {});
    const Result<ReadReport> read = !opened.ok() ? opened.error()
                                                 : ReadShard(
                                                       *opened, {}, [](const Damage&) { ADD_FAILURE(); },
                                                       [](const point::Batch&) { return OkStatus(); });
    if (shard.files.calls() - before < call) break;  // it came through before that call
    EXPECT_FALSE(read.ok()) << "call " << call;
  }
}

/// What a server would hold after writes and deletes of a random kind, beside the files that it would have written.
class RandomShard {
 public:
  explicit RandomShard(uint64_t seed) : engine_(seed) {
    const int files = 1 + static_cast<int>(Below(4));
    for (int file = 1; file <= files; ++file) WriteFile(file);
    WalWriter wal;
    for (uint64_t entries = Below(6); entries > 0; --entries) WriteLog(wal);
    shard.AddWal(1, wal.bytes());
  }

  std::vector<std::string> Expected() const {
    std::map<std::pair<std::string, int64_t>, std::string> rows;  // by series
    for (const auto& [key, points] : model_) {
      const size_t separator = key.find("#!~#");
      for (const auto& [time, value] : points) {
        std::string& row = rows[{key.substr(0, separator + 4), time}];
        row += fmt::format(" {}={}", key.substr(separator + 4), value);
      }
    }
    std::vector<std::string> lines;
    for (const auto& [at, row] : rows) {
      const std::string series = at.first.substr(0, at.first.size() - 4);
      const size_t comma = series.find(',');
      lines.push_back(fmt::format("{}{{{}}}{} @{}", series.substr(0, comma),
                                  comma == std::string::npos ? "" : series.substr(comma + 1), row, at.second));
    }
    return lines;
  }

  Shard shard;

 private:
  uint64_t Below(uint64_t bound) { return engine_() % bound; }
  std::string Key(uint64_t series, uint64_t field) {
    static constexpr const char* kSeries[] = {"cpu", "cpu,host=a", "cpu,host=b", "cpu!", "mem,host=a"};
    return fmt::format("{}#!~#f{}", kSeries[series], field);
  }
  Integers Times() {
    std::set<int64_t> times;
    const auto start = static_cast<int64_t>(Below(300));
    for (uint64_t count = 1 + Below(200); count > 0; --count) times.insert(start + static_cast<int64_t>(Below(400)));
    return {times.begin(), times.end()};
  }

  void WriteFile(int number) {
    std::map<std::string, std::vector<std::pair<Integers, Integers>>> blocks;
    for (uint64_t series = 0; series < 5; ++series) {
      for (uint64_t field = 0; field < 3; ++field) {
        if (Below(3) == 0) continue;
        const Integers times = Times();
        auto& of_key = blocks[Key(series, field)];
        for (size_t at = 0; at < times.size();) {
          const size_t end = std::min(times.size(), at + 1 + Below(80));
          of_key.emplace_back(Integers(times.begin() + static_cast<std::ptrdiff_t>(at),
                                       times.begin() + static_cast<std::ptrdiff_t>(end)),
                              Integers());
          for (size_t i = at; i < end; ++i) of_key.back().second.push_back(++last_value_);
          at = end;
        }
      }
    }
    std::vector<firn::testing::TombstoneEntry> tombstones;
    TsmWriter writer;
    for (const auto& [key, of_key] : blocks) {
      std::optional<TimeSpan> deleted;
      if (Below(3) == 0) {
        const auto from = static_cast<int64_t>(Below(600));
        deleted = TimeSpan{from, from + static_cast<int64_t>(Below(300))};
        tombstones.push_back({key, deleted->from, deleted->to});
      }
      for (const auto& [times, values] : of_key) {
        writer.AddBlock(key, times, values);
        for (size_t i = 0; i < times.size(); ++i) {
          if (!deleted || !deleted->Contains(times[i])) model_[key][times[i]] = fmt::format("{}i", values[i]);
        }
      }
    }
    if (!blocks.empty()) shard.AddFile(number, writer, tombstones);
  }

  void WriteLog(WalWriter& wal) {
    const std::string key = Key(Below(5), Below(3));
    Integers times;
    Integers values;
    for (uint64_t count = 1 + Below(50); count > 0; --count) {
      times.push_back(static_cast<int64_t>(Below(700)));
      values.push_back(++last_value_);
      model_[key][times.back()] = fmt::format("{}i", values.back());
    }
    wal.Write(key, times, values);
  }

  std::mt19937_64 engine_;
  int64_t last_value_ = 0;
  std::map<std::string, std::map<int64_t, std::string>> model_;
};

TEST(ShardReader, AgreesWithAModelOfTheServer) {
  for (uint64_t seed = 0; seed < 150; ++seed) {
    RandomShard random(seed);
    ReadOptions options;
    options.rows.rows = 1 + seed * 7;
    ASSERT_EQ(random.shard.Rows(options), random.Expected()) << "seed " << seed;
    ASSERT_TRUE(random.shard.damages.empty()) << random.shard.damages[0].reason;
  }
}

}  // namespace
}  // namespace firn::influx_files
