#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "formats/tsm/block.h"
#include "influx_files/damage.h"
#include "influx_files/deleted_times.h"
#include "influx_files/file_window.h"
#include "influx_files/tsm_file.h"

namespace firn::influx_files {

/// Bounds and filters of a stream.
struct StreamOptions {
  TimeSpan times;
  /// Read of a file at a time for one key; a block is held whole, however large.
  size_t window_bytes = 64 << 10;
  /// Decoded blocks of one key that overlap must fit in here; those of a later file that do not are damage.
  size_t overlap_bytes = 64 << 20;
};

/// Counts of what has been read.
struct StreamCounts {
  uint64_t blocks = 0;
  uint64_t values = 0;       ///< decoded, also those that were overwritten or deleted
  uint64_t overwritten = 0;  ///< of these, left out for a later one of the same time
};

/// The values of one key as the server would answer them: blocks of all files of a shard and what the WAL has, in
/// ascending time, each time once, with the value that was written last; deleted ones left out.
///
/// Files are added in their order, the WAL last. Blocks are decoded one at a time as they come up; where blocks of
/// several files do not overlap in time, they are handed through without being touched. Blocks that are damaged, or do
/// not hold what the index says, go to the sink and are passed over. One thread.
class FieldStream {
 public:
  /// A part of the key's values, of one type: [begin, end) of `values`, good until the next call of Next.
  struct Run {
    const tsm::BlockValues* values = nullptr;
    size_t begin = 0;
    size_t end = 0;

    bool empty() const { return begin == end; }
    size_t size() const { return end - begin; }
    std::span<const int64_t> times() const { return std::span(values->times).subspan(begin, size()); }
  };

  /// What is passed in by reference outlives the stream.
  FieldStream(std::string key, const StreamOptions& options, const DamageSink& damage, StreamCounts& counts);
  FieldStream(FieldStream&&) noexcept;
  FieldStream& operator=(FieldStream&&) = delete;
  ~FieldStream();

  /// Adds the blocks of the key that `file` stands on.
  Status AddFile(TsmFile& file);
  /// Adds values in ascending time.
  void AddValues(tsm::BlockValues values);

  const std::string& key() const { return key_; }
  /// Moves on to the next run; empty at the end.
  Result<Run> Next();
  /// Whether another run may follow the present one.
  bool HasMore() const;

 private:
  class Lane;
  struct Candidate {
    int64_t time = 0;
    uint64_t priority = 0;
    uint32_t lane = 0;
    uint32_t index = 0;
  };
  Status ReadInto(Lane& lane);
  Status DecodeNext(Lane& lane);
  Result<int64_t> FindOverlap(int64_t until);
  void ChooseLast(int64_t until);
  Run NextMerged();
  bool HasRoomFor(const Lane& lane) const;

  std::string key_;
  const StreamOptions& options_;
  const DamageSink& damage_;
  StreamCounts& counts_;
  tsm::BlockDecoder decoder_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  uint64_t next_priority_ = 0;
  std::vector<Candidate> merged_;  ///< what ChooseLast chose, from merged_at_ on still to be given
  size_t merged_at_ = 0;
  tsm::BlockValues merged_run_;
};

}  // namespace firn::influx_files
