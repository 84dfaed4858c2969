#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/stored_rows.h"
#include "point/batch.h"

namespace firn::lake {

/// Reads several files that are sorted by the same tags and time side by side, and cuts their rows into slices: a slice
/// has every row of a range of keys, whichever file it is in, so that equal points are always in one slice.
///
/// Memory: the slice, and of each source what one read gives (more only where all of that has one key).
class KeySlices {
 public:
  /// `tag_order`: the tags by which all sources are sorted. A slice ends when it has `slice_bytes`.
  KeySlices(std::vector<std::unique_ptr<BatchSource>> sources, std::vector<std::string> tag_order, size_t slice_bytes);

  /// The rows of the next keys, as batches in the order of the sources; none at the end.
  Result<std::vector<point::Batch>> Next();

 private:
  /// A batch with the columns of the tags in order, -1 where it lacks one.
  struct Loaded {
    point::Batch batch;
    std::vector<int> tags;
    size_t next = 0;  ///< first row that no slice has taken
  };
  struct Cursor {
    std::unique_ptr<BatchSource> source;
    std::deque<Loaded> loaded;
    bool ended = false;
  };
  Status Load(Cursor& cursor);
  /// Rows of `loaded` from `next` on whose keys are below the bound's last row.
  size_t CountBelow(const Loaded& loaded, const Loaded& bound) const;
  bool IsBelow(const Loaded& left, size_t left_row, const Loaded& right, size_t right_row) const;
  /// Of the last rows of all sources that have more to come, the first in order; null when no source has.
  const Loaded* FindBound() const;
  /// Takes the rows below the bound (all rows without one), a list for each source; gives their number.
  size_t TakeBelow(const Loaded* bound, std::vector<std::vector<point::Batch>>& taken, size_t& bytes);
  /// Reads on where the rows at the bound may go on.
  Status LoadMoreAt(const Loaded& bound);

  std::vector<Cursor> cursors_;
  const std::vector<std::string> tag_order_;
  const size_t slice_bytes_;
};

}  // namespace firn::lake
