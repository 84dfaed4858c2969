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
  const auto found = tag_by_name_.find(name);
  return found == tag_by_name_.end() ? -1 : static_cast<int>(found->second);
}

SeriesIndex::TagKey& SeriesIndex::TagFor(std::string_view name) {
  const int known = FindTag(name);
  if (known >= 0) return tags_[static_cast<size_t>(known)];
  TagKey& tag = tags_.emplace_back();
  tag.name = name;
  tag_by_name_.emplace(tag.name, static_cast<uint32_t>(tags_.size() - 1));
  byte_size_ += sizeof(TagKey) + 2 * name.size() + 64;
  return tag;
}

bool SeriesIndex::SameTags(const point::SeriesView& view, uint32_t series, uint32_t number) const {
  const std::vector<point::Tag> tags = view.TagsOf(series);
  if (tag_count_[number] != tags.size()) return false;
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
  const std::vector<point::Tag> tags = view.TagsOf(series);
  for (const point::Tag& tag : tags) {
    TagKey& key = TagFor(tag.key);
    auto code = key.code_of.find(tag.value);
    if (code == key.code_of.end()) {
      const std::string& kept = key.values.emplace_back(tag.value);
      code = key.code_of.emplace(kept, static_cast<uint32_t>(key.values.size())).first;
      byte_size_ += sizeof(std::string) + tag.value.size() + 64;
    }
    key.codes.Append(number, code->second);
  }
  tag_count_.push_back(static_cast<uint32_t>(tags.size()));
  hashes_.push_back(static_cast<uint8_t>(point::SeriesIdHash()(id)));
  byte_size_ += 64 + tags.size() * 2 * sizeof(uint32_t);
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

void SeriesIndex::PlaceByTag(const TagKey& tag) {
  rank_of_series_.assign(series_count_, 0);
  std::vector<uint32_t> starts(tag.code_of_rank.size() + 1, 0);
  starts[1] = series_count_;
  tag.codes.ForEach([&](uint32_t series, uint32_t code) {
    const uint32_t rank = tag.rank_of_code[code];
    rank_of_series_[series] = rank;
    --starts[1];
    ++starts[rank + 1];
  });
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  placed_.resize(series_count_);
  for (const uint32_t series : series_of_rank_) placed_[starts[rank_of_series_[series]]++] = series;
  series_of_rank_.swap(placed_);
}

void SeriesIndex::Rank(const std::vector<std::string>& tag_order) {
  if (ranks_.size() == series_count_ && ranked_by_ == tag_order) return;
  for (TagKey& tag : tags_) RankValues(tag);
  series_of_rank_.resize(series_count_);
  std::iota(series_of_rank_.begin(), series_of_rank_.end(), 0);
  // Least significant tag first, each pass stable: a pass is a count and a placement, so ten tags of a hundred thousand
  // series are a few milliseconds.
  for (size_t i = tag_order.size(); i-- > 0;) {
    if (const int at = FindTag(tag_order[i]); at >= 0) PlaceByTag(tags_[static_cast<size_t>(at)]);
  }
  ranks_.resize(series_count_);
  for (uint32_t rank = 0; rank < series_count_; ++rank) ranks_[series_of_rank_[rank]] = rank;
  ranked_by_ = tag_order;
}

size_t SeriesIndex::byte_size() const {
  size_t bytes = byte_size_ +
                 (ranks_.capacity() + series_of_rank_.capacity() + placed_.capacity() + rank_of_series_.capacity() +
                  tag_count_.capacity()) *
                     sizeof(uint32_t) +
                 hashes_.capacity();
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
