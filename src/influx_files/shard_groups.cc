#include "influx_files/shard_groups.h"

#include <utility>

#include "formats/tsm/protobuf_reader.h"
#include "influx_files/server_metadata.h"
#include "influx_files/shard_files.h"

namespace firn::influx_files {
namespace {

// Field numbers of the server's messages: Data, DatabaseInfo, RetentionPolicyInfo, ShardGroupInfo, ShardInfo.
constexpr uint64_t kDatabases = 5;
constexpr uint64_t kPolicies = 3;
constexpr uint64_t kGroups = 5;
constexpr uint64_t kStart = 2;
constexpr uint64_t kEnd = 3;
constexpr uint64_t kDeletedAt = 4;
constexpr uint64_t kShards = 5;
constexpr uint64_t kShardNumber = 1;

Status AddGroup(std::string_view message, ShardGroups& groups) {
  ShardGroup group;
  std::vector<uint64_t> shards;
  FIRN_TRY(tsm::ForEachField(message, [&](const tsm::ProtobufReader::Field& field) {
    if (field.number == kStart) group.times.from = static_cast<int64_t>(field.integer);
    if (field.number == kEnd) group.times.to = static_cast<int64_t>(field.integer - 1);
    if (field.number == kDeletedAt) group.is_deleted = field.integer != 0;
    if (field.number != kShards) return OkStatus();
    return tsm::ForEachField(field.bytes, [&](const tsm::ProtobufReader::Field& of_shard) {
      if (of_shard.number == kShardNumber) shards.push_back(of_shard.integer);
      return OkStatus();
    });
  }));
  for (const uint64_t shard : shards) groups[shard] = group;
  return OkStatus();
}

/// Calls `visit` for each message that stands in the field `number` of `message`.
template <typename Visit>
Status ForEachMessage(std::string_view message, uint64_t number, Visit visit) {
  return tsm::ForEachField(message, [&](const tsm::ProtobufReader::Field& field) {
    return field.number == number ? visit(field.bytes) : OkStatus();
  });
}

Result<ShardGroups> ReadFromBolt(storage::FileSystem& files, const std::string& path) {
  FIRN_ASSIGN(bolt::BoltFile bolt, OpenBolt(files, path));
  ShardGroups groups;
  FIRN_TRY(bolt.ForEach("v1_tsm1_metadata", [&](std::string_view key, std::string_view value) -> Status {
    if (key != "meta.db") return OkStatus();
    FIRN_ASSIGN(groups, ParseShardGroups(value));
    return OkStatus();
  }));
  return groups;
}

}  // namespace

Result<ShardGroups> ParseShardGroups(std::string_view message) {
  ShardGroups groups;
  FIRN_TRY(ForEachMessage(message, kDatabases, [&](std::string_view database) {
    return ForEachMessage(database, kPolicies, [&](std::string_view policy) {
      return ForEachMessage(policy, kGroups, [&](std::string_view group) { return AddGroup(group, groups); });
    });
  }));
  return groups;
}

Result<ShardGroups> ReadShardGroups(storage::FileSystem& files, const std::string& path) {
  if (const std::string bolt = FindServerFile(files, path, "influxd.bolt"); !bolt.empty())
    return ReadFromBolt(files, bolt);
  const std::string meta = FindServerFile(files, path, "meta/meta.db");
  if (meta.empty()) return ShardGroups();
  FIRN_ASSIGN(const std::string bytes, files.ReadFile(meta));
  return ParseShardGroups(bytes);
}

}  // namespace firn::influx_files
