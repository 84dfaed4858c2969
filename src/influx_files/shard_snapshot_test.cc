// A server at work between the listing of a shard and the opening of its files.
#include "influx_files/shard_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "fault_file_system.h"
#include "influx_files/inspect.h"
#include "influx_files/shard_reader.h"
#include "point/row.h"
#include "tsm_writer.h"

namespace firn::influx_files {
namespace {

using firn::testing::TsmWriter;
using firn::testing::WalWriter;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Integers = std::vector<int64_t>;

constexpr const char* kData = "/influx/data/db/autogen/4";
constexpr const char* kWal = "/influx/wal/db/autogen/4";

std::string TsmPath(int generation, int sequence = 1) {
  return fmt::format("{}/{:09}-{:09}.tsm", kData, generation, sequence);
}
std::string TombstoneOf(int generation) {
  return fmt::format("{}/{:09}-000000001.tombstone", kData, generation);
}
std::string WalPath(int number) {
  return fmt::format("{}/_{:05}.wal", kWal, number);
}

std::string TsmWith(const Integers& times) {
  TsmWriter writer;
  writer.AddBlock("m#!~#n", times, times);
  return writer.Finish();
}
std::string WalWith(const Integers& times) {
  WalWriter wal;
  wal.Write("m#!~#n", times, times);
  return wal.bytes();
}

/// A disk that does something of its own before each file is opened.
class BusyFileSystem final : public storage::FileSystem {
 public:
  firn::testing::FaultFileSystem disk;
  std::function<void(const std::string& path)> before_open = [](const std::string&) {};

  Result<std::unique_ptr<storage::File>> Open(const std::string& path, Mode mode) override {
    const auto work = before_open;  // which may take itself away
    work(path);
    return disk.Open(path, mode);
  }
  Result<std::vector<std::string>> List(const std::string& folder) override { return disk.List(folder); }
  Result<bool> Exists(const std::string& path) override { return disk.Exists(path); }
  Result<storage::FileInfo> Stat(const std::string& path) override { return disk.Stat(path); }
  Status CreateFolders(const std::string& folder) override { return disk.CreateFolders(folder); }
  Status Rename(const std::string& from, const std::string& to) override { return disk.Rename(from, to); }
  Status RenameNoReplace(const std::string& from, const std::string& to) override {
    return disk.RenameNoReplace(from, to);
  }
  Status Remove(const std::string& path) override { return disk.Remove(path); }
  Status SyncFolder(const std::string& folder) override { return disk.SyncFolder(folder); }
  Result<uint64_t> FreeBytes(const std::string& folder) override { return disk.FreeBytes(folder); }
  Result<std::unique_ptr<storage::FolderLock>> Lock(const std::string& folder) override { return disk.Lock(folder); }
};

class ShardSnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {kData, kWal}) ASSERT_TRUE(files_.CreateFolders(folder).ok());
    shard_ = {"db", "autogen", "4", kData, kWal};
  }

  void Put(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(files_.disk.ReplaceFile(path, bytes).ok());
  }
  void Take(const std::string& path) { ASSERT_TRUE(files_.disk.Remove(path).ok()); }

  /// Does `work` the first time that a file is about to be opened.
  void OnceBeforeOpen(std::function<void()> work) {
    files_.before_open = [this, work = std::move(work)](const std::string&) {
      files_.before_open = [](const std::string&) {};
      work();
    };
  }

  Result<ShardSnapshot> Open() {
    return OpenShard(files_, shard_, [this](milliseconds wait) {
      pauses_.push_back(wait);
      if (during_pause_) during_pause_();
    });
  }

  /// The times of the rows, or the error.
  static std::string Times(const Result<ShardSnapshot>& opened) {
    if (!opened.ok()) return opened.error().message();
    std::string text;
    const Result<ReadReport> read = ReadShard(
        *opened, {}, [&](const Damage& damage) { text += damage.reason + " "; },
        [&](const point::Batch& batch) {
          for (size_t row = 0; row < batch.rows(); ++row) text += fmt::format("{} ", batch.times[row]);
          return OkStatus();
        });
    if (!read.ok()) text += read.error().message();
    return text;
  }

  BusyFileSystem files_;
  ShardFiles shard_;
  std::vector<milliseconds> pauses_;
  std::function<void()> during_pause_;
};

TEST_F(ShardSnapshotTest, RowsOfASegmentThatBecomesATsmFileMeanwhileAreRead) {
  Put(WalPath(1), WalWith({1, 2}));
  Put(WalPath(2), WalWith({3}));
  OnceBeforeOpen([&] {
    Put(TsmPath(1), TsmWith({1, 2}));
    Take(WalPath(1));
  });
  EXPECT_EQ(Times(Open()), "1 2 3 ");
  EXPECT_THAT(pauses_, ElementsAre(milliseconds(10)));
}

TEST_F(ShardSnapshotTest, ASegmentThatWasOpenedBeforeItWentIsNotReadBesideFilesThatCameLater) {
  Put(WalPath(1), WalWith({1, 2}));
  Put(TsmPath(1), TsmWith({9}));
  files_.before_open = [&](const std::string& path) {
    if (path != TsmPath(1)) return;
    files_.before_open = [](const std::string&) {};
    Put(TsmPath(2), TsmWith({1, 2}));
    Take(WalPath(1));
  };
  const Result<ShardSnapshot> opened = Open();
  EXPECT_EQ(Times(opened), "1 2 9 ");
  EXPECT_EQ(opened->wal_segments.size(), 0u);
  EXPECT_EQ(opened->tsm_files.size(), 2u);
}

TEST_F(ShardSnapshotTest, FilesThatACompactionReplacesMeanwhileAreReadInTheirNewForm) {
  Put(TsmPath(1), TsmWith({1}));
  Put(TsmPath(2), TsmWith({2}));
  OnceBeforeOpen([&] {
    Put(TsmPath(2, 2), TsmWith({1, 2}));
    Take(TsmPath(1));
    Take(TsmPath(2));
  });
  const Result<ShardSnapshot> opened = Open();
  EXPECT_EQ(Times(opened), "1 2 ");
  EXPECT_EQ(opened->tsm_files.size(), 1u);
}

TEST_F(ShardSnapshotTest, WhatWasOpenedStaysReadableWhenItIsRemoved) {
  Put(TsmPath(1), TsmWith({1}));
  Put(WalPath(1), WalWith({2}));
  const Result<ShardSnapshot> opened = Open();
  Take(TsmPath(1));
  Take(WalPath(1));
  EXPECT_EQ(Times(opened), "1 2 ");
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(ShardSnapshotTest, ADeleteAppliesToAllFilesOrNone) {
  Put(TsmPath(1), TsmWith({1, 5}));
  Put(TsmPath(2), TsmWith({2, 6}));
  const std::string tombstones =
      firn::testing::EncodeTombstones(4, std::vector<firn::testing::TombstoneEntry>{{"m#!~#n", 1, 2}});
  files_.before_open = [&](const std::string& path) {
    if (path != TsmPath(2)) return;  // the first file and that it has no tombstones is known by now
    files_.before_open = [](const std::string&) {};
    Put(TombstoneOf(1), tombstones);
    Put(TombstoneOf(2), tombstones);
  };
  EXPECT_EQ(Times(Open()), "5 6 ");
}

TEST_F(ShardSnapshotTest, AShardWhoseLastFileIsRemovedIsEmpty) {
  Put(TsmPath(1), TsmWith({1}));
  OnceBeforeOpen([&] { Take(TsmPath(1)); });
  EXPECT_EQ(Times(Open()), "");
}

TEST_F(ShardSnapshotTest, AShardWhoseFoldersAreGoneIsNotFound) {
  shard_.folder = "/influx/data/db/autogen/5";
  shard_.wal_folder = "/influx/wal/db/autogen/5";
  const Result<ShardSnapshot> opened = Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(ShardSnapshotTest, AFileByItselfThatIsGoneIsNotFound) {
  shard_ = {};
  shard_.only_file = TsmPath(1);
  EXPECT_EQ(Open().error().kind(), ErrorKind::kNotFound);
}

TEST_F(ShardSnapshotTest, AServerThatNeverRestsIsGivenUpOn) {
  Put(TsmPath(1), TsmWith({1}));
  int generation = 1;
  files_.before_open = [&](const std::string& path) {
    if (path != TsmPath(generation)) return;
    Put(TsmPath(++generation), TsmWith({1}));
    Take(path);
  };
  const Result<ShardSnapshot> opened = Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kUnavailable);
  EXPECT_THAT(opened.error().message(), HasSubstr("12 times"));
  ASSERT_EQ(pauses_.size(), 11u);
  EXPECT_EQ(pauses_[3], milliseconds(80));
  EXPECT_EQ(pauses_.back(), milliseconds(1'000));
}

TEST_F(ShardSnapshotTest, SegmentsMayGrowAndBegin) {
  Put(WalPath(1), WalWith({1}));
  OnceBeforeOpen([&] { Put(WalPath(2), WalWith({2})); });
  EXPECT_EQ(Times(Open()), "1 ");
  EXPECT_TRUE(pauses_.empty());
}

TEST_F(ShardSnapshotTest, AnEntryThatIsJustBeingWrittenIsWaitedFor) {
  const std::string first = WalWith({1});
  const std::string whole = first + WalWith({2});
  for (const size_t written : {first.size() + 1, first.size() + 7, whole.size() - 1}) {
    pauses_.clear();
    Put(WalPath(1), whole.substr(0, written));
    const std::string later = whole + WalWith({3});
    during_pause_ = [&] { files_.disk.SetContents(WalPath(1), later.substr(0, later.size() - 1)); };
    EXPECT_EQ(Times(Open()), "1 2 ") << written;
    EXPECT_EQ(pauses_.size(), 1u);
  }
}

TEST_F(ShardSnapshotTest, AnEntryThatStaysTornIsDamage) {
  const std::string first = WalWith({1});
  Put(WalPath(1), first + WalWith({2}).substr(0, 9));
  EXPECT_THAT(Times(Open()), HasSubstr("not whole"));
  EXPECT_EQ(pauses_.size(), 5u);
}

TEST_F(ShardSnapshotTest, OtherErrorsAreNotTriedAgain) {
  Put(TsmPath(1), TsmWith({1}));
  files_.before_open = [&](const std::string&) {
    files_.disk.FailCall(files_.disk.calls() + 1, ErrorKind::kUnauthorized);
  };
  const Result<ShardSnapshot> opened = Open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kUnauthorized);
  EXPECT_TRUE(pauses_.empty());
}

}  // namespace
}  // namespace firn::influx_files
