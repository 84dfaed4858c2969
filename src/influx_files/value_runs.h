#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "formats/tsm/block.h"
#include "influx_files/deleted_times.h"

/// What is done with arrays of values: cutting, joining, sorting.
namespace firn::influx_files {

/// String `index` of a string column.
inline std::string_view StringAt(const tsm::BlockValues& values, size_t index) {
  const auto begin = static_cast<size_t>(index == 0 ? 0 : values.string_ends[index - 1]);
  return std::string_view(values.string_bytes).substr(begin, static_cast<size_t>(values.string_ends[index]) - begin);
}

/// Puts values [begin, end) of `from` behind those of `to`, which has the same type; their times are left out.
void AppendValues(const tsm::BlockValues& from, size_t begin, size_t end, tsm::BlockValues& to);
/// The same with their times.
void AppendRange(const tsm::BlockValues& from, size_t begin, size_t end, tsm::BlockValues& to);

/// Removes values at times in `deleted` and values outside `wanted`. Order stays.
void KeepTimes(const TimeSpan& wanted, std::span<const TimeSpan> deleted, tsm::BlockValues& values);

/// Sorts by time; of equal times the last value stays.
void SortByTime(tsm::BlockValues& values);

/// Whether each time is higher than the one before.
bool TimesAscend(std::span<const int64_t> times);

/// Memory that the values take, about.
size_t ByteSize(const tsm::BlockValues& values);

}  // namespace firn::influx_files
