#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "influx_files/deleted_times.h"
#include "storage/file_system.h"

namespace firn::influx_files {

/// What a server's metadata say of a shard.
struct ShardGroup {
  TimeSpan times;           ///< that the server puts into it
  bool is_deleted = false;  ///< its files wait to be removed: the server does not answer from them
};

/// By shard number, which is unique on a server.
using ShardGroups = std::map<uint64_t, ShardGroup>;

/// From the content of a 1.x server's `meta/meta.db`; 2.x keeps the same in its bolt file. kCorrupt where it is no such
/// message (docs/formats/tsm.md, "Metadata").
Result<ShardGroups> ParseShardGroups(std::string_view message);

/// Of the server whose files stand under `path`, at most eight folders above: `influxd.bolt` (2.x) or `meta/meta.db`
/// (1.x). Empty when there is neither.
Result<ShardGroups> ReadShardGroups(storage::FileSystem& files, const std::string& path);

}  // namespace firn::influx_files
