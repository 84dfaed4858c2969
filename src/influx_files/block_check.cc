#include "influx_files/block_check.h"

#include "influx_files/value_runs.h"

namespace firn::influx_files {

Status CheckBlockType(const tsm::Block& block, point::FieldType of_key) {
  if (block.type == of_key) return OkStatus();
  return Corrupt("the block is of type {}, the index says {}", point::FieldTypeName(block.type),
                 point::FieldTypeName(of_key));
}

Status CheckBlockTimes(const tsm::BlockValues& values, const tsm::IndexEntry& entry) {
  if (values.times.empty()) return OkStatus();
  if (!TimesAscend(values.times)) return Corrupt("the block's times do not ascend");
  if (values.times.front() < entry.min_time || values.times.back() > entry.max_time)
    return Corrupt("the block's times {} to {} leave those of the index, {} to {}", values.times.front(),
                   values.times.back(), entry.min_time, entry.max_time);
  return OkStatus();
}

bool MatchesEntry(const tsm::BlockValues& values, const tsm::IndexEntry& entry) {
  return !values.times.empty() && values.times.front() == entry.min_time && values.times.back() == entry.max_time;
}

}  // namespace firn::influx_files
