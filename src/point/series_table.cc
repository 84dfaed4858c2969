#include "point/series_table.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.h"
#include "base/checksum.h"

namespace firn::point {

namespace {

constexpr size_t kCanonicalOnStack = 1'024;

char* PutCanonical(char* out, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());  // hosts are little-endian (base/bytes.h)
  std::memcpy(out, &size, sizeof(size));
  text.copy(out + sizeof(uint32_t), text.size());
  return out + sizeof(uint32_t) + text.size();
}

}  // namespace

SeriesId MakeSeriesId(std::span<const Tag> tags) {
  size_t size = 0;
  for (const Tag& tag : tags) size += tag.key.size() + tag.value.size() + 2 * sizeof(uint32_t);
  char on_stack[kCanonicalOnStack];
  std::string on_heap;
  if (size > sizeof(on_stack)) on_heap.resize(size);
  char* const canonical = size > sizeof(on_stack) ? on_heap.data() : on_stack;
  char* end = canonical;
  for (const Tag& tag : tags) end = PutCanonical(PutCanonical(end, tag.key), tag.value);
  const XXH128_hash_t hash = XXH3_128bits(canonical, size);
  return {hash.high64, hash.low64};
}

void ContentIndex::Add(uint64_t hash, uint32_t number) {
  if ((count_ + 1) * 2 > slots_.size()) {
    const size_t larger = slots_.empty() ? 8 : slots_.size() * 2;
    for (const Slot& slot : std::exchange(slots_, std::vector<Slot>(larger))) {
      if (slot.number != kNone) Place(slot);
    }
  }
  Place({static_cast<uint32_t>(hash), number});
  ++count_;
}

void ContentIndex::Place(Slot slot) {
  const size_t mask = slots_.size() - 1;
  size_t at = slot.hash & mask;
  while (slots_[at].number != kNone) at = (at + 1) & mask;
  slots_[at] = slot;
}

TagColumn& SeriesTable::ColumnFor(std::string_view key) {
  // Tag sets are alike: the next key is mostly that of the next column.
  if (next_column_ < tag_column_count() && columns_[next_column_]->name() == key) return *columns_[next_column_++];
  uint32_t index = 0;
  if (const auto found = column_by_name_.find(key); found != column_by_name_.end()) {
    index = found->second;
  } else {
    index = tag_column_count();
    auto& column = columns_.push_back(std::make_unique<TagColumn>(std::string(key), series_count()));
    column_by_name_.emplace(column->name(), index);
    byte_size_ += sizeof(TagColumn) + key.size();
  }
  next_column_ = index + 1;
  return *columns_[index];
}

uint32_t SeriesTable::CodeFor(TagColumn& column, std::string_view value, uint64_t hash) {
  const auto& dictionary = column.dictionary_;
  const uint32_t found = column.code_by_value_.Find(hash, [&](uint32_t code) { return dictionary[code - 1] == value; });
  if (found != ContentIndex::kNone) return found;
  column.dictionary_.push_back(std::string(value));
  const auto code = static_cast<uint32_t>(dictionary.size());
  column.code_by_value_.Add(hash, code);
  byte_size_ += sizeof(std::string) + value.size() + 24;
  return code;
}

uint32_t SeriesTable::FindOrAdd(std::span<const Tag> tags) {
  const SeriesId id = MakeSeriesId(tags);
  const uint32_t found = Find(id);
  return found != ContentIndex::kNone ? found : Add(id, tags);
}

uint32_t SeriesTable::Add(SeriesId id, std::span<const Tag> tags) {
  next_column_ = 0;
  lookups_.clear();
  for (const Tag& tag : tags) {
    const Lookup& lookup = lookups_.emplace_back(&ColumnFor(tag.key), HashBytes(tag.value));
    lookup.column->code_by_value_.Prefetch(lookup.hash);
  }
  const uint32_t series = series_count();
  for (size_t i = 0; i < tags.size(); ++i) {
    TagColumn& column = *lookups_[i].column;
    column.codes_.push_back(CodeFor(column, tags[i].value, lookups_[i].hash));
  }
  for (uint32_t i = 0; tags.size() < tag_column_count() && i < tag_column_count(); ++i) {
    TagColumn& column = *columns_[i];
    if (column.codes_.size() + column.first_series_ == series) column.codes_.push_back(0);
  }
  tag_count_ += tags.size();
  byte_size_ += sizeof(SeriesId) + 64 + tag_column_count() * sizeof(uint32_t);
  ids_.push_back(id);
  series_by_id_.Add(SeriesIdHash()(id), series);
  return series;
}

int SeriesView::FindColumn(std::string_view key) const {
  for (uint32_t i = 0; i < tag_column_count_; ++i) {
    if (column(i).name() == key) return static_cast<int>(i);
  }
  return -1;
}

std::vector<Tag> SeriesView::TagsOf(uint32_t series) const {
  std::vector<Tag> tags;
  for (uint32_t i = 0; i < tag_column_count_; ++i) {
    const TagColumn& tag_column = column(i);
    if (const uint32_t code = tag_column.CodeOf(series); code != 0) {
      tags.push_back({tag_column.name(), tag_column.ValueOfCode(code)});
    }
  }
  std::sort(tags.begin(), tags.end());
  return tags;
}

}  // namespace firn::point
