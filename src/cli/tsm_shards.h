#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/unpacked_backup.h"
#include "influx_files/shard_files.h"
#include "influx_files/shard_groups.h"
#include "influx_files/shard_snapshot.h"
#include "storage/file_system.h"

namespace firn::cli {

/// A shard and the name under which people know its database.
struct NamedShard {
  influx_files::ShardFiles files;
  std::string database;  ///< 2.x: the bucket's name where the server's metadata has it, else its id
  std::string organization;
  std::optional<influx_files::ShardGroup> group;   ///< where the server's metadata know the shard
  std::shared_ptr<const UnpackedBackup> unpacked;  ///< of a backup: holds the files; none otherwise

  /// "database/retention policy/shard".
  std::string Name() const;
};

/// "1 shard", "2 shards".
std::string Counted(uint64_t count, std::string_view what);

/// The shards under `path`, with names and times from the server's metadata above them. Metadata that cannot be read
/// cost these only, and that is said on standard error. A backup (its folder or its manifest) is unpacked first.
Result<std::vector<NamedShard>> FindNamedShards(storage::FileSystem& files, const std::string& path);

/// influx_files::OpenShard, whose errors name the shard.
Result<influx_files::ShardSnapshot> OpenNamedShard(storage::FileSystem& files, const NamedShard& shard);

}  // namespace firn::cli
