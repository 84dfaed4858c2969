#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/partition_spec.h"
#include "lake/series_index.h"
#include "point/batch.h"

namespace firn::lake {

/// A row of the batches being written.
struct RowAt {
  uint32_t batch;
  uint32_t row;
};

/// Output rows [begin, end) that belong to one series of the SeriesIndex.
struct SeriesRun {
  uint32_t series;
  size_t begin;
  size_t end;
};

/// Output rows [begin, end) of one partition; its runs are runs[first_run, last_run).
struct PartitionRows {
  iceberg::PartitionValues values;
  size_t begin;
  size_t end;
  size_t first_run;
  size_t last_run;
};

/// An output row made of several equal points: `sources` in arrival order, the last one being rows[output].
struct MergedRow {
  size_t output;
  std::vector<RowAt> sources;
};

/// The rows of a flush in the order in which they are written: by partition, series (tags), time.
struct RowOrder {
  std::vector<RowAt> rows;
  std::vector<int64_t> times;  ///< ns, of each output row
  std::vector<SeriesRun> runs;
  std::vector<PartitionRows> partitions;
  std::vector<MergedRow> merged;  ///< ascending by output
  uint64_t merged_away = 0;       ///< rows that became part of another
};

/// Gives each row its partition. Rows of one series share what comes from tags.
class PartitionAssigner {
 public:
  virtual ~PartitionAssigner() = default;
  /// True where every row between the two times goes to one partition, whatever its series and fields.
  virtual bool SameForTimes(int64_t first_ns, int64_t last_ns) const = 0;
  /// A number below values().size().
  virtual uint32_t Assign(RowAt row, int64_t time_ns, uint32_t series) = 0;
  virtual const std::vector<iceberg::PartitionValues>& values() const = 0;
};

struct RowOrderOptions {
  std::vector<std::string> tag_order;  ///< tags that rows are sorted by
  bool merge_equal_points = true;
  std::vector<std::string> deduplicate_key;  ///< for batches without a whole tag set
};

/// Places rows by counting: a row's series has a rank (series_index.h), so placing is O(rows), and times are sorted
/// only within series where they came out of order. Rows of one series and time keep the order of the batches, which is
/// "later wins".
RowOrder OrderRows(std::span<const point::Batch* const> batches, SeriesIndex& series, PartitionAssigner& partitions,
                   const RowOrderOptions& options);

}  // namespace firn::lake
