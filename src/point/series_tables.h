#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "point/batch_builder.h"
#include "point/series_table.h"

namespace firn::point {

/// The series tables of batches that are read one after another: one a measurement, shared by all its batches, so that
/// a series which comes again with each of them is held once. Thread-safe: whoever adds series is the tables' one
/// writer meanwhile.
class SeriesTables {
 public:
  /// `max_bytes` bounds the tables together; batches keep those alive that they were read with.
  explicit SeriesTables(size_t max_bytes) { limits_.series_table_bytes = max_bytes; }

  /// Calls `add` with the measurement's table: the one of the last batch, or a new one where tables have outgrown the
  /// bound or hold mostly absent tags. Gives the table with what was added.
  SeriesView Extend(std::string_view measurement, const std::function<void(SeriesTable&)>& add);

 private:
  const std::shared_ptr<SeriesTable>& TableFor(std::string_view measurement);

  std::mutex mutex_;
  BatchLimits limits_;
  std::unordered_map<std::string, std::shared_ptr<SeriesTable>> by_measurement_;
  size_t byte_size_ = 0;
};

}  // namespace firn::point
