#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "point/batch_builder.h"
#include "point/series_table.h"

namespace firn::point {

/// The series tables of whoever reads batches one after another: one a measurement, shared by all its batches, so that
/// a series which comes again with each of them is held once. Not thread-safe; the writer of its tables.
class SeriesTables {
 public:
  /// `max_bytes` bounds the tables together; batches keep those alive that they were read with.
  explicit SeriesTables(size_t max_bytes) { limits_.series_table_bytes = max_bytes; }

  /// The table that the next batch of this measurement adds its series to: the one before, or a new one where tables
  /// have outgrown the bound or hold mostly absent tags.
  const std::shared_ptr<SeriesTable>& For(std::string_view measurement);

 private:
  void CountLast();

  BatchLimits limits_;
  std::unordered_map<std::string, std::shared_ptr<SeriesTable>> by_measurement_;
  const SeriesTable* last_ = nullptr;  // grows in its reader's hands …
  size_t last_bytes_ = 0;              // … from this size, which byte_size_ has
  size_t byte_size_ = 0;
};

}  // namespace firn::point
