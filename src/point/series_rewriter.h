#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "point/batch.h"

namespace firn::point {

/// Tags that their holder may change.
using MutableTags = std::vector<std::pair<std::string, std::string>>;

/// Changes tags once a series instead of once a row: keeps, for each series table that it meets, a table with the
/// changed series and the map from old to new, and extends both as series of the old table come by.
///
/// `rewrite` gets a series' tags sorted by key and changes them at will: they need no order, of equal keys the last
/// wins, an empty value drops the tag. It must depend on nothing but the tags. Several old series may become one.
/// Thread-safe; old tables are held weakly, and what is known of one goes when it does.
class SeriesRewriter {
 public:
  using Rewrite = std::function<void(MutableTags& tags)>;

  explicit SeriesRewriter(Rewrite rewrite) : rewrite_(std::move(rewrite)) {}

  /// Gives `batch` the rewritten series; rows stay where they are. Clears series_intact where a series of the batch has
  /// fewer tags than before. Integer look-ups for the rows, plus the work for new series.
  void Apply(Batch& batch);

 private:
  struct NewSeries {
    uint32_t index = kUnknown;
    bool lost_tags = false;
  };
  static constexpr uint32_t kUnknown = UINT32_MAX;
  struct Memo {
    std::weak_ptr<const SeriesTable> old_table;
    std::mutex mutex;  // guards what follows; makes its holder the writer of new_table
    std::shared_ptr<SeriesTable> new_table = std::make_shared<SeriesTable>();
    std::vector<NewSeries> by_old_series;
  };
  std::shared_ptr<Memo> MemoFor(const std::shared_ptr<const SeriesTable>& table);
  NewSeries RewriteOne(const SeriesView& view, uint32_t series, SeriesTable& into) const;

  Rewrite rewrite_;
  std::mutex mutex_;  // guards memos_
  std::unordered_map<const SeriesTable*, std::shared_ptr<Memo>> memos_;
};

}  // namespace firn::point
