#include "cli/tsm_shards.h"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "influx_files/backup.h"
#include "influx_files/bucket_names.h"

namespace firn::cli {
namespace {

using BucketNames = std::map<std::string, influx_files::BucketName>;

BucketNames NamesOfServer(storage::FileSystem& files, const std::string& path) {
  const std::string root = influx_files::FindServerRoot(files, path);
  if (root.empty()) return {};
  Result<BucketNames> read = influx_files::ReadBucketNames(files, root + "/influxd.bolt");
  if (read.ok()) return std::move(*read);
  fmt::print(stderr, "firn: buckets are shown by their ids: {}/influxd.bolt: {}\n", root, read.error().message());
  return {};
}

NamedShard Named(influx_files::ShardFiles shard, const BucketNames& names) {
  NamedShard named;
  const auto name = names.find(shard.database);
  named.database = name == names.end() ? shard.database : name->second.bucket;
  if (name != names.end()) named.organization = name->second.organization;
  named.files = std::move(shard);
  return named;
}

}  // namespace

std::string NamedShard::Name() const {
  influx_files::ShardFiles named = files;
  named.database = database;
  return named.Name();
}

Result<std::vector<NamedShard>> FindNamedShards(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(const std::optional<influx_files::Backup> backup, influx_files::FindBackup(files, path));
  std::shared_ptr<const UnpackedBackup> unpacked;
  if (backup) {
    FIRN_ASSIGN(unpacked, UnpackedBackup::Make(files, *backup));
  }
  FIRN_ASSIGN(std::vector<influx_files::ShardFiles> shards,
              influx_files::FindShards(files, unpacked ? unpacked->folder() : path));
  const BucketNames names = backup ? backup->names : NamesOfServer(files, path);
  std::vector<NamedShard> named;
  for (influx_files::ShardFiles& shard : shards) {
    named.push_back(Named(std::move(shard), names));
    named.back().unpacked = unpacked;
  }
  return named;
}

}  // namespace firn::cli
