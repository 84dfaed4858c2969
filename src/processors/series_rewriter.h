#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "point/batch.h"

namespace firn::processors {

/// A tag set that its owner may change.
using MutableTags = std::vector<std::pair<std::string, std::string>>;

/// Changes tags once a series instead of once a row: keeps, for each series table that it meets, a table with the
/// changed series and the map from old to new, and extends both as the old table grows.
///
/// `rewrite` gets a series' tags sorted by key and changes them at will (order, equal keys: the last wins; empty values
/// drop the tag). It must depend on nothing but the tags. Several old series may become one. Thread-safe; old tables
/// are held weakly and their memos go when they do.
class SeriesRewriter {
 public:
  using Rewrite = std::function<void(MutableTags& tags)>;

  explicit SeriesRewriter(Rewrite rewrite) : rewrite_(std::move(rewrite)) {}

  /// Gives `batch` the rewritten series. Rows stay where they are; O(rows) integer look-ups plus the work for new
  /// series.
  void Apply(point::Batch& batch);

 private:
  struct Memo {
    std::weak_ptr<const point::SeriesTable> old_table;
    std::mutex mutex;
    std::shared_ptr<point::SeriesTable> new_table = std::make_shared<point::SeriesTable>();
    std::vector<uint32_t> new_series;  // by old series
  };
  std::shared_ptr<Memo> MemoFor(const std::shared_ptr<const point::SeriesTable>& table);
  uint32_t RewriteOne(const point::SeriesView& view, uint32_t series, point::SeriesTable& into) const;

  Rewrite rewrite_;
  std::mutex mutex_;  // guards memos_
  std::unordered_map<const point::SeriesTable*, std::shared_ptr<Memo>> memos_;
};

}  // namespace firn::processors
