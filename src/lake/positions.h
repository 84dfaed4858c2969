#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/snapshot.h"
#include "lake/lake.h"

/// How far each shard has come, as table properties `firn.position.<source>.<shard>` and `firn.epoch.<source>.<shard>`:
/// what makes delivery exact (docs/tables.md, "Positions").
namespace firn::lake {

/// Positions of one shard's rows.
struct PositionRange {
  int64_t first = 0;
  int64_t last = 0;
  void Include(int64_t position);
};
using PositionRanges = std::map<uint32_t, PositionRange>;  ///< by the process's shard handle

/// The shards of a run, by handle.
struct ShardName {
  std::string source;
  std::string shard;
};
using ShardNames = std::map<uint32_t, ShardName>;

/// `firn.position.` + source + `.` + shard, each with `.` and `%` percent-encoded so that the two can be told apart.
std::string PositionProperty(const ShardName& name);
std::string EpochProperty(const ShardName& name);
/// The name behind a key that PositionProperty made; empty for any other key.
std::optional<ShardName> ParsePositionProperty(std::string_view key);

/// What a table says about a shard; empty when nothing (or nothing readable).
std::optional<int64_t> HeldPosition(const iceberg::StringMap& properties, const ShardName& name);

std::optional<int64_t> HeldEpoch(const iceberg::StringMap& properties, const ShardName& name);
/// The highest of any shard; 0 when there is none.
int64_t HighestEpoch(const iceberg::StringMap& properties);

/// kCancelled when a table carries a higher epoch than `epoch` for one of the shards: a newer process has taken over.
Status CheckEpochs(const iceberg::StringMap& properties, const PositionRanges& ranges, const ShardNames& names,
                   int64_t epoch);

/// How rows with these positions stand to what a table holds.
enum class Held : uint8_t {
  kNothing,  ///< the table has none of them
  kAll,      ///< the table has all of them: they were committed by this process, or by one that it is a copy of
  kPart,     ///< some
};
Held Compare(const iceberg::StringMap& properties, const PositionRanges& ranges, const ShardNames& names);

}  // namespace firn::lake
