#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "formats/tsm/block.h"
#include "formats/tsm/wal.h"
#include "influx_files/damage.h"
#include "influx_files/deleted_times.h"
#include "influx_files/shard_snapshot.h"

namespace firn::influx_files {

/// What a shard's write-ahead log says, replayed: the values that no TSM file has yet, by key.
///
/// A log that does not fit into memory is read several times, each time for the next range of keys; keys of one series
/// stay together.
class WalCache {
 public:
  struct Options {
    std::string from_key = {};                                 ///< keys before this one are left out
    size_t max_bytes = 64 << 20;                               ///< memory
    std::function<bool(std::string_view key)> wants_key = {};  ///< none = all
  };
  /// Values of one key and type: times ascending, of equal times only the last one written.
  using Values = std::map<std::string, std::vector<tsm::BlockValues>, std::less<>>;

  /// Replays `segments` in order. Damage ends a segment, as it does for the server. kResourceExhausted when one series
  /// alone does not fit.
  static Result<WalCache> Load(const std::vector<OpenedFile>& segments, Options options, const DamageSink& damage);

  Values& values() { return values_; }
  /// The first key that is not in here though it may be in the log: load again from it. "" = all keys are here.
  const std::string& end_key() const { return end_key_; }
  uint64_t deletes() const { return deletes_; }
  /// Of the keys that are here: values that were written again, and values that a delete took away.
  uint64_t overwritten_values() const { return overwritten_values_; }
  uint64_t deleted_values() const;

 private:
  explicit WalCache(Options options) : options_(std::move(options)) {}
  Status ReplaySegment(const OpenedFile& segment, const DamageSink& damage);
  Status Apply(const tsm::WalEntry& entry);
  void Write(tsm::WalValues values);
  void Delete(std::string_view key, const TimeSpan& times);
  Status MakeRoom();
  bool Wants(std::string_view key) const;
  void SortAll();

  Options options_;
  Values values_;
  std::string end_key_;
  size_t used_bytes_ = 0;
  uint64_t deletes_ = 0;
  std::map<std::string, uint64_t, std::less<>> deleted_values_;  // by key; keys without are absent
  uint64_t overwritten_values_ = 0;
};

}  // namespace firn::influx_files
