#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "scratch_folder.h"
#include "storage/storage.h"

namespace firn::storage {
namespace {

using firn::testing::ScratchFolder;

class LocalStorageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto storage = OpenStorage({});
    ASSERT_TRUE(storage.ok());
    storage_ = *storage;
  }

  std::vector<std::string> Listed(const std::string& prefix) {
    std::vector<std::string> locations;
    const Status status = storage_->List(prefix, [&](const ObjectInfo& info) {
      locations.push_back(info.location);
      return OkStatus();
    });
    EXPECT_TRUE(status.ok());
    std::sort(locations.begin(), locations.end());
    return locations;
  }

  ScratchFolder folder_;
  std::string root_ = "file://" + folder_.path().string();
  std::shared_ptr<Storage> storage_;
};

TEST_F(LocalStorageTest, ShowsAnObjectOnlyWhenItIsClosed) {
  const std::string location = root_ + "/data/time_day=2026-01-01/ä b+c%20.parquet";
  auto writer = storage_->Create(location);
  ASSERT_TRUE(writer.ok()) << writer.error().message();
  ASSERT_TRUE((*writer)->Append("hello ").ok());
  ASSERT_TRUE((*writer)->Append(std::string(1'000'000, 'x')).ok());
  EXPECT_EQ(storage_->Stat(location).error().kind(), ErrorKind::kNotFound);
  ASSERT_TRUE((*writer)->Close().ok());
  EXPECT_EQ((*writer)->bytes_written(), 1'000'006u);
  EXPECT_EQ(storage_->Stat(location)->size_bytes, 1'000'006u);
  EXPECT_EQ(*storage_->ReadRange(location, 4, 4), "o xx");
  EXPECT_EQ(storage_->Read(location)->size(), 1'000'006u);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "data/time_day=2026-01-01/ä b+c%20.parquet"));
  EXPECT_EQ(Listed(root_), std::vector<std::string>{location});
}

TEST_F(LocalStorageTest, NeverOverwritesAnObject) {
  const std::string location = root_ + "/v1.metadata.json";
  ASSERT_TRUE(storage_->Write(location, "first").ok());
  const Status second = storage_->Write(location, "second");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(*storage_->Read(location), "first");
  EXPECT_EQ(Listed(root_).size(), 1u);
}

TEST_F(LocalStorageTest, LeavesNothingOfAnAbandonedObject) {
  {
    auto writer = storage_->Create(root_ + "/a/b");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE((*writer)->Append(std::string(1 << 20, 'x')).ok());
    EXPECT_EQ(Listed(root_).size(), 1u) << "the unfinished file is there for who looks for orphans";
  }
  EXPECT_TRUE(Listed(root_).empty());
}

TEST_F(LocalStorageTest, ExactlyOneOfManyWritersOfALocationWins) {
  std::atomic<int> wins{0};
  std::atomic<int> losses{0};
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        const Status status = storage_->Write(root_ + "/x/y", std::to_string(i));
        if (status.ok()) ++wins;
        if (!status.ok() && status.error().kind() == ErrorKind::kAlreadyExists) ++losses;
      });
    }
  }
  EXPECT_EQ(wins, 1);
  EXPECT_EQ(losses, 7);
}

TEST_F(LocalStorageTest, GoesOnAfterItsFolderWasRemoved) {
  ASSERT_TRUE(storage_->Write(root_ + "/t/data/a", "1").ok());
  std::filesystem::remove_all(folder_.path() / "t");
  ASSERT_TRUE(storage_->Write(root_ + "/t/data/a", "2").ok());
  EXPECT_EQ(*storage_->Read(root_ + "/t/data/a"), "2");
}

TEST_F(LocalStorageTest, TellsAShortObjectFromAMissingOne) {
  ASSERT_TRUE(storage_->Write(root_ + "/a", "12345").ok());
  EXPECT_EQ(storage_->ReadRange(root_ + "/a", 3, 3).error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(storage_->ReadRange(root_ + "/b", 0, 1).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(storage_->Read(root_).error().kind(), ErrorKind::kInvalidInput) << "a folder";
  EXPECT_TRUE(storage_->Delete(root_ + "/b").ok());
  EXPECT_TRUE(storage_->Delete(root_ + "/a").ok());
  EXPECT_EQ(storage_->Stat(root_ + "/a").error().kind(), ErrorKind::kNotFound);
}

TEST_F(LocalStorageTest, ListsInTheSpellingOfThePrefixAndFollowsNoLinkedFolder) {
  ASSERT_TRUE(storage_->Write(root_ + "/t/a", "1").ok());
  ASSERT_TRUE(storage_->Write(root_ + "/t/b/c", "1").ok());
  ASSERT_TRUE(storage_->Write(root_ + "/t2/d", "1").ok());
  std::filesystem::create_directory_symlink(folder_.path(), folder_.path() / "t" / "loop");
  EXPECT_EQ(Listed(root_ + "/t/"), (std::vector<std::string>{root_ + "/t/a", root_ + "/t/b/c"}));
  const std::string java = "file:" + folder_.path().string() + "/t2";
  EXPECT_EQ(Listed(java), std::vector<std::string>{java + "/d"});
  EXPECT_TRUE(Listed(root_ + "/absent").empty());
}

TEST_F(LocalStorageTest, StopsListingWhenTheVisitorFails) {
  ASSERT_TRUE(storage_->Write(root_ + "/a", "1").ok());
  ASSERT_TRUE(storage_->Write(root_ + "/b", "1").ok());
  int visited = 0;
  const Status status = storage_->List(root_, [&](const ObjectInfo&) -> Status {
    ++visited;
    return Cancelled("enough");
  });
  EXPECT_EQ(status.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(visited, 1);
}

TEST_F(LocalStorageTest, LooksUnderAMappedPathAndKeepsTheOriginalSpelling) {
  StorageOptions options;
  options.path_map = {{"s3://lake/wh", folder_.path().string()}};
  auto opened = OpenStorage(options);
  ASSERT_TRUE(opened.ok());
  storage_ = *opened;
  ASSERT_TRUE(storage_->Write("s3://lake/wh/t/a", "1").ok());
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "t/a"));
  EXPECT_EQ(storage_->Stat("s3://lake/wh/t/a")->location, "s3://lake/wh/t/a");
  EXPECT_EQ(Listed("s3://lake/wh/t"), std::vector<std::string>{"s3://lake/wh/t/a"});
  // A folder whose name only begins alike is not mapped.
  EXPECT_EQ(storage_->Write("gs://lake/wh/t", "1").error().kind(), ErrorKind::kUnsupported);
}

TEST_F(LocalStorageTest, MapsALocalPrefixInEverySpelling) {
  StorageOptions options;
  options.path_map = {{"/gone/lake", folder_.path().string()}};
  storage_ = *OpenStorage(options);
  ASSERT_TRUE(storage_->Write("file:///gone/lake/t/a", "1").ok());
  for (const char* location : {"/gone/lake/t/a", "file:/gone/lake/t/a", "file:///gone/lake/t/a"}) {
    EXPECT_TRUE(storage_->Read(location).ok()) << location;
  }
  EXPECT_EQ(Listed("file:/gone/lake/t"), std::vector<std::string>{"file:/gone/lake/t/a"});
  EXPECT_EQ(Listed("file:///gone/lake"), std::vector<std::string>{"file:///gone/lake/t/a"});
  EXPECT_FALSE(storage_->Read("/gone/lake2/t/a").ok());
}

}  // namespace
}  // namespace firn::storage
