#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "iceberg/updates/commit.h"
#include "lake/catalog_table.h"
#include "lake/commit_report.h"
#include "lake/lake_options.h"
#include "lake/pending_file.h"
#include "lake/positions.h"
#include "lake/reject_sink.h"
#include "lake/series_index.h"

namespace firn::lake {

/// What all tables of a lake share; outlives them.
struct TableServices {
  const LakeOptions* options = nullptr;
  iceberg::CommitEnvironment environment;
  RejectSink* rejects = nullptr;
  int64_t epoch = 0;
  size_t index_bytes = 128 << 20;  ///< that one table's series index may have
};

/// One table: its buffered rows, the files that are not committed yet, and the way from one to the other.
///
/// A commit has two halves, so that what the first rejects is durable before any position passes. Prepare writes
/// complete rows to files (after the schema change that they need, a commit of its own), writes anew what the table as
/// it is now cannot take, and merges equal points of several files: whatever may reject a value is in it. Publish
/// appends the files and sets the positions in one commit, and never rejects; where the table has changed under the
/// files it stops, for another Prepare.
///
/// Add may be called from any thread at any time; everything else by one thread at a time.
class TableWriter {
 public:
  TableWriter(iceberg::TableIdentifier identifier, const TableServices& services);
  ~TableWriter();

  void Add(point::Batch batch, const std::optional<ShardName>& shard);
  void Discard(uint32_t shard, int64_t position);

  /// Makes the rows of complete positions files that the table can take.
  Status Prepare(const Progress& progress);
  /// Writes rows to files and lets go of them: complete ones together and, where that does not free enough, each
  /// incomplete position apart.
  Status Spill(const Progress& progress, size_t bytes_to_free);
  /// Commits the files. Call it only after Prepare has succeeded. No rows in the commit = there was nothing to do; no
  /// commit = the table has changed, or is another one now: Prepare, commit what that rejected, and call it again.
  Result<std::optional<TableCommit>> Publish(const Progress& progress);
  /// Rows that were in files are lost to this process; only reading them again from their source brings them back.
  bool must_read_again() const { return must_read_again_; }

  std::string name() const { return table_.name(); }
  size_t buffered_bytes() const;
  MemoryUse memory_use() const;
  /// When rows were last written to files; monotonic.
  int64_t last_written_ns() const { return last_written_ns_; }
  /// Lets go of the series index; the next rows build it anew.
  void DropIndex();
  uint64_t pending_rows() const;
  /// The lowest position of the shard that is not durable in this table; empty when it holds none of its rows.
  std::optional<int64_t> LowestPending(uint32_t shard) const;
  /// Counts since the last call.
  struct Counts {
    uint64_t merged_rows = 0;
    uint64_t held_rows = 0;
  };
  Counts TakeCounts();

 private:
  std::vector<point::Batch> TakeComplete(const Progress& progress);
  std::vector<point::Batch> TakePosition(uint32_t shard, int64_t position);
  std::vector<point::Batch> Take(const std::function<bool(const point::Origin&)>& wanted);
  /// Shard and position of each batch that waits.
  std::set<std::pair<uint32_t, int64_t>> BufferedPositions() const;
  /// Rows that are about to be written: they count until ReleaseRows.
  void PutInFlight(std::vector<point::Batch> batches);
  Status SpillPosition(std::vector<point::Batch> batches, const Progress& progress);
  Status DropHeldRows(const Progress& progress);
  Status DropRowsReadAgain();
  /// Files of this process that hold the batches, in the order in which they go into files_.
  Result<std::vector<PendingFile>> WriteFiles(std::span<const point::Batch* const> batches, const SchemaPlan& plan);
  enum class Rows : uint8_t { kComplete, kCompleteWithMoreToCome, kOfOnePosition };
  Status WriteInFlight(const Progress& progress, Rows which);
  /// Sorts out files and rows after another writer came in between, and writes anew what must be.
  Status Rework(const Progress& progress);
  /// A file that the table cannot take, with its rows read back and written as it is now.
  Result<std::vector<PendingFile>> WriteAnew(const PendingFile& file, const Progress& progress);
  Status WriteRows(BatchSource& source, const PositionRanges& positions, const Progress& progress,
                   std::vector<PendingFile>& files);
  /// Merges equal points of the files that are committed together.
  Status MergeFiles(const Progress& progress);
  Result<iceberg::CommitDecision> Check(const iceberg::TableMetadata& metadata, const std::vector<PendingFile*>& files,
                                        const Progress& progress);
  Result<TableCommit> CommitFiles(const std::vector<PendingFile*>& files, const Progress& progress);
  void NoteHeld();
  /// Counts what memory holds beside rows. Called when an operation ends: Add only adds to it meanwhile.
  void CountMemory();
  void DeleteFile(const PendingFile& file);
  void ReleaseRows();

  const TableServices& services_;
  CatalogTable table_;

  mutable std::mutex mutex_;  ///< guards what Add touches: the rows, their sizes, held_ and counts_
  std::vector<point::Batch> buffer_;
  size_t buffered_bytes_ = 0;
  size_t in_flight_bytes_ = 0;
  std::map<const point::SeriesTable*, size_t> series_tables_;  ///< that rows or the index keep alive, with their bytes
  size_t index_bytes_ = 0;
  std::optional<iceberg::StringMap> held_;  ///< the table's properties, once it is loaded
  Counts counts_;

  std::vector<point::Batch> in_flight_;  ///< rows of the commit under way, kept until it is decided
  bool in_flight_written_ = false;
  std::vector<PendingFile> files_;  ///< in the order of their rows: later ones win
  uint64_t writes_ = 0;
  uint64_t comparisons_ = 0;
  bool stale_ = false;  ///< the table has changed under files_: they are sorted out by the next Prepare
  bool must_read_again_ = false;
  SeriesIndex series_;
  int64_t last_written_ns_ = 0;
};

}  // namespace firn::lake
