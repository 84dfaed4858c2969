#include "influx_files/shard_groups.h"

#include <gtest/gtest.h>

#include "fault_file_system.h"

namespace firn::influx_files {
namespace {

std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}
std::string Number(uint64_t field, int64_t value) {
  return Varint(field << 3) + Varint(static_cast<uint64_t>(value));
}
std::string Message(uint64_t field, const std::string& bytes) {
  return Varint(field << 3 | 2) + Varint(bytes.size()) + bytes;
}

std::string Group(int64_t start, int64_t end, int64_t deleted_at, const std::vector<int64_t>& shards) {
  std::string group = Number(1, 77) + Number(2, start) + Number(3, end) + Number(4, deleted_at);
  for (const int64_t shard : shards) group += Message(5, Number(1, shard));
  return group;
}

/// A server's metadata: two databases, three groups of shards.
std::string Metadata() {
  const std::string first = Message(1, "autogen") + Number(2, 0) + Message(5, Group(-200, 0, 0, {1})) +
                            Message(5, Group(0, 200, 1'700'000'000, {2, 3}));
  const std::string second = Message(1, "short") + Message(5, Group(0, 50, 0, {4}));
  return Number(1, 3) + Message(5, Message(1, "telegraf") + Message(3, first)) +
         Message(5, Message(1, "other") + Message(3, second)) + Number(9, 4);
}

TEST(ShardGroups, HaveTheTimesOfEachShard) {
  const Result<ShardGroups> groups = ParseShardGroups(Metadata());
  ASSERT_TRUE(groups.ok()) << groups.error().message();
  ASSERT_EQ(groups->size(), 4u);
  EXPECT_EQ(groups->at(1).times.from, -200);
  EXPECT_EQ(groups->at(1).times.to, -1);
  EXPECT_FALSE(groups->at(1).is_deleted);
  EXPECT_TRUE(groups->at(2).is_deleted);
  EXPECT_TRUE(groups->at(3).is_deleted);
  EXPECT_EQ(groups->at(4).times.to, 49);
}

TEST(ShardGroups, AreFoundAboveTheShard) {
  firn::testing::FaultFileSystem files;
  for (const char* folder : {"/influx/meta", "/influx/data/telegraf/autogen/1", "/elsewhere"})
    ASSERT_TRUE(files.CreateFolders(folder).ok());
  ASSERT_TRUE(files.ReplaceFile("/influx/meta/meta.db", Metadata()).ok());
  EXPECT_EQ(ReadShardGroups(files, "/influx/data/telegraf/autogen/1")->size(), 4u);
  EXPECT_TRUE(ReadShardGroups(files, "/elsewhere")->empty());
}

TEST(ShardGroups, DamagedMetadataAreRefusedOrRead) {
  const std::string whole = Metadata();
  for (size_t size = 0; size < whole.size(); ++size) (void)ParseShardGroups(std::string_view(whole).substr(0, size));
  EXPECT_EQ(ParseShardGroups(whole.substr(0, whole.size() - 1)).error().kind(), ErrorKind::kCorrupt);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    (void)ParseShardGroups(damaged);
  }
}

}  // namespace
}  // namespace firn::influx_files
