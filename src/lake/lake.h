#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "lake/commit_report.h"
#include "lake/lake_options.h"
#include "lake/reject_sink.h"
#include "point/batch.h"
#include "point/shard_progress.h"

namespace firn::iceberg {
class Catalog;
class Sleeper;
}  // namespace firn::iceberg
namespace firn::storage {
class Storage;
}

namespace firn::lake {

/// What the process lends to a lake; outlives it.
struct LakeContext {
  const Clock* clock = nullptr;
  Random* random = nullptr;
  /// Grows by one each time that a process takes over the same sources; a table that carries a higher one stops this
  /// process.
  int64_t epoch = 0;
  /// Where rejected rows go; nullptr = the lake's own table `firn_rejected`.
  RejectSink* rejects = nullptr;
  /// Waits between attempts to commit; nullptr = really waits, until `stop` is requested.
  iceberg::Sleeper* sleeper = nullptr;
  size_t memory_bytes = 0;    ///< that the lake may hold; 0 = not bounded
  std::stop_token stop = {};  ///< the process stops: waits end, and what cannot be committed at once stays where it is
};

/// Memory that a lake holds, in bytes, about.
struct MemoryUse {
  size_t rows = 0;           ///< not in files yet
  size_t series_tables = 0;  ///< tags of those rows, and of the last ones written; inputs may hold them too
  size_t indexes = 0;        ///< the order of each table's series, kept from one flush to the next
};

using point::ShardProgress;

/// Batches in, committed Iceberg tables out, exactly once: the end of the stream.
///
/// Rows are routed to tables and buffered; Commit sorts them, writes data files and commits each table once, with the
/// positions that it now holds as table properties. A row whose position a table already holds is dropped, so whatever
/// is read again after a crash is harmless. How rows become columns: docs/tables.md. Why nothing is lost or doubled:
/// docs/tables.md, "Positions".
///
/// Thread-safe: Write and Discard from any thread; Commit and Spill exclude each other.
class Lake {
 public:
  /// kInvalidConfig when options contradict each other. Nothing is read or written yet.
  static Result<std::unique_ptr<Lake>> Make(LakeOptions options, std::shared_ptr<iceberg::Catalog> catalog,
                                            std::shared_ptr<storage::Storage> storage, LakeContext context);
  virtual ~Lake() = default;

  /// Names a shard before its rows are written. Without it, rows that a table already holds are found at Commit only.
  virtual void AddShard(uint32_t shard, std::string source, std::string shard_name) = 0;

  /// Takes batches; their rows count toward buffered_bytes() until they are in files.
  virtual Status Write(std::vector<point::Batch> batches) = 0;
  /// Drops the rows and files of a position that was given up.
  virtual void Discard(uint32_t shard, int64_t position) = 0;
  /// Writes the largest tables to files that are not committed yet, until about `bytes_to_free` are free. Rows of
  /// positions that are still incomplete, each in files of its own, only where the others do not free enough.
  virtual Status Spill(std::span<const ShardProgress> progress, size_t bytes_to_free) = 0;
  /// Makes every complete position durable. A table that fails is in the report, keeps its rows and files, and is tried
  /// again by the next Commit; the others are committed. kCancelled: a newer process has taken over, stop at once.
  /// kConflict: rows that were in files are lost to this process (somebody has deleted the files, or has committed a
  /// part of them), and are not durable; start again, so that they are read anew from where they came.
  virtual Result<CommitReport> Commit(std::span<const ShardProgress> progress) = 0;

  /// Memory held by rows that are not in files yet.
  virtual size_t buffered_bytes() const = 0;
  /// All that the lake holds; the indexes of all tables together stay within half of LakeContext::memory_bytes.
  virtual MemoryUse memory_use() const = 0;
  /// Rows that are buffered or in files not committed yet.
  virtual uint64_t pending_rows() const = 0;

  /// Positions that tables of the namespace carry, for `firn state` and for the start. Reads the catalog. Raises this
  /// process's epoch above all that it finds there: who starts later is the newer one, whatever its clock says.
  virtual Result<std::vector<StoredPosition>> ReadPositions() = 0;

  /// Where other stages put what they reject. Lives as long as the lake.
  virtual RejectSink& rejects() = 0;
};

}  // namespace firn::lake
