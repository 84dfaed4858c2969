#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "point/segmented_vector.h"

namespace firn::point {

/// One tag of a series: both views are non-empty.
struct Tag {
  std::string_view key;
  std::string_view value;
  friend auto operator<=>(const Tag&, const Tag&) = default;
};

/// 128 bits made from a tag set's canonical bytes (each key and value, sorted by key, each behind its length). Equal
/// tag sets have equal ids, in every process. XXH3 is no cryptographic hash: where a false match would merge rows,
/// compare the tags.
struct SeriesId {
  uint64_t high = 0;
  uint64_t low = 0;
  friend auto operator<=>(const SeriesId&, const SeriesId&) = default;
};
struct SeriesIdHash {
  size_t operator()(const SeriesId& id) const { return id.low ^ (id.high * 0x9e3779b97f4a7c15ULL); }
};

/// `tags` sorted by key, keys distinct.
SeriesId MakeSeriesId(std::span<const Tag> tags);

/// From content to the number under which it is stored elsewhere: a hash table of numbers alone. The writer's.
class ContentIndex {
 public:
  static constexpr uint32_t kNone = 0xffffffff;

  /// The number whose content `matches`, or kNone.
  template <typename Matches>
  uint32_t Find(uint64_t hash, Matches matches) const {
    if (slots_.empty()) return kNone;
    const auto wanted = static_cast<uint32_t>(hash);
    const size_t mask = slots_.size() - 1;
    for (size_t at = wanted & mask; slots_[at].number != kNone; at = (at + 1) & mask) {
      if (slots_[at].hash == wanted && matches(slots_[at].number)) return slots_[at].number;
    }
    return kNone;
  }
  /// Asks for the memory that Find will look at: tables are larger than caches, and several can be fetched at once.
  void Prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[static_cast<uint32_t>(hash) & (slots_.size() - 1)]);
  }
  /// Requires that Find gave nothing.
  void Add(uint64_t hash, uint32_t number);

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t number = kNone;
  };
  void Place(Slot slot);

  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  size_t count_ = 0;
};

/// The values of one tag key over the series of a table. Code 0 means that the series does not have the tag.
class TagColumn {
 public:
  TagColumn(std::string name, uint32_t first_series) : name_(std::move(name)), first_series_(first_series) {}

  const std::string& name() const { return name_; }
  uint32_t CodeOf(uint32_t series) const { return series < first_series_ ? 0 : codes_[series - first_series_]; }
  /// Requires a code that CodeOf gave; "" for 0. The view lives as long as the table.
  std::string_view ValueOfCode(uint32_t code) const {
    return code == 0 ? std::string_view() : std::string_view(dictionary_[code - 1]);
  }
  /// "" where the series does not have the tag.
  std::string_view ValueOf(uint32_t series) const { return ValueOfCode(CodeOf(series)); }

 private:
  friend class SeriesTable;
  std::string name_;
  uint32_t first_series_;
  SegmentedVector<uint32_t> codes_;
  SegmentedVector<std::string> dictionary_;
  ContentIndex code_by_value_;  // writer only
};

/// The distinct tag sets of one measurement, columnar and append-only: the place where tags live, once a series instead
/// of once a row.
///
/// One writer; any number of readers, each of which reads only the prefix named by its SeriesView (see
/// SegmentedVector). A table is shared by all batches that its writer makes and replaced by a new generation when it
/// has grown too large.
class SeriesTable {
 public:
  SeriesTable() = default;
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;

  // Writer's side.
  /// The index of the series with these tags, added when it is new. `tags` sorted by key, keys distinct, nothing empty.
  uint32_t FindOrAdd(std::span<const Tag> tags);
  /// The same in two steps, for a crowd of series that are mostly known: Prefetch some, then Find each. Add requires
  /// that Find gave ContentIndex::kNone.
  void Prefetch(SeriesId id) const { series_by_id_.Prefetch(SeriesIdHash()(id)); }
  uint32_t Find(SeriesId id) const {
    return series_by_id_.Find(SeriesIdHash()(id), [&](uint32_t number) { return ids_[number] == id; });
  }
  uint32_t Add(SeriesId id, std::span<const Tag> tags);
  uint32_t series_count() const { return static_cast<uint32_t>(ids_.size()); }
  uint32_t tag_column_count() const { return static_cast<uint32_t>(columns_.size()); }
  /// Tags of all series together.
  size_t tag_count() const { return tag_count_; }
  /// Bytes that the table holds, about.
  size_t byte_size() const { return byte_size_; }

  // Readers' side: below the counts of a SeriesView.
  const TagColumn& column(uint32_t index) const { return *columns_[index]; }
  SeriesId id(uint32_t series) const { return ids_[series]; }

 private:
  TagColumn& ColumnFor(std::string_view key);
  uint32_t CodeFor(TagColumn& column, std::string_view value, uint64_t hash);

  SegmentedVector<SeriesId> ids_;
  SegmentedVector<std::unique_ptr<TagColumn>> columns_;
  std::unordered_map<std::string_view, uint32_t> column_by_name_;  // writer only
  ContentIndex series_by_id_;                                      // writer only
  uint32_t next_column_ = 0;  // writer only: behind the one that was asked for last
  struct Lookup {
    Lookup(TagColumn* of, uint64_t value_hash) : column(of), hash(value_hash) {}
    TagColumn* column;
    uint64_t hash;  ///< of the value
  };
  std::vector<Lookup> lookups_;  // writer only: of the tags at hand
  size_t tag_count_ = 0;
  size_t byte_size_ = 0;
};

/// The immutable prefix of a table that a batch refers to. Cheap to copy; keeps the table alive; readable on any
/// thread.
class SeriesView {
 public:
  SeriesView() = default;
  /// Takes the table's present counts: call it on the writer's thread.
  explicit SeriesView(std::shared_ptr<const SeriesTable> table)
      : table_(std::move(table)),
        series_count_(table_->series_count()),
        tag_column_count_(table_->tag_column_count()),
        table_bytes_(table_->byte_size()) {}

  uint32_t series_count() const { return series_count_; }
  uint32_t tag_column_count() const { return tag_column_count_; }
  const TagColumn& column(uint32_t index) const { return table_->column(index); }
  SeriesId id(uint32_t series) const { return table_->id(series); }
  const std::shared_ptr<const SeriesTable>& table() const { return table_; }

  /// Bytes that the table held when the view was taken, about.
  size_t table_bytes() const { return table_bytes_; }

  /// Index of the column of a tag key, or -1.
  int FindColumn(std::string_view key) const;
  /// The tags of a series, sorted by key.
  std::vector<Tag> TagsOf(uint32_t series) const;

 private:
  std::shared_ptr<const SeriesTable> table_;
  uint32_t series_count_ = 0;
  uint32_t tag_column_count_ = 0;
  size_t table_bytes_ = 0;
};

}  // namespace firn::point
