#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>

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

  struct Key {
    uint32_t shard = 0;
    int64_t position = 0;
    auto operator<=>(const Key&) const = default;
  };
  /// The lowest position that has begun and not ended, of a shard or of any.
  std::optional<Key> FindOpen(std::optional<uint32_t> shard) const;
  /// Whether records of the position's rows are taken and not with the output yet.
  bool IsInProgress(const Key& key) const;
  /// As if the position had never begun.
  void GiveUp(const Key& key);

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

  Position& Enter(uint32_t shard, int64_t position, int64_t sequence);
  /// The entry stays until its rows are durable.
  void EndIfDone(const Key& key, const Position& entry);

  ProgressTracker& tracker_;
  std::map<Key, Position> positions_;
};

}  // namespace firn::pipeline
