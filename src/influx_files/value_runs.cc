#include "influx_files/value_runs.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace firn::influx_files {
namespace {

template <typename T>
void AppendPart(const std::vector<T>& from, size_t begin, size_t end, std::vector<T>& to) {
  if (from.empty()) return;
  to.insert(to.end(), from.begin() + static_cast<std::ptrdiff_t>(begin),
            from.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace

void AppendRange(const tsm::BlockValues& from, size_t begin, size_t end, tsm::BlockValues& to) {
  AppendPart(from.times, begin, end, to.times);
  AppendValues(from, begin, end, to);
}

void AppendValues(const tsm::BlockValues& from, size_t begin, size_t end, tsm::BlockValues& to) {
  if (begin == end) return;
  AppendPart(from.float64s, begin, end, to.float64s);
  AppendPart(from.integers, begin, end, to.integers);
  AppendPart(from.booleans, begin, end, to.booleans);
  if (from.type != point::FieldType::kString) return;
  const int32_t first = begin == 0 ? 0 : from.string_ends[begin - 1];
  const auto shift = static_cast<int32_t>(to.string_bytes.size()) - first;
  to.string_bytes.append(from.string_bytes, static_cast<size_t>(first),
                         static_cast<size_t>(from.string_ends[end - 1] - first));
  for (size_t i = begin; i < end; ++i) to.string_ends.push_back(from.string_ends[i] + shift);
}

void KeepTimes(const TimeSpan& wanted, std::span<const TimeSpan> deleted, tsm::BlockValues& values) {
  if (values.times.empty()) return;
  const auto stays = [&](int64_t time) {
    return wanted.Contains(time) &&
           std::none_of(deleted.begin(), deleted.end(), [&](const TimeSpan& span) { return span.Contains(time); });
  };
  if (std::all_of(values.times.begin(), values.times.end(), stays)) return;
  tsm::BlockValues kept;
  kept.type = values.type;
  for (size_t at = 0; at < values.size();) {
    const bool keep = stays(values.times[at]);
    size_t end = at + 1;
    while (end < values.size() && stays(values.times[end]) == keep) ++end;
    if (keep) AppendRange(values, at, end, kept);
    at = end;
  }
  values = std::move(kept);
}

void SortByTime(tsm::BlockValues& values) {
  if (TimesAscend(values.times)) return;
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return values.times[a] < values.times[b]; });
  tsm::BlockValues sorted;
  sorted.type = values.type;
  for (size_t i = 0; i < order.size(); ++i) {
    const bool overwritten = i + 1 < order.size() && values.times[order[i + 1]] == values.times[order[i]];
    if (!overwritten) AppendRange(values, order[i], order[i] + 1, sorted);
  }
  values = std::move(sorted);
}

bool TimesAscend(std::span<const int64_t> times) {
  // Without a way out, so that several are compared at once.
  bool ascend = true;
  for (size_t i = 1; i < times.size(); ++i) ascend &= times[i - 1] < times[i];
  return ascend;
}

size_t ByteSize(const tsm::BlockValues& values) {
  return values.times.size() * 8 + values.float64s.size() * 8 + values.integers.size() * 8 + values.booleans.size() +
         values.string_ends.size() * 4 + values.string_bytes.size();
}

}  // namespace firn::influx_files
