#include "point/series_table.h"

#include <xxhash.h>

#include <algorithm>

#include "base/bytes.h"

namespace firn::point {

SeriesId MakeSeriesId(std::span<const Tag> tags) {
  std::string canonical;
  size_t size = 0;
  for (const Tag& tag : tags) size += tag.key.size() + tag.value.size() + 8;
  canonical.reserve(size);
  for (const Tag& tag : tags) {
    AppendLittleEndian(canonical, static_cast<uint32_t>(tag.key.size()));
    canonical += tag.key;
    AppendLittleEndian(canonical, static_cast<uint32_t>(tag.value.size()));
    canonical += tag.value;
  }
  const XXH128_hash_t hash = XXH3_128bits(canonical.data(), canonical.size());
  return {hash.high64, hash.low64};
}

TagColumn& SeriesTable::ColumnFor(std::string_view key) {
  if (const auto found = column_by_name_.find(key); found != column_by_name_.end()) return *columns_[found->second];
  const auto index = static_cast<uint32_t>(columns_.size());
  auto& column = columns_.push_back(std::make_unique<TagColumn>(std::string(key), series_count()));
  column_by_name_.emplace(column->name(), index);
  byte_size_ += sizeof(TagColumn) + key.size();
  return *column;
}

uint32_t SeriesTable::FindOrAdd(std::span<const Tag> tags) {
  const SeriesId id = MakeSeriesId(tags);
  if (const auto found = series_by_id_.find(id); found != series_by_id_.end()) return found->second;
  const uint32_t series = series_count();
  for (const Tag& tag : tags) {
    TagColumn& column = ColumnFor(tag.key);
    auto code = column.code_by_value_.find(tag.value);
    if (code == column.code_by_value_.end()) {
      const std::string& stored = column.dictionary_.push_back(std::string(tag.value));
      code = column.code_by_value_.emplace(stored, static_cast<uint32_t>(column.dictionary_.size())).first;
      byte_size_ += sizeof(std::string) + tag.value.size() + 48;
    }
    column.codes_.push_back(code->second);
  }
  for (uint32_t i = 0; i < tag_column_count(); ++i) {
    TagColumn& column = *columns_[i];
    if (column.codes_.size() + column.first_series_ == series) column.codes_.push_back(0);
  }
  byte_size_ += sizeof(SeriesId) + 64 + tag_column_count() * sizeof(uint32_t);
  ids_.push_back(id);
  series_by_id_.emplace(id, series);
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
