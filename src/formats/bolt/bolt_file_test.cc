#include "formats/bolt/bolt_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/bytes.h"
#include "shared_fixtures.h"

namespace firn::bolt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kPageBytes = 4096;
constexpr uint16_t kBranch = 1;
constexpr uint16_t kLeaf = 2;

template <typename T>
void Put(std::string& bytes, T value) {
  AppendLittleEndian<T>(bytes, value);
}

std::string Padded(std::string page) {
  page.resize((page.size() + kPageBytes - 1) / kPageBytes * kPageBytes, '\0');
  return page;
}

std::string PageHeader(uint64_t id, uint16_t flags, size_t count, uint32_t overflow = 0) {
  std::string page;
  Put(page, id);
  Put(page, flags);
  Put(page, static_cast<uint16_t>(count));
  Put(page, overflow);
  return page;
}

struct Leaf {
  uint32_t flags = 0;
  std::string key;
  std::string value;
};

std::string LeafPage(uint64_t id, const std::vector<Leaf>& leaves, uint32_t overflow = 0) {
  std::string page = PageHeader(id, kLeaf, leaves.size(), overflow);
  size_t position = leaves.size() * 16;
  std::string data;
  for (size_t i = 0; i < leaves.size(); ++i) {
    Put(page, leaves[i].flags);
    Put(page, static_cast<uint32_t>(position - i * 16 + data.size()));
    Put(page, static_cast<uint32_t>(leaves[i].key.size()));
    Put(page, static_cast<uint32_t>(leaves[i].value.size()));
    data += leaves[i].key + leaves[i].value;
  }
  return page + data;
}

std::string BranchPage(uint64_t id, const std::vector<uint64_t>& children) {
  std::string page = PageHeader(id, kBranch, children.size());
  for (const uint64_t child : children) {
    Put(page, uint32_t{0});
    Put(page, uint32_t{0});
    Put(page, child);
  }
  return Padded(page);
}

std::string BucketHeader(uint64_t root) {
  std::string header;
  Put(header, root);
  Put(header, uint64_t{0});
  return header;
}

std::string MetaPage(uint64_t id, uint64_t root, uint64_t pages, uint64_t transaction) {
  std::string meta;
  Put(meta, uint32_t{0xED0CDAED});
  Put(meta, uint32_t{2});
  Put(meta, static_cast<uint32_t>(kPageBytes));
  Put(meta, uint32_t{0});
  Put(meta, root);
  Put(meta, uint64_t{0});
  Put(meta, UINT64_MAX);  // no free list
  Put(meta, pages);
  Put(meta, transaction);
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : meta) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  Put(meta, hash);
  return Padded(PageHeader(id, 4, 0) + meta);
}

/// A file with the bucket "b", whose root is page 3. `pages`: pages 3 and following, whole.
std::string FileWith(const std::string& pages) {
  const uint64_t count = 3 + pages.size() / kPageBytes;
  return MetaPage(0, 2, count, 6) + MetaPage(1, 2, count, 5) +
         Padded(LeafPage(2, {{1, "b", BucketHeader(3)}, {0, "c", "no bucket"}})) + pages;
}

/// Keys and values of bucket "b" as "key=value", or the error.
std::vector<std::string> Read(const std::string& file, const std::string& bucket = "b") {
  std::vector<std::string> found;
  Result<BoltFile> opened = BoltFile::Open(
      [&](uint64_t offset, size_t size) -> Result<std::string> {
        return file.substr(std::min<size_t>(offset, file.size()), size);
      },
      file.size());
  const Status read = opened.ok() ? opened->ForEach(bucket,
                                                    [&](std::string_view key, std::string_view value) {
                                                      found.push_back(fmt::format("{}={}", key, value));
                                                      return OkStatus();
                                                    })
                                  : opened.status();
  if (!read.ok()) found.push_back(read.error().message());
  return found;
}

TEST(BoltFile, WalksBranchesInOrder) {
  EXPECT_THAT(Read(FileWith(BranchPage(3, {5, 4}) + Padded(LeafPage(4, {{0, "z", "3"}})) +
                            Padded(LeafPage(5, {{0, "x", "1"}, {1, "within", BucketHeader(4)}, {0, "y", "2"}})))),
              ElementsAre("x=1", "y=2", "z=3"));
}

TEST(BoltFile, ReadsABucketThatStandsInItsParent) {
  const std::string file =
      MetaPage(0, 2, 3, 6) + MetaPage(1, 2, 3, 5) +
      Padded(LeafPage(2, {{1, "b", BucketHeader(0) + LeafPage(0, {{0, "x", "1"}, {0, "y", ""}})}}));
  EXPECT_THAT(Read(file), ElementsAre("x=1", "y="));
}

TEST(BoltFile, ReadsPagesThatOverflow) {
  const std::string value(10'000, 'v');
  EXPECT_THAT(Read(FileWith(Padded(LeafPage(3, {{0, "x", value}}, 2)))), ElementsAre("x=" + value));
}

TEST(BoltFile, TakesTheYoungerWholeMetaPage) {
  const std::string old_state = FileWith(Padded(LeafPage(3, {{0, "x", "old"}})));
  const std::string whole = MetaPage(0, 2, 4, 6) + MetaPage(1, 2, 4, 7) + old_state.substr(2 * kPageBytes);
  EXPECT_THAT(Read(whole), ElementsAre("x=old"));
  for (const size_t torn : {size_t{0}, kPageBytes}) {
    std::string damaged = whole;
    damaged[torn + 40] = static_cast<char>(damaged[torn + 40] ^ 1);
    EXPECT_THAT(Read(damaged), ElementsAre("x=old")) << torn;
  }
}

TEST(BoltFile, SaysThatThereIsNoSuchBucket) {
  EXPECT_THAT(Read(FileWith(Padded(LeafPage(3, {}))), "c"), ElementsAre(HasSubstr("no bucket c")));
}

TEST(BoltFile, RefusesPagesThatLeadBackToEachOther) {
  EXPECT_THAT(Read(FileWith(BranchPage(3, {3}))), ElementsAre(HasSubstr("more pages than the file has")));
  EXPECT_THAT(Read(FileWith(BranchPage(3, {4}) + BranchPage(4, {3}))),
              ElementsAre(HasSubstr("more pages than the file has")));
  // One long page many times would be read for hours otherwise.
  EXPECT_THAT(Read(FileWith(BranchPage(3, std::vector<uint64_t>(200, 4)) +
                            Padded(LeafPage(4, {{0, "x", std::string(40'000, 'v')}}, 9)))),
              ::testing::Contains(HasSubstr("more pages than the file has")));
}

TEST(BoltFile, RefusesWhatLeavesAPageOrTheFile) {
  EXPECT_THAT(Read(FileWith(BranchPage(3, {9}))), ElementsAre(HasSubstr("no page 9")));
  EXPECT_THAT(Read(FileWith(BranchPage(4, {3}))), ElementsAre(HasSubstr("says that it is another")));
  EXPECT_THAT(Read(FileWith(Padded(PageHeader(3, kLeaf, 65'535)))),
              ::testing::Contains(HasSubstr("elements leave their page")));
  EXPECT_THAT(Read(FileWith(Padded(PageHeader(3, kLeaf, 0, 7)))), ElementsAre(HasSubstr("claims 7 more pages")));
  EXPECT_THAT(Read(FileWith(Padded(PageHeader(3, 16, 0)))), ElementsAre(HasSubstr("neither branch nor leaf")));
  std::string far = LeafPage(3, {{0, "x", "1"}});
  far[16 + 12] = '\xff';
  far[16 + 13] = '\xff';
  EXPECT_THAT(Read(FileWith(Padded(far))), ElementsAre(HasSubstr("leaves its page")));
}

TEST(BoltFile, RefusesEveryCutFile) {
  const std::string whole = FileWith(Padded(LeafPage(3, {{0, "x", "1"}})));
  ASSERT_THAT(Read(whole), ElementsAre("x=1"));
  for (size_t size = 0; size < whole.size(); size += 64)
    EXPECT_THAT(Read(whole.substr(0, size)), ElementsAre(HasSubstr("BoltDB"))) << size;
}

TEST(BoltFile, ReadsAFileOfTheRealLibrary) {
  std::ifstream file(firn::testing::SourceFolder() / "fuzz/corpus/bolt/bbolt_1_3_6.bolt", std::ios::binary);
  const std::vector<std::string> buckets =
      Read({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}, "bucketsv1");
  EXPECT_EQ(buckets.size(), 60u);
  EXPECT_THAT(buckets.front(), HasSubstr("bucket 0"));
}

}  // namespace
}  // namespace firn::bolt
