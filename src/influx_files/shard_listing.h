#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "influx_files/shard_files.h"
#include "storage/file_system.h"

namespace firn::influx_files {

struct ListedFile {
  std::string path;
  uint64_t size_bytes = 0;
  int64_t modified_ms = 0;

  friend bool operator==(const ListedFile&, const ListedFile&) = default;
};

/// What stands in a shard's folders. A server may be writing there: a listing is what its folders showed one after
/// another, not at one moment (ShardSnapshot is).
struct ShardListing {
  std::vector<ListedFile> tsm_files;     ///< in the order in which later ones override earlier ones
  std::vector<ListedFile> tombstones;    ///< of any of these, by their paths
  std::vector<ListedFile> wal_segments;  ///< in order; empty segments are left out

  bool empty() const { return tsm_files.empty() && wal_segments.empty(); }
  uint64_t size_bytes() const;  ///< of TSM files and WAL
};

/// Lists the files of a shard. What the server itself passes over (`.tsm.tmp`, `.bad`) is passed over, and what is gone
/// before it was looked at. kNotFound when nothing is there at all, not even an empty folder.
Result<ShardListing> ListShard(storage::FileSystem& files, const ShardFiles& shard);

/// Where the tombstones of a TSM file stand, if it has any; "" for a file of another name.
std::string TombstonePath(const std::string& tsm_path);

}  // namespace firn::influx_files
