#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "influx_files/shard_files.h"
#include "storage/file_system.h"

namespace firn::cli {

/// A shard and the name under which people know its database.
struct NamedShard {
  influx_files::ShardFiles files;
  std::string database;  ///< 2.x: the bucket's name where the server's metadata has it, else its id
  std::string organization;

  /// "database/retention policy/shard".
  std::string Name() const;
};

/// The shards under `path`, with names from the influxd.bolt beside them. A metadata store that cannot be read costs
/// the names only, and is said on standard error.
Result<std::vector<NamedShard>> FindNamedShards(storage::FileSystem& files, const std::string& path);

}  // namespace firn::cli
