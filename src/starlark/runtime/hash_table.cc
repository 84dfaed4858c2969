#include "starlark/runtime/hash_table.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "starlark/runtime/operations.h"
#include "starlark/runtime/thread.h"

namespace firn::starlark {
namespace {

constexpr uint32_t kRemovedSlot = UINT32_MAX;
constexpr uint32_t kMostEntries = UINT32_MAX / 4;

/// Whether a stored key is the wanted one. A removed key is null, which nothing equals.
inline bool IsKey(Thread& thread, const Value& stored, const Value& wanted) {
  if (stored.IsIdentical(wanted)) return true;
  if (stored.kind() <= Kind::kShortString && wanted.kind() == stored.kind() && !wanted.is_float()) return false;
  if (stored.is(Kind::kShortString) || wanted.is(Kind::kShortString) || stored.is_null()) return false;
  if (stored.is(Kind::kString) && wanted.is(Kind::kString))
    return stored.As<String>()->view() == wanted.As<String>()->view();
  return Equal(thread, stored, wanted);
}

/// Whether a table without hashes can look for the key at once: it is hashable for certain.
inline bool IsSimpleKey(const Value& key) {
  return key.kind() <= Kind::kString;
}

void InsertSlot(HashTable& table, uint32_t hash, uint32_t entry) {
  uint32_t at = hash & table.slot_mask;
  while (table.slots[at].entry != 0) at = (at + 1) & table.slot_mask;
  table.slots[at] = {hash, entry + 1};
}

/// The hashes of all entries, by index; those of removed ones mean nothing.
bool CollectHashes(Thread& thread, const HashTable& table, std::vector<uint32_t>& hashes) {
  hashes.resize(table.used);
  if (table.slots != nullptr) {
    for (uint32_t i = 0; i <= table.slot_mask; ++i) {
      const HashTable::Slot& slot = table.slots[i];
      if (slot.entry != 0 && slot.entry != kRemovedSlot) hashes[slot.entry - 1] = slot.hash;
    }
    return true;
  }
  for (uint32_t i = 0; i < table.used; ++i) {
    if (table.entries[i].is_removed()) continue;
    uint64_t hash = 0;
    if (!Hash(thread, table.entries[i].key, &hash)) return false;
    hashes[i] = static_cast<uint32_t>(hash);
  }
  return true;
}

/// Moves the entries that are there into buffers for `capacity`.
bool Rebuild(Thread& thread, HashTable& table, uint32_t capacity) {
  Heap& heap = thread.heap();
  HashTable fresh;
  fresh.capacity = capacity;
  fresh.entries = static_cast<HashTable::Entry*>(heap.Allocate(capacity * sizeof(HashTable::Entry)));
  if (fresh.entries == nullptr) return thread.FailMemory(), false;
  std::vector<uint32_t> hashes;
  if (capacity > HashTable::kLinearEntries) {
    if (!CollectHashes(thread, table, hashes)) return false;
    const size_t slots = std::bit_ceil(size_t{capacity} * 2);
    fresh.slots = static_cast<HashTable::Slot*>(heap.Allocate(slots * sizeof(HashTable::Slot)));
    if (fresh.slots == nullptr) return thread.FailMemory(), false;
    fresh.slot_mask = static_cast<uint32_t>(slots - 1);
    std::fill_n(fresh.slots, slots, HashTable::Slot{0, 0});
  }
  for (uint32_t i = table.first; i < table.used; ++i) {
    if (table.entries[i].is_removed()) continue;
    if (fresh.slots != nullptr) InsertSlot(fresh, hashes[i], fresh.used);
    fresh.entries[fresh.used++] = table.entries[i];
  }
  fresh.size = fresh.used;
  table = fresh;
  return true;
}

/// The slot of the key, or the free one where the search ended.
struct Probe {
  HashTable::Slot* slot;
  HashTable::Entry* entry;  ///< null: not there, or failed
};

Probe Search(Thread& thread, const HashTable& table, const Value& key, uint32_t hash) {
  uint32_t at = hash & table.slot_mask;
  for (uint32_t steps = 1;; ++steps) {
    HashTable::Slot& slot = table.slots[at];
    if (slot.entry == 0) return {&slot, nullptr};
    if (slot.hash == hash && slot.entry != kRemovedSlot) {
      HashTable::Entry& entry = table.entries[slot.entry - 1];
      if (IsKey(thread, entry.key, key)) return {&slot, &entry};
      if (thread.failed()) return {&slot, nullptr};
    }
    // Long searches are what an attacker wants: they cost steps.
    if (steps % 64 == 0 && !thread.ChargeSteps(64)) return {&slot, nullptr};
    at = (at + 1) & table.slot_mask;
  }
}

HashTable::Entry* SearchLinearly(Thread& thread, const HashTable& table, const Value& key) {
  for (uint32_t i = table.first; i < table.used; ++i) {
    if (IsKey(thread, table.entries[i].key, key)) return &table.entries[i];
  }
  return nullptr;
}

}  // namespace

HashTable::Entry* HashTable::Find(Thread& thread, const Value& key) const {
  uint64_t hash = 0;
  if (slots == nullptr) {
    if (!IsSimpleKey(key) && !Hash(thread, key, &hash)) return nullptr;
    return SearchLinearly(thread, *this, key);
  }
  if (!Hash(thread, key, &hash)) return nullptr;
  return Search(thread, *this, key, static_cast<uint32_t>(hash)).entry;
}

HashTable::Entry* HashTable::FindOrAdd(Thread& thread, const Value& key) {
  uint64_t hash = 0;
  if (slots == nullptr) {
    if (!IsSimpleKey(key) && !Hash(thread, key, &hash)) return nullptr;
    if (Entry* found = SearchLinearly(thread, *this, key)) return found;
    if (thread.failed()) return nullptr;
    if (used < capacity) {
      ++size;
      entries[used] = {key, {}};
      return &entries[used++];
    }
  }
  if (used == capacity) {
    const uint32_t larger = size < 4 ? 4 : size < kLinearEntries ? kLinearEntries : size * 2;
    if (size > kMostEntries) return thread.FailMemory(), nullptr;
    if (slots != nullptr) {
      // Growing moves the entries, so whether the key is there is asked before.
      if (!Hash(thread, key, &hash)) return nullptr;
      if (Entry* found = Search(thread, *this, key, static_cast<uint32_t>(hash)).entry) return found;
      if (thread.failed()) return nullptr;
    }
    if (!Rebuild(thread, *this, larger)) return nullptr;
    if (slots == nullptr) {
      ++size;
      entries[used] = {key, {}};
      return &entries[used++];
    }
  }
  if (!Hash(thread, key, &hash)) return nullptr;
  const Probe probe = Search(thread, *this, key, static_cast<uint32_t>(hash));
  if (probe.entry != nullptr || thread.failed()) return probe.entry;
  *probe.slot = {static_cast<uint32_t>(hash), used + 1};
  ++size;
  entries[used] = {key, {}};
  return &entries[used++];
}

bool HashTable::Remove(Thread& thread, const Value& key, Entry* removed) {
  // As in the reference implementation, a table without room does not ask whether the key is hashable.
  if (entries == nullptr) return false;
  uint64_t hash = 0;
  Entry* entry = nullptr;
  if (slots == nullptr) {
    entry = Find(thread, key);
  } else {
    if (!Hash(thread, key, &hash)) return false;
    const Probe probe = Search(thread, *this, key, static_cast<uint32_t>(hash));
    entry = probe.entry;
    if (entry != nullptr) probe.slot->entry = kRemovedSlot;
  }
  if (entry == nullptr) return false;
  *removed = *entry;
  *entry = {};
  --size;
  while (first < used && entries[first].is_removed()) ++first;
  // A table that has become empty starts anew: else entries would be used up by inserting and removing.
  if (size == 0) Clear();
  return true;
}

void HashTable::Clear() {
  if (slots != nullptr) {
    *this = HashTable{};
  } else {
    used = size = first = 0;
  }
}

bool HashTable::Reserve(Thread& thread, uint32_t wanted) {
  if (wanted <= capacity) return true;
  if (wanted > kMostEntries) return thread.FailMemory(), false;
  return Rebuild(thread, *this, wanted);
}

Dict* NewDict(Heap& heap) {
  return heap.New<Dict>();
}

Set* NewSet(Heap& heap) {
  return heap.New<Set>();
}

bool CheckMutable(Thread& thread, const Object& table_owner, std::string_view verb) {
  if (!table_owner.is_frozen && table_owner.iterators == 0) return true;
  if (table_owner.is_frozen)
    thread.Fail("cannot {} frozen hash table", verb);
  else
    thread.Fail("cannot {} hash table during iteration", verb);
  return false;
}

bool Insert(Thread& thread, Dict& dict, const Value& key, const Value& value) {
  if (!CheckMutable(thread, dict, "insert into")) return false;
  HashTable::Entry* entry = dict.table.FindOrAdd(thread, key);
  if (entry == nullptr) return false;
  entry->value = value;
  return true;
}

bool InsertUnique(Thread& thread, Dict& dict, const Value& key, const Value& value) {
  const uint32_t before = dict.table.size;
  HashTable::Entry* entry = dict.table.FindOrAdd(thread, key);
  if (entry == nullptr) return false;
  if (dict.table.size == before) {
    std::string text;
    if (AppendRepr(thread, key, text)) thread.Fail("duplicate key: {}", text);
    return false;
  }
  entry->value = value;
  return true;
}

bool Insert(Thread& thread, Set& set, const Value& key) {
  return CheckMutable(thread, set, "insert into") && set.table.FindOrAdd(thread, key) != nullptr;
}

}  // namespace firn::starlark
