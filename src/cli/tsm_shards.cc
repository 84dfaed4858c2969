#include "cli/tsm_shards.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <thread>
#include <utility>

#include "influx_files/backup.h"
#include "influx_files/bucket_names.h"

namespace firn::cli {
namespace {

using BucketNames = std::map<std::string, influx_files::BucketName>;

BucketNames NamesOfServer(storage::FileSystem& files, const std::string& path) {
  const std::string bolt = influx_files::FindServerFile(files, path, "influxd.bolt");
  if (bolt.empty()) return {};
  Result<BucketNames> read = influx_files::ReadBucketNames(files, bolt);
  if (read.ok()) return std::move(*read);
  fmt::print(stderr, "firn: buckets are shown by their ids: {}: {}\n", bolt, read.error().message());
  return {};
}

influx_files::ShardGroups GroupsOfServer(storage::FileSystem& files, const std::string& path) {
  Result<influx_files::ShardGroups> read = influx_files::ReadShardGroups(files, path);
  if (read.ok()) return std::move(*read);
  // A bolt file without that bucket is one that a test or an early release has made.
  if (read.error().kind() != ErrorKind::kNotFound)
    fmt::print(stderr, "firn: which shards the server has deleted is not known: {}\n", read.error().message());
  return {};
}

NamedShard Named(influx_files::ShardFiles shard, const BucketNames& names, const influx_files::ShardGroups& groups) {
  NamedShard named;
  uint64_t number = 0;
  const char* end = shard.shard.data() + shard.shard.size();
  if (const auto parsed = std::from_chars(shard.shard.data(), end, number);
      parsed.ec == std::errc() && parsed.ptr == end) {
    if (const auto group = groups.find(number); group != groups.end()) named.group = group->second;
  }
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

std::string Counted(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
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
  const influx_files::ShardGroups groups = backup ? influx_files::ShardGroups() : GroupsOfServer(files, path);
  std::vector<NamedShard> named;
  for (influx_files::ShardFiles& shard : shards) {
    named.push_back(Named(std::move(shard), names, groups));
    named.back().unpacked = unpacked;
  }
  return named;
}

Result<influx_files::ShardSnapshot> OpenNamedShard(storage::FileSystem& files, const NamedShard& shard) {
  Result<influx_files::ShardSnapshot> opened = influx_files::OpenShard(
      files, shard.files, [](std::chrono::milliseconds wait) { std::this_thread::sleep_for(wait); });
  if (!opened.ok()) return opened.status().WithContext(shard.Name()).error();
  return opened;
}

}  // namespace firn::cli
