#include "cli/tsm_shards.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "influx_files/bucket_names.h"

namespace firn::cli {

std::string NamedShard::Name() const {
  influx_files::ShardFiles named = files;
  named.database = database;
  return named.Name();
}

Result<std::vector<NamedShard>> FindNamedShards(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(std::vector<influx_files::ShardFiles> shards, influx_files::FindShards(files, path));
  std::map<std::string, influx_files::BucketName> names;
  if (const std::string root = influx_files::FindServerRoot(files, path); !root.empty()) {
    auto read = influx_files::ReadBucketNames(files, root + "/influxd.bolt");
    if (read.ok()) {
      names = std::move(*read);
    } else {
      fmt::print(stderr, "firn: buckets are shown by their ids: {}/influxd.bolt: {}\n", root, read.error().message());
    }
  }
  std::vector<NamedShard> named;
  for (influx_files::ShardFiles& shard : shards) {
    const auto name = names.find(shard.database);
    NamedShard one{std::move(shard), "", ""};
    one.database = name == names.end() ? one.files.database : name->second.bucket;
    if (name != names.end()) one.organization = name->second.organization;
    named.push_back(std::move(one));
  }
  return named;
}

}  // namespace firn::cli
