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
/// Strings are compared once a distinct value of a series table, not once a row: a series of a batch is looked up by
/// its id when it is first seen in its table (and its tags are compared, as codes, so that a collision cannot melt two
/// series), from then on it is an array access. The index outlives flushes, so that a hundred thousand hosts are not
/// ranked anew every minute. Not thread-safe.
class SeriesIndex {
 private:
  static constexpr uint32_t kUnknown = UINT32_MAX;
  /// A tag key of a series table, in the index' words.
  struct KnownColumn {
    uint32_t tag = 0;             ///< in tags_
    std::vector<uint32_t> codes;  ///< the table's code → the index' code; 0 = not asked for yet
  };
  struct KnownTable {
    std::shared_ptr<const point::SeriesTable> table;  ///< kept, so that the address stays its own
    std::vector<uint32_t> numbers;                    ///< the table's series → the index' series
    std::vector<KnownColumn> columns;
    bool used = true;
  };

 public:
  /// A tag key over all series.
  struct TagKey {
    TagKey() = default;
    TagKey(const TagKey&) = delete;
    TagKey& operator=(const TagKey&) = delete;

    std::string name;
    SeriesCodes codes;
    std::deque<std::string> values;      ///< code - 1 → value
    point::ContentIndex code_by_value;   ///< by HashBytes of the value
    std::vector<uint32_t> rank_of_code;  ///< after Rank: order of the codes, 0 for code 0
    std::vector<uint32_t> code_of_rank;
  };

  /// Numbers that map a view's series to this index; grows as series are looked up. Valid until the next call.
  class Mapping {
   public:
    uint32_t Of(uint32_t series) {
      uint32_t& number = known_->numbers[series];
      if (number == kUnknown) number = index_->Learn(*view_, series, *known_);
      return number;
    }

   private:
    friend class SeriesIndex;
    Mapping(SeriesIndex* index, const point::SeriesView* view, KnownTable* known)
        : index_(index), view_(view), known_(known) {}
    SeriesIndex* index_;
    const point::SeriesView* view_;
    KnownTable* known_;
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

  /// From here on the index knows the last time of each series in the files that wait, until it forgets its series.
  void BeginTimes();
  /// Whether all times of the series from `first_ns` on are later than those noted. False where nobody knows.
  bool IsAhead(uint32_t series, int64_t first_ns) const;
  /// The series has been written up to this time.
  void NoteTime(uint32_t series, int64_t last_ns);

  /// Forgets the series tables that the last flush did not use and, beyond `max_bytes`, everything.
  void EndFlush(size_t max_bytes);
  /// Memory of the index, about; the series tables that it keeps are not counted.
  size_t byte_size() const;
  /// Whether the table is one of those that the index keeps.
  bool Keeps(const point::SeriesTable* table) const { return tables_.contains(table); }

 private:
  uint32_t Learn(const point::SeriesView& view, uint32_t series, KnownTable& known);
  void ReadCodes(const point::SeriesView& view, uint32_t series, KnownTable& known);
  uint32_t Add(point::SeriesId id);
  bool HasCodes(uint32_t number) const;
  uint32_t TagFor(std::string_view name);
  uint32_t CodeFor(TagKey& tag, std::string_view value);
  static void RankValues(TagKey& tag);
  void PlaceByTag(const TagKey& tag);

  uint32_t series_count_ = 0;
  std::deque<TagKey> tags_;  ///< whose elements never move
  std::unordered_map<std::string_view, uint32_t> tag_by_name_;
  std::vector<uint32_t> tag_count_;  ///< of each series
  std::vector<uint8_t> hashes_;      ///< of each series
  bool knows_times_ = false;
  std::vector<int64_t> last_times_;                  ///< of each series, as far as one was noted
  point::ContentIndex by_id_;                        ///< several series may have one id
  std::vector<std::pair<TagKey*, uint32_t>> codes_;  ///< of the series at hand
  std::unordered_map<const point::SeriesTable*, KnownTable> tables_;
  std::vector<uint32_t> ranks_;
  std::vector<uint32_t> series_of_rank_;
  std::vector<std::string> ranked_by_;
  std::vector<uint32_t> placed_;          ///< of PlaceByTag: the order in the making
  std::vector<uint32_t> rank_of_series_;  ///< … and the rank of each series' value
  size_t byte_size_ = 0;
};

}  // namespace firn::lake
