#include "lake/series_index.h"

#include <algorithm>
#include <numeric>

namespace firn::lake {

uint32_t SeriesIndex::Mapping::Learn(uint32_t series) {
  const uint32_t number = index_->Add(*view_, series);
  (*numbers_)[series] = number;
  return number;
}

SeriesIndex::Mapping SeriesIndex::MappingFor(const point::SeriesView& view) {
  KnownTable& known = tables_[view.table().get()];
  known.table = view.table();
  known.used = true;
  if (known.numbers.size() < view.series_count()) known.numbers.resize(view.series_count(), kUnknown);
  return {this, &view, &known.numbers};
}

int SeriesIndex::FindTag(std::string_view name) const {
  for (size_t i = 0; i < tags_.size(); ++i) {
    if (tags_[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

SeriesIndex::TagKey& SeriesIndex::TagFor(std::string_view name) {
  const int known = FindTag(name);
  if (known >= 0) return tags_[static_cast<size_t>(known)];
  TagKey& tag = tags_.emplace_back();
  tag.name = name;
  tag.codes.assign(series_count_, 0);
  return tag;
}

bool SeriesIndex::SameTags(const point::SeriesView& view, uint32_t series, uint32_t number) const {
  const std::vector<point::Tag> tags = view.TagsOf(series);
  size_t held = 0;
  for (const TagKey& tag : tags_) held += tag.codes[number] != 0;
  if (held != tags.size()) return false;
  return std::all_of(tags.begin(), tags.end(), [&](const point::Tag& tag) {
    const int at = FindTag(tag.key);
    return at >= 0 && ValueOf(tags_[static_cast<size_t>(at)], number) == tag.value;
  });
}

uint32_t SeriesIndex::Add(const point::SeriesView& view, uint32_t series) {
  const point::SeriesId id = view.id(series);
  const auto [first, last] = by_id_.equal_range(id);
  for (auto known = first; known != last; ++known) {
    if (SameTags(view, series, known->second)) return known->second;
  }
  const uint32_t number = series_count_++;
  by_id_.emplace(id, number);
  for (const point::Tag& tag : view.TagsOf(series)) {
    TagKey& key = TagFor(tag.key);
    auto code = key.code_of.find(tag.value);
    if (code == key.code_of.end()) {
      const std::string& kept = key.values.emplace_back(tag.value);
      code = key.code_of.emplace(kept, static_cast<uint32_t>(key.values.size())).first;
      byte_size_ += sizeof(std::string) + tag.value.size() + 64;
    }
    key.codes.resize(series_count_, 0);
    key.codes[number] = code->second;
  }
  for (TagKey& key : tags_) key.codes.resize(series_count_, 0);
  byte_size_ += 64 + tags_.size() * sizeof(uint32_t);
  return number;
}

void SeriesIndex::RankValues(TagKey& tag) {
  if (tag.rank_of_code.size() == tag.values.size() + 1) return;
  std::vector<uint32_t> order(tag.values.size());
  std::iota(order.begin(), order.end(), 1);
  std::sort(order.begin(), order.end(),
            [&](uint32_t left, uint32_t right) { return tag.values[left - 1] < tag.values[right - 1]; });
  tag.rank_of_code.assign(tag.values.size() + 1, 0);
  tag.code_of_rank.assign(1, 0);
  for (const uint32_t code : order) {
    tag.rank_of_code[code] = static_cast<uint32_t>(tag.code_of_rank.size());
    tag.code_of_rank.push_back(code);
  }
}

void SeriesIndex::Rank(const std::vector<std::string>& tag_order) {
  if (ranks_.size() == series_count_ && ranked_by_ == tag_order) return;
  for (TagKey& tag : tags_) RankValues(tag);
  series_of_rank_.resize(series_count_);
  std::iota(series_of_rank_.begin(), series_of_rank_.end(), 0);
  // Least significant tag first, each pass stable: a pass is a count and a placement, so ten tags of a hundred thousand
  // series are a few milliseconds.
  std::vector<uint32_t> placed(series_count_);
  std::vector<uint32_t> starts;
  for (size_t i = tag_order.size(); i-- > 0;) {
    const int at = FindTag(tag_order[i]);
    if (at < 0) continue;
    const TagKey& tag = tags_[static_cast<size_t>(at)];
    starts.assign(tag.code_of_rank.size() + 1, 0);
    for (const uint32_t code : tag.codes) ++starts[tag.rank_of_code[code] + 1];
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    for (const uint32_t series : series_of_rank_) placed[starts[tag.rank_of_code[tag.codes[series]]]++] = series;
    series_of_rank_.swap(placed);
  }
  ranks_.resize(series_count_);
  for (uint32_t rank = 0; rank < series_count_; ++rank) ranks_[series_of_rank_[rank]] = rank;
  ranked_by_ = tag_order;
}

size_t SeriesIndex::byte_size() const {
  size_t bytes = byte_size_ + (ranks_.capacity() + series_of_rank_.capacity()) * sizeof(uint32_t);
  for (const auto& [table, known] : tables_) bytes += known.numbers.capacity() * sizeof(uint32_t);
  return bytes;
}

void SeriesIndex::EndFlush(size_t max_bytes) {
  for (auto known = tables_.begin(); known != tables_.end();) {
    if (!known->second.used) {
      known = tables_.erase(known);
      continue;
    }
    known->second.used = false;
    ++known;
  }
  if (byte_size() > max_bytes) *this = SeriesIndex();
}

}  // namespace firn::lake
