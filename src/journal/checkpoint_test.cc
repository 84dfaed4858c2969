#include "journal/checkpoint.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/checksum.h"
#include "fault_file_system.h"

namespace firn::journal {
namespace {

Checkpoint Example() {
  Checkpoint checkpoint;
  checkpoint.Set({"iceberg", "influxdb_listener:8086", "0b5c"}, 42);
  checkpoint.Set({"", "tab\tnewline\n", "100%ü"}, -1);
  checkpoint.Set({"s3", "", ""}, std::numeric_limits<int64_t>::max());
  return checkpoint;
}

TEST(CheckpointTest, BringsBackWhatWasWritten) {
  firn::testing::FaultFileSystem disk;
  ASSERT_TRUE(Example().Write(disk, "/state").ok());
  const auto read = Checkpoint::Read(disk, "/state");
  ASSERT_TRUE(read.ok()) << read.error().message();
  EXPECT_EQ(read->positions(), Example().positions());
  EXPECT_EQ(read->Get({"iceberg", "influxdb_listener:8086", "0b5c"}), 42);
  EXPECT_EQ(read->Get({"iceberg", "influxdb_listener:8086", "other"}), std::nullopt);
}

TEST(CheckpointTest, AnAbsentFileIsAnEmptyCheckpoint) {
  firn::testing::FaultFileSystem disk;
  const auto read = Checkpoint::Read(disk, "/state");
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->positions().empty());
}

TEST(CheckpointTest, IsTextThatAPersonCanRead) {
  Checkpoint checkpoint;
  checkpoint.Set({"iceberg", "kafka", "topic-0"}, 7);
  const std::string text = checkpoint.Serialize();
  EXPECT_EQ(text.substr(0, text.rfind("crc32c")), "firn-checkpoint 1\niceberg\tkafka\ttopic-0\t7\n");
}

TEST(CheckpointTest, RefusesEveryChangedOrMissingByteAndSaysWhatToDo) {
  const std::string whole = Example().Serialize();
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(Checkpoint::Parse(changed).ok()) << at;
    EXPECT_FALSE(Checkpoint::Parse(whole.substr(0, at)).ok()) << at;
  }
  firn::testing::FaultFileSystem disk;
  disk.SetContents("/state", whole.substr(1));
  const auto read = Checkpoint::Read(disk, "/state");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(read.error().message().find("remove the file"), std::string::npos);
}

TEST(CheckpointTest, RefusesLinesThatAreNoPositionsThoughTheChecksumIsRight) {
  for (const char* line :
       {"a\tb\tc\n", "a\tb\tc\t1x\n", "a\tb\t%zz\t1\n", "a\tb\t%4\t1\n", "a\tb\tc\t99999999999999999999\n", "x"}) {
    std::string text = std::string("firn-checkpoint 1\n") + line;
    text += fmt::format("crc32c {:08x}\n", Crc32c(text));
    EXPECT_FALSE(Checkpoint::Parse(text).ok()) << line;
  }
}

TEST(CheckpointTest, SaysThatANewerFormatIsNotDamage) {
  EXPECT_EQ(Checkpoint::Parse("firn-checkpoint 2\n…").error().kind(), ErrorKind::kUnsupported);
}

TEST(CheckpointTest, APowerLossLeavesTheOldOrTheNewOne) {
  Checkpoint older = Example();
  Checkpoint newer = Example();
  newer.Set({"s3", "", ""}, 1);
  for (uint64_t call = 1; call <= 6; ++call) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      firn::testing::FaultFileSystem disk;
      ASSERT_TRUE(older.Write(disk, "/state").ok());
      disk.StopAtCall(disk.calls() + call, firn::testing::FaultFileSystem::Effect::kPart);
      const bool written = newer.Write(disk, "/state").ok();
      disk.LosePower(seed);
      const auto read = Checkpoint::Read(disk, "/state");
      ASSERT_TRUE(read.ok()) << read.error().message();
      const bool is_new = read->positions() == newer.positions();
      EXPECT_TRUE(is_new || (!written && read->positions() == older.positions()));
    }
  }
}

}  // namespace
}  // namespace firn::journal
