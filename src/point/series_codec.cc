#include "point/series_codec.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>

namespace firn::point {
namespace {

struct Renumbered {
  std::vector<uint32_t> used;     ///< the distinct numbers, in order of first use
  std::vector<uint32_t> numbers;  ///< each number's place in `used`
};

/// `number_of` gives the slot in which the new number of an old one is kept, kNone at first.
template <typename NumberOf>
Renumbered RenumberBy(std::span<const uint32_t> numbers, NumberOf number_of) {
  Renumbered result;
  result.numbers.reserve(numbers.size());
  for (const uint32_t old : numbers) {
    uint32_t& slot = number_of(old);
    if (slot == ContentIndex::kNone) {
      slot = static_cast<uint32_t>(result.used.size());
      result.used.push_back(old);
    }
    result.numbers.push_back(slot);
  }
  return result;
}

/// A table shared by many batches is larger than what one of them uses: an array over it is the fastest way while
/// clearing it costs no more than a few rows do.
Renumbered Renumber(std::span<const uint32_t> numbers) {
  constexpr uint64_t kArrayEntriesARow = 64;
  const uint64_t end = numbers.empty() ? 0 : uint64_t{*std::max_element(numbers.begin(), numbers.end())} + 1;
  if (end <= kArrayEntriesARow * (numbers.size() + 1)) {
    std::vector<uint32_t> slots(end, ContentIndex::kNone);
    return RenumberBy(numbers, [&](uint32_t old) -> uint32_t& { return slots[old]; });
  }
  std::unordered_map<uint32_t, uint32_t> slots;
  return RenumberBy(
      numbers, [&](uint32_t old) -> uint32_t& { return slots.try_emplace(old, ContentIndex::kNone).first->second; });
}

/// The columns of which a series has a value, by name.
std::vector<const TagColumn*> UsedColumns(const SeriesView& view, std::span<const uint32_t> series) {
  std::vector<const TagColumn*> columns;
  for (uint32_t i = 0; i < view.tag_column_count(); ++i) {
    const TagColumn& column = view.column(i);
    const auto has_value = [&](uint32_t one) { return column.CodeOf(one) != 0; };
    if (std::any_of(series.begin(), series.end(), has_value)) columns.push_back(&column);
  }
  std::sort(columns.begin(), columns.end(), [](const auto* a, const auto* b) { return a->name() < b->name(); });
  return columns;
}

struct TagValues {
  std::string_view key;
  std::vector<std::string_view> values;  ///< "" = the series does not have the tag
  std::vector<uint32_t> value_of_series;
};

std::vector<TagValues> ReadColumns(ByteCursor& cursor, uint64_t series) {
  std::vector<TagValues> columns(cursor.Count(1));
  for (TagValues& column : columns) {
    const bool is_first = &column == columns.data();
    column.key = cursor.Text();
    if (column.key.empty() || (!is_first && column.key <= (&column - 1)->key)) cursor.Fail();
    column.values.resize(cursor.Count(1));
    for (std::string_view& value : column.values) value = cursor.Text();
    column.value_of_series = cursor.Narrow(series, column.values.size());
    if (!cursor.ok()) return {};
  }
  return columns;
}

/// The tags of one of the series that were read, sorted by key.
void CollectTags(const std::vector<TagValues>& columns, uint64_t series, std::vector<Tag>& tags) {
  tags.clear();
  for (const TagValues& column : columns) {
    const std::string_view value = column.values[column.value_of_series[series]];
    if (!value.empty()) tags.push_back({column.key, value});
  }
}

/// The number of each of `count` series in a table, which has most of them already: a batch brings the series of the
/// one before. So they are looked up a block at a time, while memory brings the slots of the whole block.
std::vector<uint32_t> NumbersOf(const std::vector<TagValues>& columns, uint64_t count, SeriesTable& table) {
  constexpr uint64_t kBlock = 32;
  std::vector<uint32_t> numbers(count);
  std::array<SeriesId, kBlock> ids;
  std::vector<Tag> tags;
  for (uint64_t begin = 0; begin < count; begin += kBlock) {
    const uint64_t end = std::min(count, begin + kBlock);
    for (uint64_t i = begin; i < end; ++i) {
      CollectTags(columns, i, tags);
      ids[i - begin] = MakeSeriesId(tags);
      table.Prefetch(ids[i - begin]);
    }
    for (uint64_t i = begin; i < end; ++i) {
      const SeriesId id = ids[i - begin];
      numbers[i] = table.Find(id);
      if (numbers[i] != ContentIndex::kNone) continue;
      CollectTags(columns, i, tags);
      numbers[i] = table.Add(id, tags);
    }
  }
  return numbers;
}

}  // namespace

void EncodeSeries(const SeriesView& view, std::span<const uint32_t> series_of_row, std::string& out) {
  const Renumbered series = Renumber(series_of_row);
  const std::vector<const TagColumn*> columns = UsedColumns(view, series.used);
  PutVarint(out, series.used.size());
  PutVarint(out, columns.size());
  std::vector<uint32_t> codes(series.used.size());
  for (const TagColumn* column : columns) {
    for (size_t i = 0; i < codes.size(); ++i) codes[i] = column->CodeOf(series.used[i]);
    const Renumbered values = Renumber(codes);
    PutText(out, column->name());
    PutVarint(out, values.used.size());
    for (const uint32_t code : values.used) PutText(out, column->ValueOfCode(code));
    PutNarrow(out, values.numbers, values.used.size());
  }
  PutNarrow(out, series.numbers, series.used.size());
}

std::vector<uint32_t> DecodeSeries(ByteCursor& cursor, uint64_t rows, SeriesTable& table) {
  const uint64_t count = cursor.Varint();
  if (count > rows) cursor.Fail();  // each is some row's
  const std::vector<TagValues> columns = cursor.ok() ? ReadColumns(cursor, count) : std::vector<TagValues>();
  std::vector<uint32_t> series_of_row = cursor.Narrow(rows, count);
  if (!cursor.ok()) return {};
  const std::vector<uint32_t> numbers = NumbersOf(columns, count, table);
  for (uint32_t& row : series_of_row) row = numbers[row];
  return series_of_row;
}

}  // namespace firn::point
