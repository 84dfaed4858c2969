#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/updates/commit.h"
#include "lake/commit_report.h"
#include "lake/data_files.h"
#include "lake/lake_options.h"
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
};

/// The shards as a commit sees them.
struct Progress {
  ShardNames names;
  std::map<uint32_t, int64_t> complete_up_to;
  bool IsComplete(uint32_t shard, int64_t position) const;
};

/// One table: its buffered rows, the files that are not committed yet, and the way from one to the other.
///
/// A commit has two halves, so that what the first rejects is durable before any position passes: Prepare writes
/// complete rows to files (after the schema change that they need, a commit of its own), Publish appends the files and
/// sets the positions in one commit. Add may be called from any thread at any time; everything else by one thread at a
/// time.
class TableWriter {
 public:
  TableWriter(iceberg::TableIdentifier identifier, const TableServices& services);
  ~TableWriter();

  void Add(point::Batch batch, const std::optional<ShardName>& shard);
  void Discard(uint32_t shard, int64_t position);

  /// Writes the rows of complete positions to files.
  Status Prepare(const Progress& progress);
  /// Writes everything to files, complete rows together and each incomplete position apart, and lets go of the rows.
  Status Spill(const Progress& progress);
  /// Commits the files. Call it only after Prepare has succeeded. No rows in the answer = there was nothing to do.
  Result<TableCommit> Publish(const Progress& progress);

  std::string name() const { return iceberg::ToString(identifier_); }
  size_t buffered_bytes() const;
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
  struct PendingFile;
  /// Whether the file can be committed to the table as it is now.
  static bool Fits(const PendingFile& file, const iceberg::TableMetadata& metadata);
  std::vector<point::Batch> TakeBatches(const Progress& progress);
  Status Load(std::span<const point::Batch* const> batches);
  Status Create(std::span<const point::Batch* const> batches);
  Status DropHeldRows(const Progress& progress);
  Result<SchemaPlan> PlanAndEvolve(std::span<const point::Batch* const> batches);
  void RejectRefused(const SchemaPlan& plan, const Progress& progress);
  void RejectValues(const point::Batch& batch, const ColumnKey& key, const std::string& reason,
                    const Progress& progress);
  void ForgetIfGone(const Error& error);
  Status WriteInFlight(const Progress& progress, bool incomplete);
  Status Reload();
  /// Sorts out files and rows after another writer came in between, and writes anew what must be.
  Status Rework(const Progress& progress);
  Result<iceberg::CommitDecision> Check(const iceberg::TableMetadata& metadata, const std::vector<PendingFile*>& files,
                                        const Progress& progress, bool* needs_rework) const;
  Result<TableCommit> CommitFiles(const std::vector<PendingFile*>& files, const Progress& progress, bool* needs_rework);
  void FinishCommit(const std::vector<PendingFile*>& files);
  void ExpireSometimes();
  void DeleteFile(const PendingFile& file);
  void ReleaseRows();
  SchemaPlanOptions PlanOptions() const;
  uint64_t RowsIn(const std::vector<point::Batch>& batches) const;

  const iceberg::TableIdentifier identifier_;
  const TableServices& services_;
  const TableOptions options_;

  mutable std::mutex mutex_;  ///< guards what Add touches: the rows, their sizes, held_ and counts_
  std::vector<point::Batch> buffer_;
  size_t buffered_bytes_ = 0;
  size_t in_flight_bytes_ = 0;
  std::optional<iceberg::StringMap> held_;  ///< the table's properties, once it is loaded
  Counts counts_;

  std::vector<point::Batch> in_flight_;  ///< rows of the commit under way, kept until it is decided
  bool in_flight_written_ = false;
  std::vector<PendingFile> files_;
  std::optional<iceberg::LoadedTable> loaded_;
  SeriesIndex series_;
  uint32_t commits_ = 0;
};

}  // namespace firn::lake
