#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "influx_files/damage.h"
#include "influx_files/field_stream.h"
#include "influx_files/row_assembler.h"
#include "influx_files/shard_snapshot.h"

namespace firn::influx_files {

struct ReadOptions {
  TimeSpan times;
  /// Which measurements to read; none = all.
  std::function<bool(std::string_view measurement)> wants_measurement;
  /// Written into the batches' `database`.
  std::string database;
  /// About as much as the reading of one shard may take, whatever its size; at least 16 MiB.
  size_t memory_bytes = 96 << 20;
  RowLimits rows;
  /// Called now and then with how far the shard has been read, 0 to 1; none = nobody asks.
  std::function<void(double done)> progress;
};

/// What was read.
struct ReadReport {
  uint64_t series = 0;
  uint64_t rows = 0;
  uint64_t values = 0;  ///< decoded, with those that were overwritten or deleted
  uint64_t blocks = 0;
  /// Values that a later one of the same time replaced, and values of the WAL that a delete in it took away: lines
  /// that the server's own exports of these files (`influx_inspect export`, `influxd inspect export-lp`) write.
  uint64_t overwritten = 0;
  uint64_t deleted_in_wal = 0;
  uint64_t damages = 0;
  uint64_t files_left_out = 0;  ///< damaged beyond use: among `damages` too
};

/// Reads a shard as the server would answer it: TSM files in their order, then the WAL; of each series, field and time
/// the value written last; what is deleted left out; fields of one time joined into a row. Series come in order of
/// their keys as the files have them, rows of a series in ascending time.
///
/// Two limits of a row: a series with more fields than fit into memory at a time (about one in 64 KiB) is delivered in
/// parts that have the same times, and where two types of one field meet in a batch, it has a column for each.
///
/// Damage goes to `damage` and is passed over; other errors, and those of `sink`, end the reading. Blocking;
/// thread-safe over different shards.
Result<ReadReport> ReadShard(const ShardSnapshot& shard, const ReadOptions& options, const DamageSink& damage,
                             const BatchSink& sink);

}  // namespace firn::influx_files
