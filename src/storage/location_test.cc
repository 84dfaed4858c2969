#include "storage/location.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "storage/storage.h"

namespace firn::storage {
namespace {

TEST(LocationTest, TakesEverySpellingOfALocalPath) {
  for (const char* location : {"/a/b c", "file:///a/b c", "file:/a/b c", "FILE:///a/b c", "file://localhost/a/b c"}) {
    const auto path = LocalPath(location);
    ASSERT_TRUE(path.ok()) << location;
    EXPECT_EQ(*path, "/a/b c") << location;
  }
}

TEST(LocationTest, LeavesPercentSignsAndColonsAlone) {
  EXPECT_EQ(*LocalPath("file:///a%20b/x=12:30#1"), "/a%20b/x=12:30#1");
  EXPECT_EQ(*LocalPath("/a:b/c"), "/a:b/c");
}

TEST(LocationTest, SplitsS3LocationsIntoBucketAndKey) {
  for (const char* location : {"s3://bucket/a/b", "s3a://bucket/a/b", "s3n://bucket/a/b"}) {
    const auto parsed = ParseLocation(location);
    ASSERT_TRUE(parsed.ok()) << location;
    EXPECT_EQ(parsed->scheme, Scheme::kS3);
    EXPECT_EQ(parsed->path, "bucket/a/b");
  }
}

TEST(LocationTest, RefusesWhatIsNoAbsoluteLocation) {
  for (const char* location : {"", "a/b", "./a", "file://host/a", "file:", "s3://", "s3:///key", "s3:/bucket/key"}) {
    const auto parsed = ParseLocation(location);
    ASSERT_FALSE(parsed.ok()) << location;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalidInput) << location;
  }
  EXPECT_EQ(ParseLocation("gs://bucket/key").error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(LocalPath("s3://bucket/key").error().kind(), ErrorKind::kUnsupported);
}

TEST(NormalizeWarehouseTest, MakesLocalPathsAbsoluteFileUris) {
  EXPECT_EQ(*NormalizeWarehouse("lake"), "file://" + (std::filesystem::current_path() / "lake").string());
  EXPECT_EQ(*NormalizeWarehouse("/data/../lake//x/"), "file:///lake/x");
  EXPECT_EQ(*NormalizeWarehouse("file:/data/lake/"), "file:///data/lake");
  EXPECT_EQ(*NormalizeWarehouse("/"), "file:///");
}

TEST(NormalizeWarehouseTest, KeepsUrisVerbatimWithoutTheTrailingSlash) {
  EXPECT_EQ(*NormalizeWarehouse("s3a://bucket/lake//"), "s3a://bucket/lake");
  EXPECT_EQ(NormalizeWarehouse("").error().kind(), ErrorKind::kInvalidConfig);
  EXPECT_EQ(NormalizeWarehouse("gs://bucket").error().kind(), ErrorKind::kInvalidConfig);
}

}  // namespace
}  // namespace firn::storage
