#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "point/batch.h"

namespace firn::processors {

/// Takes what a processor gives out, in order.
using Emit = std::function<Status(point::Batch batch)>;

/// Whether the pipeline may run one instance in several lanes at once.
enum class Concurrency {
  kParallel,   ///< Process may run on any number of threads at a time: no state but memos, which it locks itself
  kPerSeries,  ///< has state per series: the rows of one series always come to the same instance, one thread at a time
  kSingle,     ///< has state over all rows: one instance, one thread at a time
};

/// A stage between inputs and outputs. It gets batches in order and gives out any number of batches for each.
///
/// Rows keep their batch's origin: what Process emits carries the same (shard, position), or the journal could not be
/// trimmed rightly. A processor that removes, demotes or splits tags clears series_intact. Series tables are shared and
/// belong to their writer: a processor that changes tags makes tables of its own (SeriesRewriter).
class Processor {
 public:
  virtual ~Processor() = default;

  virtual Concurrency concurrency() const = 0;

  /// Does all that `batch` (never empty) asks for. Errors of `emit` are passed on (kCancelled when stopping); an error
  /// of its own stops the pipeline, so rows that cannot be processed are left as they are, or dropped, as the plugin's
  /// page says.
  virtual Status Process(point::Batch batch, const Emit& emit) = 0;
};

}  // namespace firn::processors
