#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/unpacked_backup.h"
#include "influx_files/shard_files.h"
#include "storage/file_system.h"

namespace firn::cli {

/// A shard and the name under which people know its database.
struct NamedShard {
  influx_files::ShardFiles files;
  std::string database;  ///< 2.x: the bucket's name where the server's metadata has it, else its id
  std::string organization;
  std::shared_ptr<const UnpackedBackup> unpacked;  ///< of a backup: holds the files; none otherwise

  /// "database/retention policy/shard".
  std::string Name() const;
};

/// The shards under `path`, with names from the influxd.bolt beside them. A metadata store that cannot be read costs
/// the names only, and is said on standard error. A backup (its folder or its manifest) is unpacked first.
Result<std::vector<NamedShard>> FindNamedShards(storage::FileSystem& files, const std::string& path);

}  // namespace firn::cli
