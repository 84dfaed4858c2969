#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace firn::line_protocol {

class MeasurementWriter;

/// A key (measurement and tags) as it was written in an earlier line.
struct SeriesEntry {
  SeriesEntry* next = nullptr;  ///< the series whose line followed last time
  MeasurementWriter* measurement = nullptr;
  uint32_t series = 0;      ///< index in the measurement's table …
  uint32_t generation = 0;  ///< … of this generation
  uint32_t key_size = 0;
  uint32_t measurement_size = 0;  ///< bytes of the key that are the measurement
  /// Whether the fast path may take a line with this key.
  bool repeatable = false;

  /// The key and the space behind it; 16 readable bytes follow.
  const char* key() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view key_view() const { return {key(), key_size}; }
};

/// Finds series by the bytes of their key. Entries never move and lie in memory in the order in which they came, which
/// is the order in which they come again. Not thread-safe.
class SeriesCache {
 public:
  SeriesCache();

  SeriesEntry* Find(std::string_view key) { return FindPrefetched(key, Prefetch(key)); }
  /// The first half of Find: what it gives is for the second. Between them the memory is on its way.
  uint64_t Prefetch(std::string_view key) const;
  SeriesEntry* FindPrefetched(std::string_view key, uint64_t hash);
  /// Requires that Find of the same key was the last call and gave nothing.
  SeriesEntry* Add(std::string_view key);

  size_t byte_size() const { return byte_size_; }
  void Clear();

 private:
  struct Slot {
    uint64_t hash = 0;
    SeriesEntry* entry = nullptr;
  };
  void Rehash();
  char* Allocate(size_t bytes);

  std::vector<Slot> slots_;
  size_t count_ = 0;
  uint64_t last_hash_ = 0;
  std::vector<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t byte_size_ = 0;
};

}  // namespace firn::line_protocol
