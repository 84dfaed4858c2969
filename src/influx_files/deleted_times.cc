#include "influx_files/deleted_times.h"

#include <algorithm>
#include <utility>

#include "formats/tsm/tombstone.h"

namespace firn::influx_files {

Status DeletedTimes::Add(std::string_view tombstone_file, uint64_t max_bytes) {
  struct Entry {
    std::string key;
    TimeSpan span;
  };
  std::vector<Entry> entries;
  for (const Key& key : keys_) {
    for (size_t i = 0; i < key.span_count; ++i) entries.push_back({key.key, spans_[key.first_span + i]});
  }
  uint64_t used = 0;
  const Status read = tsm::ReadTombstones(tombstone_file, max_bytes, [&](const tsm::Tombstone& tombstone) -> Status {
    used += sizeof(Entry) + tombstone.key.size();
    if (used > max_bytes) return ResourceExhausted("tombstones take more than {} bytes of memory", max_bytes);
    entries.push_back({std::string(tombstone.key), {tombstone.min_time, tombstone.max_time}});
    return OkStatus();
  });
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  keys_.clear();
  spans_.clear();
  for (Entry& entry : entries) {
    if (keys_.empty() || keys_.back().key != entry.key) keys_.push_back({std::move(entry.key), spans_.size(), 0});
    ++keys_.back().span_count;
    spans_.push_back(entry.span);
  }
  return read;
}

std::span<const TimeSpan> DeletedTimes::Find(std::string_view key) const {
  const auto found = std::lower_bound(keys_.begin(), keys_.end(), key,
                                      [](const Key& a, std::string_view wanted) { return a.key < wanted; });
  if (found == keys_.end() || found->key != key) return {};
  return std::span(spans_).subspan(found->first_span, found->span_count);
}

}  // namespace firn::influx_files
