#include "formats/line_protocol/series_cache.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/checksum.h"

namespace firn::line_protocol {
namespace {

constexpr size_t kFirstSlots = 64;
constexpr size_t kChunkBytes = 64 << 10;
constexpr size_t kPadding = 16;

}  // namespace

SeriesCache::SeriesCache() : slots_(kFirstSlots) {}

uint64_t SeriesCache::Prefetch(std::string_view key) const {
  const uint64_t hash = HashBytes(key);
  __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  return hash;
}

SeriesEntry* SeriesCache::FindPrefetched(std::string_view key, uint64_t hash) {
  last_hash_ = hash;
  const size_t mask = slots_.size() - 1;
  for (size_t at = hash & mask; slots_[at].entry != nullptr; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && slots_[at].entry->key_view() == key) return slots_[at].entry;
  }
  return nullptr;
}

SeriesEntry* SeriesCache::Add(std::string_view key) {
  if ((count_ + 1) * 2 > slots_.size()) Rehash();
  char* memory = Allocate(sizeof(SeriesEntry) + key.size() + 1 + kPadding);
  auto* entry = new (memory) SeriesEntry();
  entry->key_size = static_cast<uint32_t>(key.size());
  char* text = memory + sizeof(SeriesEntry);
  std::memcpy(text, key.data(), key.size());
  text[key.size()] = ' ';
  std::memset(text + key.size() + 1, 0, kPadding);
  const size_t mask = slots_.size() - 1;
  size_t at = last_hash_ & mask;
  while (slots_[at].entry != nullptr) at = (at + 1) & mask;
  slots_[at] = {last_hash_, entry};
  ++count_;
  return entry;
}

void SeriesCache::Rehash() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  byte_size_ += old.size() * sizeof(Slot);
  const size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.entry == nullptr) continue;
    size_t at = slot.hash & mask;
    while (slots_[at].entry != nullptr) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

char* SeriesCache::Allocate(size_t bytes) {
  bytes = (bytes + alignof(SeriesEntry) - 1) & ~(alignof(SeriesEntry) - 1);
  if (bytes > free_bytes_) {
    free_bytes_ = std::max(bytes, kChunkBytes);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(free_bytes_));
    free_ = chunks_.back().get();
    byte_size_ += free_bytes_;
  }
  char* memory = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return memory;
}

void SeriesCache::Clear() {
  slots_.assign(kFirstSlots, {});
  count_ = 0;
  chunks_.clear();
  free_ = nullptr;
  free_bytes_ = 0;
  byte_size_ = 0;
}

}  // namespace firn::line_protocol
