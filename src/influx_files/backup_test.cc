#include "influx_files/backup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "formats/compression/compression.h"
#include "influx_files/shard_files.h"
#include "scratch_folder.h"
#include "shared_fixtures.h"

namespace firn::influx_files {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A backup of two retention policies, made by `influxd backup -portable` of a 1.6.7 server.
std::string RealBackup() {
  return (firn::testing::SourceFolder() / "src/influx_files/testdata/backup_1_6_7").string();
}

/// One file of a tar archive (POSIX ustar).
std::string TarEntry(const std::string& name, const std::string& content) {
  std::string header(512, '\0');
  const auto put = [&](size_t at, const std::string& text) { header.replace(at, text.size(), text); };
  put(0, name);
  put(124, fmt::format("{:011o}", content.size()));
  put(156, "0");
  put(257, std::string("ustar\0"
                       "00",
                       8));
  put(148, "        ");
  put(148, fmt::format("{:06o}", std::accumulate(header.begin(), header.end(), 0u, [](unsigned sum, char byte) {
                         return sum + static_cast<uint8_t>(byte);
                       })));
  return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

class BackupTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(files_->ReplaceFile(scratch_ / name, bytes).ok());
  }
  /// A backup of one archive.
  Status UnpackArchive(const std::string& bytes) {
    Write("a.tar.gz", bytes);
    return UnpackBackup(*files_, {scratch_ / "a.manifest", {scratch_ / "a.tar.gz"}, {}}, scratch_ / "unpacked");
  }
  std::vector<std::string> Unpacked() {
    std::vector<std::string> paths;
    const std::filesystem::path root = scratch_ / "unpacked";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.is_regular_file()) paths.push_back(entry.path().lexically_relative(root).string());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  firn::testing::ScratchFolder scratch_;
  std::unique_ptr<storage::FileSystem> files_ = storage::MakeLocalFileSystem();
};

TEST_F(BackupTest, OfARealServerIsFoundAndUnpacked) {
  const auto backup = FindBackup(*files_, RealBackup());
  ASSERT_TRUE(backup.ok()) << backup.error().message();
  ASSERT_TRUE(*backup);
  EXPECT_EQ((*backup)->archives.size(), 3u);
  const Status unpacked = UnpackBackup(*files_, **backup, scratch_ / "unpacked");
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().message();
  const auto shards = FindShards(*files_, scratch_ / "unpacked");
  ASSERT_TRUE(shards.ok()) << shards.error().message();
  std::vector<std::string> names;
  for (const ShardFiles& shard : *shards) names.push_back(shard.Name());
  EXPECT_THAT(names, ElementsAre("demo/autogen/1", "demo/autogen/2", "demo/short time/3"));
}

TEST_F(BackupTest, OfVersion2HasNames) {
  Write("20260101T000000Z.manifest", R"({"kv":{"fileName":"20260101T000000Z.bolt.gz"},"buckets":[
      {"organizationID":"00000000000000aa","organizationName":"acme","bucketID":"00000000000000bb","bucketName":"metrics",
       "retentionPolicies":[{"name":"autogen","shardGroups":[{"id":1,"shards":[{"id":7,
         "fileName":"20260101T000000Z.7.tar.gz","compression":"gzip"}]}]}]}]})");
  const auto backup = FindBackup(*files_, scratch_.path().string());
  ASSERT_TRUE(backup.ok()) << backup.error().message();
  ASSERT_TRUE(*backup);
  EXPECT_THAT((*backup)->archives, ElementsAre(scratch_ / "20260101T000000Z.7.tar.gz"));
  EXPECT_EQ((*backup)->names.at("00000000000000bb").bucket, "metrics");
  EXPECT_EQ((*backup)->names.at("00000000000000bb").organization, "acme");
}

TEST_F(BackupTest, FoldersWithoutAManifestAreNone) {
  Write("notes.txt", "x");
  const auto backup = FindBackup(*files_, scratch_.path().string());
  ASSERT_TRUE(backup.ok());
  EXPECT_FALSE(*backup);
}

TEST_F(BackupTest, OfEachShardTheNewestArchiveCounts) {
  const auto manifest = [](const char* archives) { return fmt::format(R"({{"files":[{}]}})", archives); };
  Write("20260101T000000Z.manifest",
        manifest(R"({"shardID":1,"fileName":"old.s1"},{"shardID":2,"fileName":"old.s2"})"));
  Write("20260102T000000Z.manifest", manifest(R"({"shardID":2,"fileName":"new.s2"})"));
  const auto both = FindBackup(*files_, scratch_.path().string());
  ASSERT_TRUE(both.ok()) << both.error().message();
  EXPECT_THAT((*both)->archives, ElementsAre(scratch_ / "new.s2", scratch_ / "old.s1"));
  const auto first = FindBackup(*files_, scratch_ / "20260101T000000Z.manifest");
  ASSERT_TRUE(first.ok());
  EXPECT_THAT((*first)->archives, ElementsAre(scratch_ / "old.s1", scratch_ / "old.s2"));
}

TEST_F(BackupTest, ArchivesWithoutAManifestAreUnpackedOneOverTheOther) {
  const std::string file = "db/my policy/7/000000001-000000001.tsm";
  Write("meta.00", "");
  Write("db.my policy.00007.00", TarEntry(file, "old") + TarEntry("db/my policy/7/fields.idx", "types"));
  Write("db.my policy.00007.01", TarEntry(file, "new"));
  const auto backup = FindBackup(*files_, scratch_.path().string());
  ASSERT_TRUE(backup.ok() && *backup);
  EXPECT_THAT((*backup)->archives, ElementsAre(scratch_ / "db.my policy.00007.00", scratch_ / "db.my policy.00007.01"));
  ASSERT_TRUE(UnpackBackup(*files_, **backup, scratch_ / "unpacked").ok());
  EXPECT_THAT(Unpacked(), ElementsAre("data/db/my policy/7/000000001-000000001.tsm", "data/db/my policy/7/fields.idx"));
  EXPECT_EQ(*files_->ReadFile(scratch_ / "unpacked/data/" + file), "new");
  EXPECT_TRUE(*FindBackup(*files_, scratch_ / "db.my policy.00007.00"));
}

TEST_F(BackupTest, ManifestsThatMakeNoSenseAreRefused) {
  for (const char* text : {"", "[]", "{}", R"({"files":[{}]})", R"({"files":[{"fileName":"../x.tar.gz","shardID":1}]})",
                           R"({"files":[{"fileName":"x.tar.gz"}]})",
                           R"({"buckets":[{"retentionPolicies":[{"shardGroups":[{"shards":[7]}]}]}]})"}) {
    Write("a.manifest", text);
    const auto backup = FindBackup(*files_, scratch_ / "a.manifest");
    ASSERT_FALSE(backup.ok()) << text;
    EXPECT_EQ(backup.error().kind(), ErrorKind::kCorrupt) << text;
  }
}

TEST_F(BackupTest, ArchivesWriteNothingButShardFiles) {
  const std::string file = "000000001-000000001.tsm";
  std::string archive;
  for (const std::string& name :
       {"db/rp/1/" + file, std::string("db/rp/1/000000001-000000001.tombstone"), std::string("db/rp/1/fields.idx"),
        "../../../1/" + file, "/db/rp/" + file, "db/../1/" + file, "db/rp/1/index/" + file, "db//1/" + file,
        std::string("db/rp/1/passwd"), file})
    archive += TarEntry(name, "content");
  ASSERT_TRUE(UnpackArchive(archive + std::string(1024, '\0')).ok());
  EXPECT_THAT(Unpacked(), ElementsAre("data/db/rp/1/000000001-000000001.tombstone",
                                      "data/db/rp/1/000000001-000000001.tsm", "data/db/rp/1/fields.idx"));
}

TEST_F(BackupTest, DamagedArchivesAreTold) {
  const std::string packed = compression::Encode(compression::Codec::kGzip,
                                                 TarEntry("db/rp/1/000000001-000000001.tsm", std::string(2000, 'x')));
  const Status cut = UnpackArchive(packed.substr(0, packed.size() - 4));
  EXPECT_EQ(cut.error().kind(), ErrorKind::kCorrupt);
  EXPECT_THAT(cut.error().message(), HasSubstr("a.tar.gz"));
}

}  // namespace
}  // namespace firn::influx_files
