#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "journal/journal.h"
#include "journal/segment_format.h"
#include "journal/segment_list.h"
#include "journal/segment_writer.h"
#include "storage/file_system.h"

namespace firn::journal {

/// A record that waits to be written: all but its sequence is known.
struct PendingRecord {
  RecordHeader header;
  std::string stored;
  Journal::Done done;

  uint64_t bytes() const { return kRecordHeaderBytes + stored.size(); }
};

/// The committer thread and its queue: writes what waits as one batch, fsyncs, tells. Thread-safe.
class Committer {
 public:
  /// `options`, `file_system` and `clock` outlive it. Appends go to `writer` first.
  Committer(const JournalOptions& options, storage::FileSystem& file_system, const Clock& clock,
            std::shared_ptr<SegmentList> list, std::unique_ptr<SegmentWriter> writer);
  /// Writes what waits.
  ~Committer();

  /// Takes the record, or calls its `done` at once with why not. Blocks while the queue is full.
  void Submit(PendingRecord record);
  /// See Journal::SkipTo.
  Status SkipTo(int64_t next_sequence);
  JournalStats stats() const;

 private:
  using Batch = std::vector<PendingRecord>;

  Status AdmissionWithLock(uint64_t bytes);
  void Run();
  Batch TakeBatch();
  /// Numbers the records and writes them, durably.
  Status Write(Batch& batch);
  Status BeginSegment(int64_t first_sequence);
  /// Takes back what is there of a segment that could not be begun: gives `why`, or an error that ends the journal.
  Status RemoveUnbegun(const std::string& path, const Error& why);
  Status CheckFreeSpace(uint64_t bytes);
  void Settle(Batch& batch, const Status& status);

  const JournalOptions& options_;
  storage::FileSystem& file_system_;
  const Clock& clock_;
  const std::shared_ptr<SegmentList> list_;
  const uint32_t seed_;
  const LifeId life_;

  // Of the committer thread alone (and of SkipTo, while nothing waits).
  std::unique_ptr<SegmentWriter> writer_;
  int64_t next_sequence_;

  mutable std::mutex mutex_;
  std::condition_variable waiting_;  ///< something waits, or the end
  std::condition_variable room_;     ///< the queue has become shorter, or the journal has failed
  Batch queue_;
  uint64_t queued_bytes_ = 0;     ///< in queue_
  uint64_t unsettled_bytes_ = 0;  ///< in queue_ and in the batch being written
  bool stopping_ = false;
  std::optional<Error> failure_;
  JournalStats stats_;

  std::thread thread_;  ///< last, so that all else is there when it starts
};

}  // namespace firn::journal
