#include "lake/key_slices.h"

#include <algorithm>

namespace firn::lake {
namespace {

using point::Batch;

std::string_view TagAt(const Batch& batch, int column, size_t row) {
  if (column < 0) return {};
  return batch.series_view.column(static_cast<uint32_t>(column)).ValueOf(batch.series[row]);
}

}  // namespace

KeySlices::KeySlices(std::vector<std::unique_ptr<BatchSource>> sources, std::vector<std::string> tag_order,
                     size_t slice_bytes)
    : tag_order_(std::move(tag_order)), slice_bytes_(slice_bytes) {
  for (auto& source : sources) cursors_.push_back({std::move(source), {}, false});
}

Status KeySlices::Load(Cursor& cursor) {
  FIRN_ASSIGN(std::optional<Batch> batch, cursor.source->Next());
  if (!batch) {
    cursor.ended = true;
    cursor.source.reset();
    return OkStatus();
  }
  Loaded& loaded = cursor.loaded.emplace_back();
  for (const std::string& tag : tag_order_) loaded.tags.push_back(batch->series_view.FindColumn(tag));
  loaded.batch = std::move(*batch);
  return OkStatus();
}

bool KeySlices::IsBelow(const Loaded& left, size_t left_row, const Loaded& right, size_t right_row) const {
  for (size_t i = 0; i < tag_order_.size(); ++i) {
    const std::string_view a = TagAt(left.batch, left.tags[i], left_row);
    const std::string_view b = TagAt(right.batch, right.tags[i], right_row);
    if (a != b) return a < b;  // an absent tag is empty, and comes first
  }
  return left.batch.times[left_row] < right.batch.times[right_row];
}

const KeySlices::Loaded* KeySlices::FindBound() const {
  const Loaded* bound = nullptr;
  for (const Cursor& cursor : cursors_) {
    if (cursor.ended) continue;
    const Loaded& last = cursor.loaded.back();
    if (bound == nullptr || IsBelow(last, last.batch.rows() - 1, *bound, bound->batch.rows() - 1)) bound = &last;
  }
  return bound;
}

size_t KeySlices::CountBelow(const Loaded& loaded, const Loaded& bound) const {
  size_t low = loaded.next;
  size_t high = loaded.batch.rows();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (IsBelow(loaded, middle, bound, bound.batch.rows() - 1)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - loaded.next;
}

size_t KeySlices::TakeBelow(const Loaded* bound, std::vector<std::vector<Batch>>& taken, size_t& bytes) {
  size_t rows = 0;
  for (size_t i = 0; i < cursors_.size(); ++i) {
    for (Loaded& loaded : cursors_[i].loaded) {
      const size_t count = bound == nullptr ? loaded.batch.rows() - loaded.next : CountBelow(loaded, *bound);
      if (count == 0) continue;
      taken[i].push_back(loaded.batch.Slice(loaded.next, loaded.next + count));
      // A batch has its series in a table of its own: with few rows a series it is larger than they are.
      bytes += taken[i].back().byte_size() + loaded.batch.series_view.table_bytes() * count / loaded.batch.rows();
      loaded.next += count;
      rows += count;
    }
  }
  // Only now: the bound is a row of one of these batches.
  for (Cursor& cursor : cursors_) {
    std::erase_if(cursor.loaded, [](const Loaded& loaded) { return loaded.next == loaded.batch.rows(); });
  }
  return rows;
}

Status KeySlices::LoadMoreAt(const Loaded& bound) {
  std::vector<Cursor*> at_bound;
  for (Cursor& cursor : cursors_) {
    if (cursor.ended) continue;
    const Loaded& last = cursor.loaded.back();
    if (!IsBelow(bound, bound.batch.rows() - 1, last, last.batch.rows() - 1)) at_bound.push_back(&cursor);
  }
  for (Cursor* cursor : at_bound) FIRN_TRY(Load(*cursor));
  return OkStatus();
}

Result<std::vector<Batch>> KeySlices::Next() {
  std::vector<std::vector<Batch>> taken(cursors_.size());
  size_t bytes = 0;
  while (bytes < slice_bytes_) {
    for (Cursor& cursor : cursors_) {
      if (cursor.loaded.empty() && !cursor.ended) FIRN_TRY(Load(cursor));
    }
    const Loaded* bound = FindBound();
    const size_t rows = TakeBelow(bound, taken, bytes);
    if (bound == nullptr) break;
    // Nothing was taken, so the bound has not moved: its key goes on in what is not loaded yet.
    if (rows == 0) FIRN_TRY(LoadMoreAt(*bound));
  }
  std::vector<Batch> slice;
  for (auto& batches : taken) std::move(batches.begin(), batches.end(), std::back_inserter(slice));
  return slice;
}

}  // namespace firn::lake
