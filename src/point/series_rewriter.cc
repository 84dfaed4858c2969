#include "point/series_rewriter.h"

#include <algorithm>

namespace firn::point {
namespace {

/// Sorted by key, distinct, without empty keys and values: what a series table takes. The views are into `tags`.
std::vector<Tag> Canonical(MutableTags& tags) {
  std::stable_sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Tag> canonical;
  for (const auto& [key, value] : tags) {
    if (key.empty()) continue;
    if (!canonical.empty() && canonical.back().key == key) canonical.pop_back();
    canonical.push_back({key, value});
  }
  std::erase_if(canonical, [](const Tag& tag) { return tag.value.empty(); });
  return canonical;
}

}  // namespace

void SeriesRewriter::Apply(Batch& batch) {
  if (batch.empty()) return;
  const std::shared_ptr<Memo> memo = MemoFor(batch.series_view.table());
  const std::lock_guard lock(memo->mutex);
  if (memo->by_old_series.size() < batch.series_view.series_count()) {
    memo->by_old_series.resize(batch.series_view.series_count());
  }
  for (uint32_t& series : batch.series) {
    NewSeries& rewritten = memo->by_old_series[series];
    if (rewritten.index == kUnknown) rewritten = RewriteOne(batch.series_view, series, *memo->new_table);
    if (rewritten.lost_tags) batch.series_intact = false;
    series = rewritten.index;
  }
  batch.series_view = SeriesView(memo->new_table);
}

std::shared_ptr<SeriesRewriter::Memo> SeriesRewriter::MemoFor(const std::shared_ptr<const SeriesTable>& table) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Memo>& memo = memos_[table.get()];
  // A new table may stand at the address of one that has gone.
  if (memo && memo->old_table.lock() == table) return memo;
  memo = std::make_shared<Memo>();
  memo->old_table = table;
  const std::shared_ptr<Memo> made = memo;
  std::erase_if(memos_, [](const auto& entry) { return entry.second->old_table.expired(); });
  return made;
}

SeriesRewriter::NewSeries SeriesRewriter::RewriteOne(const SeriesView& view, uint32_t series, SeriesTable& into) const {
  const std::vector<Tag> old_tags = view.TagsOf(series);
  MutableTags tags;
  tags.reserve(old_tags.size());
  for (const Tag& tag : old_tags) tags.emplace_back(tag.key, tag.value);
  rewrite_(tags);
  const std::vector<Tag> new_tags = Canonical(tags);
  return {into.FindOrAdd(new_tags), new_tags.size() < old_tags.size()};
}

}  // namespace firn::point
