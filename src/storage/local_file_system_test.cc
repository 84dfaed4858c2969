#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "scratch_folder.h"
#include "storage/file_system.h"

namespace firn::storage {
namespace {

using firn::testing::ScratchFolder;
using Mode = FileSystem::Mode;

class LocalFileSystemTest : public ::testing::Test {
 protected:
  ScratchFolder folder_;
  std::unique_ptr<FileSystem> files_ = MakeLocalFileSystem();
};

TEST_F(LocalFileSystemTest, AppendsPartsInOrderAndReadsRanges) {
  auto file = files_->Open(folder_ / "a", Mode::kCreateNew);
  ASSERT_TRUE(file.ok());
  const std::array<std::string_view, 4> parts = {"one", "", "two", "three"};
  ASSERT_TRUE((*file)->AppendParts(parts).ok());
  ASSERT_TRUE((*file)->Append("!").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(*(*file)->Size(), 12u);
  EXPECT_EQ(*(*file)->ReadAt(3, 3), "two");
  EXPECT_EQ(*(*file)->ReadAt(9, 1000000), "ee!");
  EXPECT_EQ(*(*file)->ReadAt(50, 10), "");
  EXPECT_EQ(*files_->ReadFile(folder_ / "a"), "onetwothree!");
}

TEST_F(LocalFileSystemTest, WritesManyPartsInOneCall) {
  const std::vector<std::string_view> parts(5000, "ab");
  auto file = files_->Open(folder_ / "a", Mode::kAppend);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->AppendParts(parts).ok());
  EXPECT_EQ(*(*file)->Size(), 10000u);
}

TEST_F(LocalFileSystemTest, AppendsAfterWhatTruncateLeft) {
  auto file = files_->Open(folder_ / "a", Mode::kAppend);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("12345").ok());
  ASSERT_TRUE((*file)->Truncate(2).ok());
  ASSERT_TRUE((*file)->Append("x").ok());
  EXPECT_EQ(*files_->ReadFile(folder_ / "a"), "12x");
}

TEST_F(LocalFileSystemTest, NamesWhatIsWrongAndWhere) {
  const auto missing = files_->Open(folder_ / "none", Mode::kRead);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(missing.error().message().find("/none"), std::string::npos);
  ASSERT_TRUE(files_->ReplaceFile(folder_ / "a", "1").ok());
  EXPECT_EQ(files_->Open(folder_ / "a", Mode::kCreateNew).error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(files_->CreateFolders(folder_ / "a").error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(files_->CreateFolders(folder_ / "a/b").error().kind(), ErrorKind::kNotFound);
}

TEST_F(LocalFileSystemTest, ReplacesAFileAlsoWhenACrashLeftTheUnfinishedOne) {
  ASSERT_TRUE(files_->ReplaceFile(folder_ / "a", "old").ok());
  ASSERT_TRUE(files_->ReplaceFile(folder_ / "a.tmp", "rest of a crash").ok());
  ASSERT_TRUE(files_->ReplaceFile(folder_ / "a", "new").ok());
  EXPECT_EQ(*files_->ReadFile(folder_ / "a"), "new");
  EXPECT_EQ(*files_->List(folder_.path()), std::vector<std::string>{"a"});
}

TEST_F(LocalFileSystemTest, NeverRenamesOverAnotherFile) {
  ASSERT_TRUE(files_->ReplaceFile(folder_ / "a", "a").ok());
  ASSERT_TRUE(files_->ReplaceFile(folder_ / "b", "b").ok());
  EXPECT_EQ(files_->RenameNoReplace(folder_ / "a", folder_ / "b").error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(*files_->ReadFile(folder_ / "b"), "b");
  ASSERT_TRUE(files_->RenameNoReplace(folder_ / "a", folder_ / "c").ok());
  EXPECT_EQ(*files_->List(folder_.path()), (std::vector<std::string>{"b", "c"}));
}

TEST_F(LocalFileSystemTest, MakesFoldersAndDescribesThem) {
  ASSERT_TRUE(files_->CreateFolders(folder_ / "x/y/z").ok());
  ASSERT_TRUE(files_->CreateFolders(folder_ / "x/y/z").ok());
  EXPECT_TRUE(files_->Stat(folder_ / "x/y")->is_folder);
  std::filesystem::create_directory_symlink(folder_ / "x", folder_ / "link");
  EXPECT_TRUE(files_->Stat(folder_ / "link")->is_link);
  EXPECT_TRUE(files_->Stat(folder_ / "link")->is_folder);
  EXPECT_GT(*files_->FreeBytes(folder_.path()), 0u);
}

TEST_F(LocalFileSystemTest, LocksAFolderOnceAndNamesTheHolder) {
  const std::string locked = folder_ / "state";
  auto first = FolderLock::Acquire(locked);
  ASSERT_TRUE(first.ok());
  const auto second = FolderLock::Acquire(locked);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_NE(second.error().message().find(std::to_string(::getpid())), std::string::npos) << second.error().message();
  *first = nullptr;
  EXPECT_TRUE(FolderLock::Acquire(locked).ok());
}

TEST_F(LocalFileSystemTest, ALockDiesWithItsProcess) {
  const std::string locked = folder_ / "state";
  const pid_t child = ::fork();
  if (child == 0) {
    auto lock = FolderLock::Acquire(locked);
    ::_exit(lock.ok() ? 0 : 1);  // without destructors, as a kill would
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_TRUE(FolderLock::Acquire(locked).ok());
}

}  // namespace
}  // namespace firn::storage
