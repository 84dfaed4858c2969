#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "influx_files/damage.h"
#include "influx_files/deleted_times.h"
#include "influx_files/shard_schema.h"
#include "influx_files/shard_snapshot.h"

namespace firn::influx_files {

/// What is in one TSM file.
struct FileReport {
  std::string path;
  uint64_t size_bytes = 0;
  uint64_t index_bytes = 0;
  uint64_t keys = 0;
  uint64_t blocks = 0;
  uint64_t values = 0;
  TimeSpan times{INT64_MAX, INT64_MIN};  ///< of its values, deleted ones too; from > to where there are none
  uint64_t deleted_keys = 0;             ///< keys of which its tombstones delete something
  /// Blocks by encoding: "timestamps run length", "float gorilla", …
  std::map<std::string, uint64_t> encodings;
};

struct ShardReport {
  std::vector<FileReport> files;
  uint64_t wal_segments = 0;
  uint64_t wal_bytes = 0;
  uint64_t wal_keys = 0;
  uint64_t wal_values = 0;
  uint64_t wal_deletes = 0;
  ShardSchema schema;
  /// Fields with blocks of several types, or of another type than fields.idx says: "cpu usage: integer and float".
  std::vector<std::string> conflicts;
  std::vector<Damage> damages;  ///< the first kMaxDamages
  uint64_t damage_count = 0;

  static constexpr size_t kMaxDamages = 1'000;
};

enum class InspectDepth : uint8_t {
  kBlocks,  ///< each block's checksum and head
  kValues,  ///< each value too
};

/// Looks at everything in a shard's files. `progress` (none = nobody asks) gets the bytes that have been read since its
/// last call. Errors are those of the disk; damage is reported. Blocking.
Result<ShardReport> InspectShard(const ShardSnapshot& shard, InspectDepth depth,
                                 const std::function<void(uint64_t bytes)>& progress);

}  // namespace firn::influx_files
