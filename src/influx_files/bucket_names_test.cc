#include "influx_files/bucket_names.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "fault_file_system.h"
#include "formats/bolt/bolt_file.h"
#include "shared_fixtures.h"

namespace firn::influx_files {
namespace {

/// Made by bbolt 1.3.6, the library of InfluxDB 2.7: one organization, sixty buckets on several pages.
std::string BoltBytes() {
  std::ifstream file(firn::testing::SourceFolder() / "fuzz/corpus/bolt/bbolt_1_3_6.bolt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Result<std::map<std::string, BucketName>> NamesIn(std::string bytes) {
  firn::testing::FaultFileSystem files;
  EXPECT_TRUE(files.CreateFolders("/root").ok());
  EXPECT_TRUE(files.ReplaceFile("/root/influxd.bolt", bytes).ok());
  return ReadBucketNames(files, "/root/influxd.bolt");
}

TEST(BucketNames, AreReadFromTheServersMetadata) {
  const auto names = NamesIn(BoltBytes());
  ASSERT_TRUE(names.ok()) << names.error().message();
  EXPECT_EQ(names->size(), 60u);
  EXPECT_EQ(names->at("0000000000000001").bucket, "bucket 0");
  EXPECT_EQ(names->at("000000000000003c").bucket, "bucket 59");
  EXPECT_EQ(names->at("000000000000003c").organization, "acme");
}

TEST(BucketNames, AbsentAndForeignFilesAreErrors) {
  firn::testing::FaultFileSystem files;
  EXPECT_EQ(ReadBucketNames(files, "/influxd.bolt").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(NamesIn("no database").error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(NamesIn(std::string(20'000, '\0')).error().kind(), ErrorKind::kCorrupt);
}

TEST(BucketNames, ATornMetaPageLeavesTheStateBeforeIt) {
  std::string bytes = BoltBytes();
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  // The other meta page is that of the empty file.
  EXPECT_EQ(NamesIn(bytes).error().kind(), ErrorKind::kNotFound);
  bytes[4096 + 20] = static_cast<char>(bytes[4096 + 20] ^ 1);
  EXPECT_EQ(NamesIn(bytes).error().kind(), ErrorKind::kCorrupt);
}

TEST(BucketNames, SurvivesEveryFlippedByte) {
  const std::string whole = BoltBytes();
  for (size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    const auto file = bolt::BoltFile::Open(
        [&](uint64_t offset, size_t size) -> Result<std::string> {
          return damaged.substr(std::min<size_t>(offset, damaged.size()), size);
        },
        damaged.size());
    if (!file.ok()) continue;
    bolt::BoltFile opened = *file;
    (void)opened.ForEach("bucketsv1", [](std::string_view, std::string_view) { return OkStatus(); });
  }
}

}  // namespace
}  // namespace firn::influx_files
