#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "iceberg/spec/data_file.h"
#include "iceberg/spec/table_metadata.h"
#include "lake/point_coverage.h"
#include "lake/positions.h"
#include "lake/stored_rows.h"
#include "point/batch.h"

namespace firn::lake {

/// The shards as a commit sees them.
struct Progress {
  ShardNames names;
  std::map<uint32_t, int64_t> complete_up_to;

  bool IsComplete(uint32_t shard, int64_t position) const;
  bool IsComplete(const PositionRanges& ranges) const;
};

/// A data file that no commit holds yet.
struct PendingFile {
  iceberg::DataFile file;
  PositionRanges positions;
  std::shared_ptr<const iceberg::Schema> schema;  ///< that it was written under
  std::string table_uuid;
  std::shared_ptr<const StoredContent> content;  ///< how its rows are read again
  PointCoverage coverage;
  uint64_t written = 0;    ///< the write that made it, in ascending order; of a merge: the last one that went into it
  bool ahead = false;      ///< holds no point of the files of earlier writes
  bool is_merged = false;  ///< from files of several writes
  uint64_t compared = 0;   ///< not 0: holds no point of another file with the same number
  bool from_in_flight = false;  ///< its rows are still in memory
  bool attempted = false;       ///< a commit with an unknown outcome may hold it: it is never deleted
};

/// Whether the file can be committed to the table as it is now.
bool Fits(const PendingFile& file, const iceberg::TableMetadata& metadata);

/// The batches that have rows.
std::vector<const point::Batch*> Pointers(const std::vector<point::Batch>& batches);

size_t BytesOf(const std::vector<point::Batch>& batches);

PositionRanges RangesOf(std::span<const point::Batch* const> batches);

}  // namespace firn::lake
