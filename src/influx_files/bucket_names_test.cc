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

/// Only meta pages have a checksum: a flipped byte elsewhere may change a name, but what is read stays within the file.
TEST(BucketNames, AFlippedByteOfAMetaPageChangesNothingInSilence) {
  std::string bytes = BoltBytes();
  const auto pairs = [&]() -> Result<std::vector<std::string>> {
    std::vector<std::string> read;
    FIRN_ASSIGN(bolt::BoltFile file, bolt::BoltFile::Open(
                                         [&](uint64_t offset, size_t size) -> Result<std::string> {
                                           return bytes.substr(std::min<size_t>(offset, bytes.size()), size);
                                         },
                                         bytes.size()));
    FIRN_TRY(file.ForEach("bucketsv1", [&](std::string_view key, std::string_view value) {
      read.push_back(fmt::format("{}={}", key, value));
      return OkStatus();
    }));
    return read;
  };
  const std::vector<std::string> whole = *pairs();
  constexpr size_t kMetaBytes = 2 * 4096;
  size_t refused = 0;
  for (char& byte : bytes) {
    const auto at = static_cast<size_t>(&byte - bytes.data());
    byte = static_cast<char>(byte ^ 0x41);
    const Result<std::vector<std::string>> read = pairs();
    refused += read.ok() ? 0 : 1;
    EXPECT_TRUE(!read.ok() || at >= kMetaBytes || *read == whole) << at;
    byte = static_cast<char>(byte ^ 0x41);
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace
}  // namespace firn::influx_files
