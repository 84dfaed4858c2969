#include "pipeline/pulled_positions.h"

#include <algorithm>

namespace firn::pipeline {

PulledPositions::Position& PulledPositions::Enter(uint32_t shard, int64_t position, int64_t sequence) {
  const auto [entry, added] = positions_.try_emplace(Key{shard, position});
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
  if (entry.ended && entry.in_progress == 0) tracker_.End(key.shard, key.position);
}

std::optional<PulledPositions::Key> PulledPositions::FindOpen(std::optional<uint32_t> shard) const {
  auto entry = shard.has_value() ? positions_.lower_bound({*shard, INT64_MIN}) : positions_.begin();
  while (entry != positions_.end() && entry->second.ended) ++entry;
  if (entry == positions_.end() || (shard.has_value() && entry->first.shard != *shard)) return std::nullopt;
  return entry->first;
}

bool PulledPositions::IsInProgress(const Key& key) const {
  const auto entry = positions_.find(key);
  return entry != positions_.end() && entry->second.in_progress > 0;
}

void PulledPositions::GiveUp(const Key& key) {
  tracker_.Abandon(key.shard, key.position);
  positions_.erase(key);
}

void PulledPositions::NoteDurable(uint32_t shard, int64_t position) {
  positions_.erase(positions_.lower_bound({shard, INT64_MIN}), positions_.upper_bound({shard, position}));
}

int64_t PulledPositions::HoldBack(int64_t sequence) const {
  for (const auto& [key, entry] : positions_) sequence = std::min(sequence, entry.first_sequence - 1);
  return sequence;
}

}  // namespace firn::pipeline
