#include "starlark/runtime/heap.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "starlark/runtime/callable.h"
#include "starlark/runtime/function.h"
#include "starlark/runtime/hash_table.h"
#include "starlark/runtime/host_object.h"
#include "starlark/runtime/sequence.h"
#include "starlark/runtime/string.h"

namespace firn::starlark {
namespace {

constexpr size_t kBlockBytes = 64 << 10;  ///< also the alignment of blocks, by which a cell finds its own
constexpr size_t kGranuleBytes = 16;
constexpr size_t kLongestRunBytes = 4096;  ///< charged at once, so it must be small beside a small limit
constexpr size_t kLeastGrowthBytes = 1 << 20;

size_t CellBytesOf(size_t size_class) {
  if (size_class < 32) return (size_class + 1) * kGranuleBytes;
  const size_t top = (size_class - 32) / 4 + 9;
  return (size_t{1} << top) + ((size_class - 32) % 4 + 1) * (size_t{1} << (top - 2));
}

}  // namespace

/// Cells of one size behind a bitmap with a bit for every 16 bytes: set for the first bytes of a cell that the last
/// collection has reached. A large cell has a block of its own.
struct Heap::Block {
  Heap* owner;
  size_t cell_bytes;
  size_t block_bytes;
  char* begin;
  char* end;  ///< of whole cells
  std::array<uint64_t, kBlockBytes / kGranuleBytes / 64> marks;

  static Block* Of(const void* cell) {
    return reinterpret_cast<Block*>(reinterpret_cast<uintptr_t>(cell) & ~(kBlockBytes - 1));
  }
  static Block* Make(Heap* owner, size_t cell_bytes, size_t block_bytes) {
    void* memory = std::aligned_alloc(kBlockBytes, (block_bytes + kBlockBytes - 1) & ~(kBlockBytes - 1));
    if (memory == nullptr) return nullptr;
    auto* block = new (memory) Block{owner, 0, block_bytes, nullptr, nullptr, {}};
    block->Cut(cell_bytes);
    return block;
  }
  void Cut(size_t bytes) {
    cell_bytes = bytes;
    begin = reinterpret_cast<char*>(this) + ((sizeof(Block) + kGranuleBytes - 1) & ~(kGranuleBytes - 1));
    const auto room = static_cast<size_t>(reinterpret_cast<char*>(this) + block_bytes - begin);
    end = begin + room / bytes * bytes;
  }
  size_t GranuleOf(const void* cell) const {
    return static_cast<size_t>(static_cast<const char*>(cell) - reinterpret_cast<const char*>(this)) / kGranuleBytes;
  }
  bool IsMarked(const void* cell) const {
    const size_t granule = GranuleOf(cell);
    return (marks[granule / 64] >> (granule % 64) & 1) != 0;
  }
  size_t MarkedCells() const {
    size_t count = 0;
    for (const uint64_t word : marks) count += static_cast<size_t>(std::popcount(word));
    return count;
  }
};

Heap::Heap(size_t limit_bytes) : limit_bytes_(limit_bytes), next_collection_bytes_(0) {
  for (size_t i = 0; i < kClasses; ++i) classes_[i].cell_bytes = static_cast<uint32_t>(CellBytesOf(i));
  set_limit_bytes(limit_bytes);
}

Heap::~Heap() {
  for (SizeClass& size_class : classes_)
    for (Block* block : size_class.blocks) std::free(block);
  for (Block* block : large_) std::free(block);
  for (Block* block : empty_blocks_) std::free(block);
}

void Heap::set_limit_bytes(size_t limit) {
  limit_bytes_ = limit;
  const size_t room = limit > used_bytes_ ? (limit - used_bytes_) / 2 : 0;
  next_collection_bytes_ =
      used_bytes_ + std::min(std::max(used_bytes_, 4 * kLeastGrowthBytes), std::max(room, limit / 32));
}

void Heap::Charge(size_t bytes) {
  used_bytes_ += bytes;
  if (!wants_collection() || is_alarmed_) return;
  is_alarmed_ = true;
  if (alarm_ != nullptr) *alarm_ -= kAlarm;
}

void Heap::set_alarm(int64_t* alarm) {
  if (is_alarmed_ && alarm_ != nullptr) *alarm_ += kAlarm;
  alarm_ = alarm;
  if (is_alarmed_ && alarm_ != nullptr) *alarm_ -= kAlarm;
}

void* Heap::AllocateSlowly(SizeClass& size_class) {
  if (!FindRun(size_class)) {
    Block* block = NewBlock(size_class);
    if (block == nullptr) std::abort();  // The machine is out of memory, not the program beyond its limit.
    size_class.block = block;
    size_class.scan = block->begin;
    FindRun(size_class);
  }
  char* cell = size_class.next;
  size_class.next = cell + size_class.cell_bytes;
  return cell;
}

/// Moves `next` and `end` to the next run of cells that the last collection has not marked.
bool Heap::FindRun(SizeClass& size_class) {
  const size_t step = size_class.cell_bytes;
  while (true) {
    if (size_class.block != nullptr) {
      const Block& block = *size_class.block;
      char* begin = size_class.scan;
      while (begin != block.end && block.IsMarked(begin)) begin += step;
      if (begin != block.end) {
        char* end = begin + step;
        const char* longest = begin + kLongestRunBytes;
        while (end != block.end && end < longest && !block.IsMarked(end)) end += step;
        size_class.next = begin;
        size_class.end = size_class.scan = end;
        Charge(static_cast<size_t>(end - begin));
        return true;
      }
    }
    if (size_class.next_block == size_class.blocks.size()) return false;
    size_class.block = size_class.blocks[size_class.next_block++];
    size_class.scan = size_class.block->begin;
  }
}

Heap::Block* Heap::NewBlock(SizeClass& size_class) {
  Block* block = nullptr;
  if (!empty_blocks_.empty()) {
    block = empty_blocks_.back();
    empty_blocks_.pop_back();
    block->marks.fill(0);
    block->Cut(size_class.cell_bytes);
  } else {
    block = Block::Make(this, size_class.cell_bytes, kBlockBytes);
  }
  if (block == nullptr) return nullptr;
  size_class.blocks.push_back(block);
  size_class.next_block = size_class.blocks.size();
  return block;
}

void* Heap::AllocateLarge(size_t bytes) {
  if (bytes > limit_bytes_ || used_bytes_ > limit_bytes_ - bytes) return nullptr;
  const size_t cell_bytes = (bytes + kGranuleBytes - 1) & ~(kGranuleBytes - 1);
  Block* block = Block::Make(this, cell_bytes, sizeof(Block) + kGranuleBytes + cell_bytes);
  if (block == nullptr) return nullptr;
  large_.push_back(block);
  Charge(cell_bytes);
  return block->begin;
}

void Heap::Collect(RootSource& roots) {
  for (SizeClass& size_class : classes_)
    for (Block* block : size_class.blocks) block->marks.fill(0);
  for (Block* block : large_) block->marks.fill(0);
  Marker marker(*this);
  roots.MarkRoots(marker);
  marker.Drain();
  Sweep();
  set_limit_bytes(limit_bytes_);
  if (is_alarmed_ && alarm_ != nullptr) *alarm_ += kAlarm;
  is_alarmed_ = false;
}

/// Counts what is alive and gives back blocks without any; cells are found again by FindRun.
void Heap::Sweep() {
  constexpr size_t kMostEmptyBlocks = 256;
  used_bytes_ = 0;
  for (SizeClass& size_class : classes_) {
    std::erase_if(size_class.blocks, [&](Block* block) {
      const size_t live = block->MarkedCells();
      used_bytes_ += live * size_class.cell_bytes;
      if (live != 0) return false;
      if (empty_blocks_.size() < kMostEmptyBlocks)
        empty_blocks_.push_back(block);
      else
        std::free(block);
      return true;
    });
    size_class.next = size_class.end = size_class.scan = nullptr;
    size_class.block = nullptr;
    size_class.next_block = 0;
  }
  std::erase_if(large_, [&](Block* block) {
    if (block->IsMarked(block->begin)) {
      used_bytes_ += block->cell_bytes;
      return false;
    }
    std::free(block);
    return true;
  });
}

/// False if the cell was marked already, or belongs to another heap, which is sealed.
bool Marker::MarkCell(const void* cell) {
  Heap::Block* block = Heap::Block::Of(cell);
  if (block->owner != &heap_) return false;
  const size_t granule = block->GranuleOf(cell);
  uint64_t& word = block->marks[granule / 64];
  const uint64_t bit = uint64_t{1} << (granule % 64);
  if ((word & bit) != 0) return false;
  word |= bit;
  return true;
}

void Marker::MarkObject(Kind kind, Object* object) {
  if (object->is_unmanaged || MarkCell(object)) {
    if (kind != Kind::kString && kind != Kind::kBigInt && kind != Kind::kBytes && kind != Kind::kRange)
      pending_.emplace_back(kind, object);
  }
}

void Marker::Drain() {
  while (!pending_.empty()) {
    const auto [kind, object] = pending_.back();
    pending_.pop_back();
    Trace(kind, object);
  }
}

void Marker::Trace(Kind kind, Object* object) {
  const auto mark_table = [this](const HashTable& table) {
    MarkBuffer(table.entries);
    MarkBuffer(table.slots);
    for (const HashTable::Entry& entry : table) {
      Mark(entry.key);
      Mark(entry.value);
    }
  };
  switch (kind) {
    case Kind::kTuple: {
      const auto items = static_cast<Tuple*>(object)->items();
      Mark(items.data(), items.size());
      break;
    }
    case Kind::kList: {
      const auto& list = *static_cast<List*>(object);
      MarkBuffer(list.data);
      Mark(list.data, list.size);
      break;
    }
    case Kind::kDict:
      mark_table(static_cast<Dict*>(object)->table);
      break;
    case Kind::kSet:
      mark_table(static_cast<Set*>(object)->table);
      break;
    case Kind::kElements:
      Mark(static_cast<Elements*>(object)->text);
      break;
    case Kind::kFunction: {
      const auto& function = *static_cast<Function*>(object);
      Mark(function.values(), function.value_count());
      break;
    }
    case Kind::kBuiltin:
      Mark(static_cast<Builtin*>(object)->self);
      break;
    case Kind::kCell:
      Mark(static_cast<Cell*>(object)->value);
      break;
    case Kind::kHost: {
      auto& host = *static_cast<HostObject*>(object);
      host.type->Trace(host, *this);
      break;
    }
    default:
      break;
  }
}

}  // namespace firn::starlark
