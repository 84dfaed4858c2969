#include "formats/bolt/bolt_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/bytes.h"

namespace firn::bolt {
namespace {

// All numbers are those of the machine that wrote the file: little-endian on every one that InfluxDB runs on.
constexpr uint32_t kMagic = 0xED0CDAED;
constexpr uint32_t kVersion = 2;
constexpr size_t kPageHeaderBytes = 16;
constexpr size_t kElementBytes = 16;  // of branches and leaves alike
constexpr size_t kBucketHeaderBytes = 16;
constexpr uint16_t kBranchPage = 1;
constexpr uint16_t kLeafPage = 2;
constexpr uint32_t kBucketLeaf = 1;
constexpr int kMaxDepth = 32;
constexpr uint64_t kMaxPageBytes = 64 << 20;

// Of a meta page, behind the page's header.
constexpr size_t kMetaBytes = 64;
constexpr size_t kMetaChecksumAt = 56;

uint64_t Fnv1a(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

struct Meta {
  uint64_t page_bytes = 0;
  uint64_t root = 0;
  uint64_t page_count = 0;
  uint64_t transaction = 0;
};

std::optional<Meta> ParseMeta(std::string_view page) {
  if (page.size() < kPageHeaderBytes + kMetaBytes) return std::nullopt;
  const std::string_view meta = page.substr(kPageHeaderBytes, kMetaBytes);
  if (LoadLittleEndian<uint32_t>(meta.data()) != kMagic || LoadLittleEndian<uint32_t>(meta.data() + 4) != kVersion)
    return std::nullopt;
  if (LoadLittleEndian<uint64_t>(meta.data() + kMetaChecksumAt) != Fnv1a(meta.substr(0, kMetaChecksumAt)))
    return std::nullopt;
  Meta parsed{LoadLittleEndian<uint32_t>(meta.data() + 8), LoadLittleEndian<uint64_t>(meta.data() + 16),
              LoadLittleEndian<uint64_t>(meta.data() + 40), LoadLittleEndian<uint64_t>(meta.data() + 48)};
  if (parsed.page_bytes < kPageHeaderBytes + kMetaBytes || parsed.page_bytes > kMaxPageBytes) return std::nullopt;
  return parsed;
}

}  // namespace

Result<BoltFile> BoltFile::Open(ReadBytes read, uint64_t file_bytes) {
  // Where the second meta page is depends on the size of pages, which the first one says; it may be torn.
  std::optional<Meta> best;
  for (uint64_t at : {uint64_t{0}, uint64_t{4096}, uint64_t{8192}, uint64_t{16384}, uint64_t{65536}}) {
    if (best && at == 4096) at = best->page_bytes;
    if (at + kPageHeaderBytes + kMetaBytes > file_bytes) break;
    FIRN_ASSIGN(const std::string page, read(at, kPageHeaderBytes + kMetaBytes));
    const std::optional<Meta> meta = ParseMeta(page);
    if (meta && (!best || meta->transaction > best->transaction)) best = meta;
    if (at > 0 && best) break;
  }
  if (!best) return Corrupt("no BoltDB file of version {}, or both its meta pages are damaged", kVersion);
  const uint64_t pages = std::min(best->page_count, file_bytes / best->page_bytes);
  return BoltFile(std::move(read), best->page_bytes, pages, best->root);
}

Result<BoltFile::Page> BoltFile::ReadPage(uint64_t id) const {
  if (id < 2 || id >= page_count_) return Corrupt("BoltDB: there is no page {} among {}", id, page_count_);
  FIRN_ASSIGN(std::string bytes, read_(id * page_bytes_, page_bytes_));
  if (bytes.size() < page_bytes_) return Corrupt("BoltDB: page {} is not whole", id);
  if (LoadLittleEndian<uint64_t>(bytes.data()) != id) return Corrupt("BoltDB: page {} says that it is another", id);
  Page page{LoadLittleEndian<uint16_t>(bytes.data() + 8), LoadLittleEndian<uint16_t>(bytes.data() + 10), {}};
  const uint64_t overflow = LoadLittleEndian<uint32_t>(bytes.data() + 12);
  if (overflow >= page_count_ - id || (overflow + 1) * page_bytes_ > kMaxPageBytes)
    return Corrupt("BoltDB: page {} claims {} more pages", id, overflow);
  if (overflow > 0) {
    FIRN_ASSIGN(bytes, read_(id * page_bytes_, (overflow + 1) * page_bytes_));
    if (bytes.size() < (overflow + 1) * page_bytes_) return Corrupt("BoltDB: page {} is not whole", id);
  }
  page.bytes = std::move(bytes);
  return page;
}

Status BoltFile::WalkLeaf(const Page& page, const LeafVisitor& visit) {
  const std::string_view bytes = page.bytes;
  for (size_t i = 0; i < page.count; ++i) {
    const size_t at = kPageHeaderBytes + i * kElementBytes;
    if (at + kElementBytes > bytes.size()) return Corrupt("BoltDB: a leaf's elements leave their page");
    const auto flags = LoadLittleEndian<uint32_t>(bytes.data() + at);
    const uint64_t key = at + uint64_t{LoadLittleEndian<uint32_t>(bytes.data() + at + 4)};
    const uint64_t key_bytes = LoadLittleEndian<uint32_t>(bytes.data() + at + 8);
    const uint64_t value_bytes = LoadLittleEndian<uint32_t>(bytes.data() + at + 12);
    if (key + key_bytes + value_bytes > bytes.size()) return Corrupt("BoltDB: a key or value leaves its page");
    FIRN_TRY(
        visit((flags & kBucketLeaf) != 0, bytes.substr(key, key_bytes), bytes.substr(key + key_bytes, value_bytes)));
  }
  return OkStatus();
}

Status BoltFile::WalkTree(uint64_t id, int depth, uint64_t& pages_left, const LeafVisitor& visit) const {
  if (depth > kMaxDepth) return Corrupt("BoltDB: a tree deeper than {}", kMaxDepth);
  FIRN_ASSIGN(const Page page, ReadPage(id));
  // Pages that lead back to each other, or to one long page many times, are read at most as often as the file is long.
  const uint64_t pages = page.bytes.size() / page_bytes_;
  if (pages > pages_left) return Corrupt("BoltDB: a tree of more pages than the file has");
  pages_left -= pages;
  if (page.flags == kLeafPage) return WalkLeaf(page, visit);
  if (page.flags != kBranchPage) return Corrupt("BoltDB: page {} is neither branch nor leaf", id);
  for (size_t i = 0; i < page.count; ++i) {
    const size_t at = kPageHeaderBytes + i * kElementBytes;
    if (at + kElementBytes > page.bytes.size()) return Corrupt("BoltDB: a branch's elements leave their page");
    FIRN_TRY(WalkTree(LoadLittleEndian<uint64_t>(page.bytes.data() + at + 8), depth + 1, pages_left, visit));
  }
  return OkStatus();
}

/// `header`: a bucket's value. Small buckets stand in it as a page without a number.
Status BoltFile::WalkBucket(std::string_view header, const LeafVisitor& visit) const {
  if (header.size() < kBucketHeaderBytes) return Corrupt("BoltDB: a bucket without its header");
  const auto root = LoadLittleEndian<uint64_t>(header.data());
  if (root != 0) {
    uint64_t pages_left = page_count_;
    return WalkTree(root, 0, pages_left, visit);
  }
  const std::string_view inline_page = header.substr(kBucketHeaderBytes);
  if (inline_page.size() < kPageHeaderBytes) return Corrupt("BoltDB: an inline bucket without its page");
  return WalkLeaf({kLeafPage, LoadLittleEndian<uint16_t>(inline_page.data() + 10), std::string(inline_page)}, visit);
}

Status BoltFile::ForEach(std::string_view bucket, const Visitor& visit) {
  std::optional<std::string> header;
  uint64_t pages_left = page_count_;
  FIRN_TRY(WalkTree(root_, 0, pages_left, [&](bool is_bucket, std::string_view key, std::string_view value) {
    if (is_bucket && key == bucket) header = std::string(value);
    return OkStatus();
  }));
  if (!header) return NotFound("BoltDB: there is no bucket {}", bucket);
  return WalkBucket(*header, [&](bool is_bucket, std::string_view key, std::string_view value) {
    return is_bucket ? OkStatus() : visit(key, value);
  });
}

}  // namespace firn::bolt
