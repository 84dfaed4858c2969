#include "pipeline/shards.h"

namespace firn::pipeline {

uint32_t ShardRegistry::HandleOf(const std::string& source, const std::string& shard) {
  const std::lock_guard lock(mutex_);
  const auto [entry, added] = handles_.emplace(std::pair(source, shard), static_cast<uint32_t>(names_.size()));
  if (added) names_.push_back({source, shard});
  return entry->second;
}

ShardRegistry::Name ShardRegistry::NameOf(uint32_t handle) const {
  const std::lock_guard lock(mutex_);
  return names_.at(handle);
}

void ProgressTracker::Begin(uint32_t shard, int64_t position) {
  const std::lock_guard lock(mutex_);
  by_shard_[shard].open.emplace(position, false);
}

void ProgressTracker::End(uint32_t shard, int64_t position) {
  const std::lock_guard lock(mutex_);
  Shard& entry = by_shard_[shard];
  entry.open[position] = true;
  Advance(entry);
}

void ProgressTracker::Abandon(uint32_t shard, int64_t position) {
  const std::lock_guard lock(mutex_);
  Shard& entry = by_shard_[shard];
  entry.open.erase(position);
  Advance(entry);
}

void ProgressTracker::Advance(Shard& shard) {
  while (!shard.open.empty() && shard.open.begin()->second) {
    shard.complete_up_to = shard.open.begin()->first;
    shard.any = true;
    shard.open.erase(shard.open.begin());
  }
}

std::vector<outputs::ShardProgress> ProgressTracker::Snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<outputs::ShardProgress> snapshot;
  for (const auto& [handle, shard] : by_shard_) {
    if (!shard.any) continue;
    ShardRegistry::Name name = shards_.NameOf(handle);
    snapshot.push_back({handle, std::move(name.source), std::move(name.shard), shard.complete_up_to});
  }
  return snapshot;
}

}  // namespace firn::pipeline
