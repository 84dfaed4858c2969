#pragma once

#include <vector>

#include "base/result.h"
#include "point/batch.h"

namespace firn::inputs::influxdb_v2 {

/// Tells which rows a table holds already; what `overlap` rests on. Made by whoever knows the tables. Thread-safe.
class ExistingRows {
 public:
  virtual ~ExistingRows() = default;

  /// One entry a row: true when a row of the same database, measurement, tags and time holds the same value in each
  /// field that this row sets. Rows of every position that was finished before count as held, whether they are
  /// committed yet or not.
  virtual Result<std::vector<bool>> Contains(const point::Batch& rows) = 0;
};

}  // namespace firn::inputs::influxdb_v2
