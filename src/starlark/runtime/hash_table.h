#pragma once

#include <cstdint>

#include "starlark/runtime/heap.h"
#include "starlark/runtime/value.h"

namespace firn::starlark {

class Thread;

/// Keys in the order of insertion, found by hash: what dict and set are made of.
///
/// `entries` are in order; a removed one keeps its place with a null key until the table is rebuilt. Up to
/// kLinearEntries are found by looking at each; beyond that `slots`, a table of twice the entries' capacity, maps
/// hashes to entries by linear probing. Both buffers are on the heap of the table's owner.
struct HashTable {
  struct Entry {
    Value key;
    Value value;
    bool is_removed() const { return key.is_null(); }
  };
  struct Slot {
    uint32_t hash;
    uint32_t entry;  ///< index + 1; 0 is free, kRemoved was in use
  };
  static constexpr uint32_t kLinearEntries = 8;

  Entry* entries = nullptr;
  Slot* slots = nullptr;
  uint32_t used = 0;      ///< entries in use, with removed ones
  uint32_t size = 0;      ///< without them
  uint32_t capacity = 0;  ///< of `entries`
  uint32_t first = 0;     ///< all entries before are removed
  uint32_t slot_mask = 0;

  /// The entry of `key`, or null: not there, or failed since the key is not hashable (thread.failed()).
  Entry* Find(Thread& thread, const Value& key) const;
  /// The entry of `key`, which is added with a null value if it is not there. Null if failed.
  Entry* FindOrAdd(Thread& thread, const Value& key);
  /// Removes `key`, and hands out its entry as it was. False if it was not there, or failed.
  bool Remove(Thread& thread, const Value& key, Entry* removed);
  void Clear();
  /// Room for `wanted` entries in all. False if failed.
  bool Reserve(Thread& thread, uint32_t wanted);

  /// For range-for over the entries in order.
  class Iterator {
   public:
    Iterator(Entry* at, Entry* end) : at_(at), end_(end) { Skip(); }
    Entry& operator*() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      Skip();
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    void Skip() {
      while (at_ != end_ && at_->is_removed()) ++at_;
    }
    Entry* at_;
    Entry* end_;
  };
  Iterator begin() const { return {entries + first, entries + used}; }
  Iterator end() const { return {entries + used, entries + used}; }
};

struct TableObject : Object {
  HashTable table;
};

struct Dict : TableObject {
  static constexpr Kind kKind = Kind::kDict;
};

/// The values in the table are null.
struct Set : TableObject {
  static constexpr Kind kKind = Kind::kSet;
};

Dict* NewDict(Heap& heap);
Set* NewSet(Heap& heap);

/// dict[key] = value and set.add(key) with the rules of mutation. False if failed.
bool Insert(Thread& thread, Dict& dict, const Value& key, const Value& value);
bool Insert(Thread& thread, Set& set, const Value& key);
/// An entry of a literal: fails if the key is there.
bool InsertUnique(Thread& thread, Dict& dict, const Value& key, const Value& value);
/// Whether a dict or set may change; else fails with "cannot `verb` frozen hash table" or "… hash table during
/// iteration". `verb` is "insert into", "delete from" or "clear".
bool CheckMutable(Thread& thread, const Object& table_owner, std::string_view verb);

}  // namespace firn::starlark
