#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "storage/s3_library.h"
#include "storage/storage.h"

namespace firn::storage {
namespace {

std::string FromEnvironment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// Ends the S3 library after all tests, as main does.
class S3LibraryEnvironment : public ::testing::Environment {
  void SetUp() override { library_ = std::make_unique<S3Library>(); }
  void TearDown() override { library_ = nullptr; }
  std::unique_ptr<S3Library> library_;
};
[[maybe_unused]] const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new S3LibraryEnvironment);

/// Needs a server: FIRN_TEST_S3_ENDPOINT=http://127.0.0.1:PORT with the bucket FIRN_TEST_S3_BUCKET (default
/// "warehouse"), keys in FIRN_TEST_S3_KEY and FIRN_TEST_S3_SECRET (default firn, firnsecret).
class S3StorageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string endpoint = FromEnvironment("FIRN_TEST_S3_ENDPOINT", "");
    if (endpoint.empty()) GTEST_SKIP() << "no S3 server: set FIRN_TEST_S3_ENDPOINT";
    options_.s3.endpoint = endpoint;
    options_.s3.region = "us-east-1";
    options_.s3.access_key = FromEnvironment("FIRN_TEST_S3_KEY", "firn");
    options_.s3.secret_key = FromEnvironment("FIRN_TEST_S3_SECRET", "firnsecret");
    auto storage = OpenStorage(options_);
    ASSERT_TRUE(storage.ok()) << storage.error().message();
    storage_ = *storage;
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    root_ = "s3://" + bucket_ + "/test-" + std::to_string(now);
  }

  std::vector<std::string> Listed(const std::string& prefix) {
    std::vector<std::string> locations;
    const Status status = storage_->List(prefix, [&](const ObjectInfo& info) {
      locations.push_back(info.location);
      return OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status.error().message();
    std::sort(locations.begin(), locations.end());
    return locations;
  }

  StorageOptions options_;
  std::string bucket_ = FromEnvironment("FIRN_TEST_S3_BUCKET", "warehouse");
  std::string root_;
  std::shared_ptr<Storage> storage_;
};

TEST_F(S3StorageTest, WritesReadsListsAndDeletesLiteralKeys) {
  const std::vector<std::string> locations = {root_ + "/data/time_day=2026-01-01/ä b+c.parquet", root_ + "/data/x%20y",
                                              root_ + "/metadata/00000-1.metadata.json"};
  for (const std::string& location : locations) {
    const Status written = storage_->Write(location, "hello " + location);
    ASSERT_TRUE(written.ok()) << written.error().message();
    EXPECT_EQ(storage_->Read(location).value_or("?"), "hello " + location);
    EXPECT_EQ(storage_->Stat(location)->size_bytes, 6 + location.size());
    EXPECT_GT(storage_->Stat(location)->modified_ms, 1'600'000'000'000);
  }
  EXPECT_EQ(Listed(root_), locations);
  EXPECT_EQ(Listed(root_ + "/data/").size(), 2u);
  EXPECT_TRUE(Listed(root_ + "/absent").empty());
  for (const std::string& location : locations) EXPECT_TRUE(storage_->Delete(location).ok());
  EXPECT_TRUE(Listed(root_).empty());
}

TEST_F(S3StorageTest, UploadsLargeObjectsInParts) {
  const std::string location = root_ + "/large";
  std::string expected;
  auto writer = storage_->Create(location);
  ASSERT_TRUE(writer.ok()) << writer.error().message();
  for (int i = 0; i < 33; ++i) {
    const std::string part(1 << 20, static_cast<char>('a' + i % 26));
    ASSERT_TRUE((*writer)->Append(part).ok());
    expected += part;
  }
  EXPECT_EQ(storage_->Stat(location).error().kind(), ErrorKind::kNotFound);
  ASSERT_TRUE((*writer)->Close().ok());
  EXPECT_TRUE(storage_->Read(location).value_or("") == expected);
  EXPECT_EQ(storage_->ReadRange(location, (1 << 20) - 1, 2).value_or(""), "ab");
}

TEST_F(S3StorageTest, LeavesNothingOfAnAbandonedObject) {
  {
    auto small = storage_->Create(root_ + "/small");
    ASSERT_TRUE(small.ok());
    ASSERT_TRUE((*small)->Append("x").ok());
    auto large = storage_->Create(root_ + "/large");
    ASSERT_TRUE(large.ok());
    ASSERT_TRUE((*large)->Append(std::string(12 << 20, 'x')).ok());
  }
  EXPECT_TRUE(Listed(root_).empty());
}

TEST_F(S3StorageTest, NeverOverwritesAnObject) {
  ASSERT_TRUE(storage_->Write(root_ + "/a", "first").ok());
  const Status second = storage_->Write(root_ + "/a", "second");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(storage_->Read(root_ + "/a").value_or(""), "first");
}

TEST_F(S3StorageTest, TellsAShortObjectFromAMissingOne) {
  ASSERT_TRUE(storage_->Write(root_ + "/a", "12345").ok());
  EXPECT_EQ(storage_->ReadRange(root_ + "/a", 1, 3).value_or("?"), "234");
  EXPECT_EQ(storage_->ReadRange(root_ + "/a", 3, 3).error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(storage_->ReadRange(root_ + "/a", 9, 3).error().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(storage_->ReadRange(root_ + "/b", 0, 3).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(storage_->Read(root_ + "/b").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(storage_->Stat(root_ + "/b").error().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(storage_->Delete(root_ + "/b").ok());
}

TEST_F(S3StorageTest, SaysThatCredentialsAreRefusedAndThatABucketIsMissing) {
  StorageOptions wrong = options_;
  wrong.s3.secret_key = "wrong";
  auto refused = OpenStorage(wrong);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ((*refused)->Stat(root_ + "/a").error().kind(), ErrorKind::kUnauthorized);
  const Status put = (*refused)->Write(root_ + "/a", "x");
  EXPECT_EQ(put.error().kind(), ErrorKind::kUnauthorized) << put.error().message();
  const Status missing = storage_->Write("s3://no-such-bucket-here/a", "x");
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound) << missing.error().message();
}

}  // namespace
}  // namespace firn::storage
