#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "influx_files/damage.h"
#include "influx_files/shard_snapshot.h"
#include "point/field_type.h"

namespace firn::influx_files {

/// What the keys of a measurement say of it. Keys whose values are all deleted count too: only blocks tell.
struct MeasurementSchema {
  std::set<std::string> tags;
  /// By name: the types that its blocks have. One, where the server kept its promise.
  std::map<std::string, std::set<point::FieldType>> fields;
  uint64_t series = 0;  ///< distinct ones
};

struct ShardSchema {
  std::map<std::string, MeasurementSchema> measurements;

  uint64_t series() const;
};

/// Walks the keys of a shard's files and WAL, without its blocks. Takes memory for the names of measurements, tags and
/// fields and some 40 bytes a series. Damage as in ReadShard. `wants_measurement`: none = all.
Result<ShardSchema> ReadSchema(const ShardSnapshot& shard,
                               const std::function<bool(std::string_view measurement)>& wants_measurement,
                               const DamageSink& damage);

}  // namespace firn::influx_files
