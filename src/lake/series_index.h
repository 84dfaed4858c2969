#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lake/series_codes.h"
#include "point/series_table.h"

namespace firn::lake {

/// All series of one table under one numbering, whatever series tables its batches come with, and their order by tags.
///
/// Strings are compared once a distinct series, not once a row: a series of a batch is looked up by its 128-bit id when
/// it is first seen in its series table (and its tags are compared, so that a collision cannot melt two series), from
/// then on it is an array access. The index outlives flushes, so that a hundred thousand hosts are not ranked anew
/// every minute. Not thread-safe.
class SeriesIndex {
 public:
  /// A tag key over all series.
  struct TagKey {
    TagKey() = default;
    TagKey(const TagKey&) = delete;  // `code_of` looks into `values`
    TagKey& operator=(const TagKey&) = delete;

    std::string name;
    SeriesCodes codes;
    std::deque<std::string> values;                          ///< code - 1 → value
    std::unordered_map<std::string_view, uint32_t> code_of;  ///< views into `values`
    std::vector<uint32_t> rank_of_code;                      ///< after Rank: order of the codes, 0 for code 0
    std::vector<uint32_t> code_of_rank;
  };

  /// Numbers that map a view's series to this index; grows as series are looked up. Valid until the next call.
  class Mapping {
   public:
    uint32_t Of(uint32_t series) {
      const uint32_t known = (*numbers_)[series];
      return known != kUnknown ? known : Learn(series);
    }

   private:
    friend class SeriesIndex;
    Mapping(SeriesIndex* index, const point::SeriesView* view, std::vector<uint32_t>* numbers)
        : index_(index), view_(view), numbers_(numbers) {}
    uint32_t Learn(uint32_t series);
    SeriesIndex* index_;
    const point::SeriesView* view_;
    std::vector<uint32_t>* numbers_;
  };
  Mapping MappingFor(const point::SeriesView& view);

  uint32_t series_count() const { return series_count_; }
  /// Equal for equal tags, in every index.
  uint8_t HashOf(uint32_t series) const { return hashes_[series]; }
  const std::deque<TagKey>& tags() const { return tags_; }
  /// Position in tags(), or -1.
  int FindTag(std::string_view name) const;
  std::string_view ValueOf(const TagKey& tag, uint32_t series) const {
    const uint32_t code = tag.codes.Of(series);
    return code == 0 ? std::string_view() : std::string_view(tag.values[code - 1]);
  }

  /// Orders the series by the named tags, absent values first, then by number. Does nothing when nothing is new.
  void Rank(const std::vector<std::string>& tag_order);
  /// Position of each series in that order, and back.
  const std::vector<uint32_t>& ranks() const { return ranks_; }
  const std::vector<uint32_t>& series_of_rank() const { return series_of_rank_; }

  /// Forgets the series tables that the last flush did not use and, beyond `max_bytes`, everything.
  void EndFlush(size_t max_bytes);
  /// Memory of the index, about; the series tables that it keeps are not counted.
  size_t byte_size() const;
  /// Whether the table is one of those that the index keeps.
  bool Keeps(const point::SeriesTable* table) const { return tables_.contains(table); }

 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;
  struct KnownTable {
    std::shared_ptr<const point::SeriesTable> table;  ///< kept, so that the address stays its own
    std::vector<uint32_t> numbers;
    bool used = true;
  };
  uint32_t Add(const point::SeriesView& view, uint32_t series);
  bool SameTags(const point::SeriesView& view, uint32_t series, uint32_t number) const;
  TagKey& TagFor(std::string_view name);
  static void RankValues(TagKey& tag);
  void PlaceByTag(const TagKey& tag);

  uint32_t series_count_ = 0;
  std::deque<TagKey> tags_;  ///< whose elements never move
  std::unordered_map<std::string_view, uint32_t> tag_by_name_;
  std::vector<uint32_t> tag_count_;  ///< of each series
  std::vector<uint8_t> hashes_;      ///< of each series
  std::unordered_multimap<point::SeriesId, uint32_t, point::SeriesIdHash> by_id_;
  std::unordered_map<const point::SeriesTable*, KnownTable> tables_;
  std::vector<uint32_t> ranks_;
  std::vector<uint32_t> series_of_rank_;
  std::vector<std::string> ranked_by_;
  std::vector<uint32_t> placed_;          ///< of PlaceByTag: the order in the making
  std::vector<uint32_t> rank_of_series_;  ///< … and the rank of each series' value
  size_t byte_size_ = 0;
};

}  // namespace firn::lake
