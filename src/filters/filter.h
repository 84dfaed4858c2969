#pragma once

#include <memory>
#include <utility>

#include "base/result.h"
#include "config/common_options.h"
#include "point/batch.h"

namespace firn::filters {

/// Telegraf's filters of a plugin: which points it takes (namepass, namedrop, tagpass, tagdrop: `Split`), and what of
/// them stays (fieldinclude, fieldexclude, taginclude, tagexclude: `Trim`). Works on series and columns, not row by
/// row. Thread-safe.
class Filter {
 public:
  /// kInvalidConfig for a bad glob, naming option and glob; kUnsupported for metricpass.
  static Result<std::shared_ptr<const Filter>> Make(const config::FilterOptions& options);
  virtual ~Filter() = default;

  /// True when it takes everything as it is.
  virtual bool IsTransparent() const = 0;

  struct Parts {
    point::Batch taken;
    point::Batch passed_by;  ///< what a processor or aggregator hands on untouched; inputs and outputs drop it
  };
  virtual Parts Split(point::Batch batch) const = 0;

  /// Drops fields and tags; rows without a field left go. Dropping tags clears series_intact.
  virtual point::Batch Trim(point::Batch batch) const = 0;

  /// Split and Trim in one, without what was passed by: for inputs and outputs.
  point::Batch Apply(point::Batch batch) const {
    if (IsTransparent()) return batch;
    return Trim(Split(std::move(batch)).taken);
  }
};

}  // namespace firn::filters
