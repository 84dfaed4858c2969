#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::influx_files {

/// Times, both ends included; ns since 1970-01-01 UTC.
struct TimeSpan {
  int64_t from = INT64_MIN;
  int64_t to = INT64_MAX;

  bool Contains(int64_t time) const { return from <= time && time <= to; }
  bool Covers(const TimeSpan& other) const { return from <= other.from && other.to <= to; }
  bool Overlaps(const TimeSpan& other) const { return from <= other.to && other.from <= to; }
};

/// What the tombstones of one TSM file delete, by key.
class DeletedTimes {
 public:
  /// Takes the content of a tombstone file. An error says why some of it could not be read; what could, applies. It may
  /// take up to `max_bytes` of memory: kResourceExhausted beyond.
  Status Add(std::string_view tombstone_file, uint64_t max_bytes);

  /// The spans of a key. Good until the next Add.
  std::span<const TimeSpan> Find(std::string_view key) const;
  size_t key_count() const { return keys_.size(); }
  size_t span_count() const { return spans_.size(); }

 private:
  struct Key {
    std::string key;
    size_t first_span = 0;
    size_t span_count = 0;
  };
  std::vector<Key> keys_;  // sorted
  std::vector<TimeSpan> spans_;
};

}  // namespace firn::influx_files
