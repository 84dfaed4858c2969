#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

/// Reads BoltDB files (bbolt, format version 2): a B+ tree of pages with nested buckets of keys and values. InfluxDB 2
/// keeps its metadata in one, `influxd.bolt`.
namespace firn::bolt {

/// Gives `size` bytes from `offset` of the file; kCorrupt where it has none.
using ReadBytes = std::function<Result<std::string>(uint64_t offset, size_t size)>;
/// Views are good during the call only. An error ends the reading.
using Visitor = std::function<Status(std::string_view key, std::string_view value)>;

/// A file, of which only the pages on the way to a bucket are read.
///
/// Damaged or hostile files are refused: for one bucket at most as many pages are read as the file has, pages are at
/// most 64 MiB with their overflow, and trees at most 32 levels deep (docs/formats/bolt.md). One thread. A file that a
/// server writes to meanwhile may look damaged.
class BoltFile {
 public:
  /// Chooses the younger of the two whole meta pages; kCorrupt when there is none.
  static Result<BoltFile> Open(ReadBytes read, uint64_t file_bytes);

  /// Hands over the keys and values of a bucket at the top, in order of the keys; buckets within it are passed over.
  /// kNotFound when there is no such bucket.
  Status ForEach(std::string_view bucket, const Visitor& visit);

 private:
  /// A page taken apart: `flags`, number of elements, and all its bytes.
  struct Page {
    uint16_t flags = 0;
    uint16_t count = 0;
    std::string bytes;
  };
  /// Called for each element of a leaf.
  using LeafVisitor = std::function<Status(bool is_bucket, std::string_view key, std::string_view value)>;

  BoltFile(ReadBytes read, uint64_t page_bytes, uint64_t page_count, uint64_t root)
      : read_(std::move(read)), page_bytes_(page_bytes), page_count_(page_count), root_(root) {}
  Result<Page> ReadPage(uint64_t id) const;
  Status WalkTree(uint64_t id, int depth, uint64_t& pages_left, const LeafVisitor& visit) const;
  static Status WalkLeaf(const Page& page, const LeafVisitor& visit);
  Status WalkBucket(std::string_view header, const LeafVisitor& visit) const;

  ReadBytes read_;
  uint64_t page_bytes_;
  uint64_t page_count_;
  uint64_t root_;
};

}  // namespace firn::bolt
