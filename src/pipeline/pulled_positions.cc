#include "pipeline/pulled_positions.h"

#include <algorithm>

namespace firn::pipeline {

PulledPositions::Position& PulledPositions::Enter(uint32_t shard, int64_t position, int64_t sequence) {
  const auto [entry, added] = positions_.try_emplace({shard, position});
  if (added) {
    entry->second.first_sequence = sequence;
    tracker_.Begin(shard, position);
  }
  return entry->second;
}

uint32_t PulledPositions::EnterRows(uint32_t shard, int64_t position, int64_t sequence) {
  Position& entry = Enter(shard, position, sequence);
  ++entry.in_progress;
  return static_cast<uint32_t>(sequence - entry.first_sequence);
}

void PulledPositions::LeaveRows(uint32_t shard, int64_t position) {
  const auto entry = positions_.find({shard, position});
  if (entry == positions_.end()) return;
  --entry->second.in_progress;
  EndIfDone(entry->first, entry->second);
}

void PulledPositions::EnterEnd(uint32_t shard, int64_t position, int64_t sequence) {
  Position& entry = Enter(shard, position, sequence);
  entry.ended = true;
  EndIfDone({shard, position}, entry);
}

void PulledPositions::EndIfDone(const Key& key, const Position& entry) {
  if (entry.ended && entry.in_progress == 0) tracker_.End(key.first, key.second);
}

std::optional<int64_t> PulledPositions::FindOpen(uint32_t shard) const {
  auto entry = positions_.lower_bound({shard, INT64_MIN});
  while (entry != positions_.end() && entry->first.first == shard && entry->second.ended) ++entry;
  if (entry == positions_.end() || entry->first.first != shard) return std::nullopt;
  return entry->first.second;
}

bool PulledPositions::IsInProgress(uint32_t shard, int64_t position) const {
  const auto entry = positions_.find({shard, position});
  return entry != positions_.end() && entry->second.in_progress > 0;
}

void PulledPositions::GiveUp(uint32_t shard, int64_t position) {
  tracker_.Abandon(shard, position);
  positions_.erase({shard, position});
}

void PulledPositions::NoteDurable(uint32_t shard, int64_t position) {
  positions_.erase(positions_.lower_bound({shard, INT64_MIN}), positions_.upper_bound({shard, position}));
}

int64_t PulledPositions::HoldBack(int64_t sequence) const {
  for (const auto& [key, entry] : positions_) sequence = std::min(sequence, entry.first_sequence - 1);
  return sequence;
}

}  // namespace firn::pipeline
