#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "point/field_column.h"
#include "point/series_table.h"

namespace firn::point {

/// Where rows come from: a number in a totally ordered shard of a source. `shard` is the process's handle of the shard
/// (the pipeline gives it out); `position` is a journal sequence, an offset or the end of a window. All rows of one
/// position travel and commit together. `sequence` orders the batches of one position among themselves.
struct Origin {
  uint32_t shard = 0;
  int64_t position = 0;
  uint32_t sequence = 0;
};

/// Rows of one measurement, a column at a time: the one record type of the program.
///
/// Columns have rows() entries each. Rows keep arrival order; a stage that reorders says so. One field name may have
/// several types: one column a (name, type), a row being set in at most one of them. A row has at least one field set.
/// String columns stay below 1 GiB (builders split earlier). A batch is owned by one thread at a time; its series table
/// is shared.
struct Batch {
  std::string measurement;
  std::string database;          ///< database or bucket it was written to; "" = not known. Part of a row's identity.
  std::vector<int64_t> times;    ///< ns since 1970-01-01 UTC
  std::vector<uint32_t> series;  ///< row → index in series_view
  SeriesView series_view;
  std::vector<FieldColumn> fields;
  Origin origin;
  bool series_intact = true;  ///< the tag set is whole, so (database, measurement, tags, time) identifies a point
  /// The rows were read before, perhaps (`overlap`): an output takes only those that it does not hold yet.
  bool only_if_absent = false;

  size_t rows() const { return times.size(); }
  bool empty() const { return times.empty(); }
  /// Memory held by the columns; the shared series table is not counted.
  size_t byte_size() const;

  /// The columns of this name, one a type, in order of appearance.
  std::vector<const FieldColumn*> FindField(std::string_view name) const;
  /// Index of the column, or -1.
  int FindField(std::string_view name, FieldType type) const;

  /// A batch with the same measurement, series and origin, the same columns, and no rows.
  Batch EmptyLike() const;
  /// Rows [from, to) as a batch of its own.
  Batch Slice(size_t from, size_t to) const;
  /// The given rows, in that order.
  Batch Select(std::span<const uint32_t> rows) const;
  /// Deals rows over `parts` batches: row r goes to part part_of_row[r]. Order within a part is kept.
  std::vector<Batch> Split(std::span<const uint32_t> part_of_row, size_t parts) const;
  /// Adds `other`'s rows behind. Same measurement and only_if_absent; `other` must share this batch's series table (its
  /// view may be longer).
  void Append(const Batch& other);
  /// Drops columns without any value (after Select or Slice).
  void DropEmptyColumns();

  /// kInternal when columns disagree in length, a series index is out of range or a row has two types of one field.
  Status Validate() const;
};

}  // namespace firn::point
