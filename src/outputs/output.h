#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "point/batch.h"
#include "point/shard_progress.h"

namespace firn::outputs {

using point::ShardProgress;

/// What a flush made durable.
struct FlushReport {
  /// For each shard given, the position up to which all of its rows are durable in this output. Lower than asked where
  /// a part has failed.
  std::vector<ShardProgress> durable;
  uint64_t rows = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  std::vector<std::string> failures;  ///< what is tried again at the next flush, in words
};

/// Where rows end. The pipeline gives batches to Write from several threads, tells from time to time what is complete,
/// and keeps everything that is not durable yet in the journal (or re-reads it from its source).
class Output {
 public:
  virtual ~Output() = default;

  /// Takes rows; they need not be durable on return. Rows of a position that this output already holds are dropped.
  /// What cannot be stored now is kept and stored by a later Flush or Relieve, so an error here ends the process.
  /// Thread-safe.
  virtual Status Write(std::vector<point::Batch> batches) = 0;

  /// Forgets rows of a position that was given up. No Write of that position runs at the same time.
  virtual void Discard(uint32_t shard, int64_t position) = 0;

  /// Makes durable what is complete. Called by one thread at a time. kCancelled: a newer process writes for the same
  /// sources; this one stops, and must not be started again by itself.
  virtual Result<FlushReport> Flush(std::span<const ShardProgress> progress) = 0;

  /// Memory is short: moves about `bytes` of rows out of memory, without making them visible. Not together with Flush.
  virtual Status Relieve(std::span<const ShardProgress> progress, size_t bytes) = 0;

  /// Memory held: by rows that were taken, and by what serves to write them as far as Relieve can do something about
  /// it.
  virtual size_t buffered_bytes() const = 0;

  /// True when what has gathered is worth a flush before its time (a file of target size is full).
  virtual bool wants_flush() const { return false; }

  /// The position up to which the output itself knows that it holds everything of a shard; nothing = it does not know,
  /// the pipeline's checkpoint decides. Never too high.
  virtual std::optional<int64_t> DurablePosition(const std::string& source, const std::string& shard) {
    (void)source, (void)shard;
    return std::nullopt;
  }

  /// The lowest position of a shard above `position` that some part of the output held when it was opened.
  virtual std::optional<int64_t> NextHeldPosition(const std::string& source, const std::string& shard,
                                                  int64_t position) const {
    (void)source, (void)shard, (void)position;
    return std::nullopt;
  }

  /// The sources whose positions the output holds, as found when it was opened.
  virtual std::vector<std::string> StoredSources() const { return {}; }
};

}  // namespace firn::outputs
