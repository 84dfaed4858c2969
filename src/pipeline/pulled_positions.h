#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "pipeline/shards.h"

namespace firn::pipeline {

/// The positions of pulled shards whose records are in the journal: of which some are taken, some not, and which are
/// not durable yet. Until they are, they hold the journal. Keeps the tracker informed. Not thread-safe.
class PulledPositions {
 public:
  explicit PulledPositions(ProgressTracker& tracker) : tracker_(tracker) {}

  /// A record of rows is taken. Gives its place among those of its position.
  uint32_t EnterRows(uint32_t shard, int64_t position, int64_t sequence);
  /// The rows of one such record are with the output.
  void LeaveRows(uint32_t shard, int64_t position);
  /// The position's end is taken; one without rows still moves the shard on.
  void EnterEnd(uint32_t shard, int64_t position, int64_t sequence);

  /// The lowest position of a shard that has begun and not ended.
  std::optional<int64_t> FindOpen(uint32_t shard) const;
  /// Whether records of the position's rows are taken and not with the output yet.
  bool IsInProgress(uint32_t shard, int64_t position) const;
  /// As if the position had never begun.
  void GiveUp(uint32_t shard, int64_t position);

  /// Forgets the positions of a shard up to this one: their rows are durable.
  void NoteDurable(uint32_t shard, int64_t position);
  /// The highest sequence, at most `sequence`, up to which nothing here needs the journal.
  int64_t HoldBack(int64_t sequence) const;

 private:
  struct Position {
    int64_t first_sequence = 0;
    size_t in_progress = 0;
    bool ended = false;
  };
  using Key = std::pair<uint32_t, int64_t>;

  Position& Enter(uint32_t shard, int64_t position, int64_t sequence);
  /// The entry stays until its rows are durable.
  void EndIfDone(const Key& key, const Position& entry);

  ProgressTracker& tracker_;
  std::map<Key, Position> positions_;
};

}  // namespace firn::pipeline
