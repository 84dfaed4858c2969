#include "lake/series_index.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/checksum.h"

namespace firn::lake {
namespace {

// A ContentIndex has two to four slots of eight bytes an entry.
constexpr size_t kIndexEntryBytes = 24;

}  // namespace

SeriesIndex::Mapping SeriesIndex::MappingFor(const point::SeriesView& view) {
  KnownTable& known = tables_[view.table().get()];
  known.table = view.table();
  known.used = true;
  if (known.numbers.size() < view.series_count()) known.numbers.resize(view.series_count(), kUnknown);
  return {this, &view, &known};
}

int SeriesIndex::FindTag(std::string_view name) const {
  const auto found = tag_by_name_.find(name);
  return found == tag_by_name_.end() ? -1 : static_cast<int>(found->second);
}

uint32_t SeriesIndex::TagFor(std::string_view name) {
  const int known = FindTag(name);
  if (known >= 0) return static_cast<uint32_t>(known);
  TagKey& tag = tags_.emplace_back();
  tag.name = name;
  const auto at = static_cast<uint32_t>(tags_.size() - 1);
  tag_by_name_.emplace(tag.name, at);
  byte_size_ += sizeof(TagKey) + 2 * name.size() + 64;
  return at;
}

uint32_t SeriesIndex::CodeFor(TagKey& tag, std::string_view value) {
  const uint64_t hash = HashBytes(value);
  const uint32_t known = tag.code_by_value.Find(hash, [&](uint32_t code) { return tag.values[code - 1] == value; });
  if (known != point::ContentIndex::kNone) return known;
  tag.values.emplace_back(value);
  const auto code = static_cast<uint32_t>(tag.values.size());
  tag.code_by_value.Add(hash, code);
  byte_size_ += sizeof(std::string) + value.size() + kIndexEntryBytes;
  return code;
}

/// Puts the tags of a series into codes_: strings only where a value is met for the first time in its table.
void SeriesIndex::ReadCodes(const point::SeriesView& view, uint32_t series, KnownTable& known) {
  for (auto i = static_cast<uint32_t>(known.columns.size()); i < view.tag_column_count(); ++i) {
    known.columns.push_back({TagFor(view.column(i).name()), {}});
  }
  codes_.clear();
  for (uint32_t i = 0; i < view.tag_column_count(); ++i) {
    const uint32_t theirs = view.column(i).CodeOf(series);
    if (theirs == 0) continue;
    KnownColumn& column = known.columns[i];
    TagKey& tag = tags_[column.tag];
    if (column.codes.size() <= theirs) column.codes.resize(theirs + 1, 0);
    uint32_t& ours = column.codes[theirs];
    if (ours == 0) ours = CodeFor(tag, view.column(i).ValueOfCode(theirs));
    codes_.emplace_back(&tag, ours);
  }
}

bool SeriesIndex::HasCodes(uint32_t number) const {
  return tag_count_[number] == codes_.size() && std::all_of(codes_.begin(), codes_.end(), [&](const auto& code) {
           return code.first->codes.Of(number) == code.second;
         });
}

uint32_t SeriesIndex::Learn(const point::SeriesView& view, uint32_t series, KnownTable& known) {
  const point::SeriesId id = view.id(series);
  by_id_.Prefetch(point::SeriesIdHash()(id));
  ReadCodes(view, series, known);
  const uint32_t found = by_id_.Find(point::SeriesIdHash()(id), [&](uint32_t number) { return HasCodes(number); });
  return found != point::ContentIndex::kNone ? found : Add(id);
}

/// A series with the tags in codes_.
uint32_t SeriesIndex::Add(point::SeriesId id) {
  const uint32_t number = series_count_++;
  const uint64_t hash = point::SeriesIdHash()(id);
  by_id_.Add(hash, number);
  for (const auto& [tag, code] : codes_) tag->codes.Append(number, code);
  tag_count_.push_back(static_cast<uint32_t>(codes_.size()));
  hashes_.push_back(static_cast<uint8_t>(hash));
  byte_size_ += kIndexEntryBytes + codes_.size() * 2 * sizeof(uint32_t);
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

void SeriesIndex::BeginTimes() {
  knows_times_ = true;
  last_times_.clear();
}

bool SeriesIndex::IsAhead(uint32_t series, int64_t first_ns) const {
  return knows_times_ && (series >= last_times_.size() || first_ns > last_times_[series]);
}

void SeriesIndex::NoteTime(uint32_t series, int64_t last_ns) {
  if (!knows_times_) return;
  if (series >= last_times_.size()) last_times_.resize(series_count_, std::numeric_limits<int64_t>::min());
  last_times_[series] = std::max(last_times_[series], last_ns);
}

size_t SeriesIndex::byte_size() const {
  size_t bytes = byte_size_ +
                 (ranks_.capacity() + series_of_rank_.capacity() + placed_.capacity() + rank_of_series_.capacity() +
                  tag_count_.capacity()) *
                     sizeof(uint32_t) +
                 hashes_.capacity() + last_times_.capacity() * sizeof(int64_t);
  for (const auto& [table, known] : tables_) {
    bytes += known.numbers.capacity() * sizeof(uint32_t);
    for (const KnownColumn& column : known.columns) bytes += column.codes.capacity() * sizeof(uint32_t);
  }
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
