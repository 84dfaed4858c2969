#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "inputs/decode_body.h"
#include "inputs/input.h"
#include "journal/journal.h"
#include "outputs/output.h"
#include "pipeline/checkpoint_file.h"
#include "pipeline/journal_record.h"
#include "pipeline/memory_gate.h"
#include "pipeline/outage_log.h"
#include "pipeline/pulled_positions.h"
#include "pipeline/shards.h"
#include "pipeline/stages.h"
#include "point/series_tables.h"

namespace firn::pipeline {

struct RunnerOptions {
  std::string name;  ///< of the output, unique: names its checkpoint and its log lines
  std::chrono::milliseconds flush_interval{60'000};
  std::chrono::milliseconds flush_jitter{0};
  size_t memory_bytes = 64 << 20;   ///< rows that the output may hold
  size_t handoff_bytes = 32 << 20;  ///< parsed bodies waiting for a worker; what is beyond is read from the journal
  unsigned workers = 2;
};

/// What a runner has done since it started. Snapshot; for status lines.
struct RunnerStats {
  uint64_t rows_taken = 0;
  uint64_t rows_flushed = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  uint64_t flushes = 0;
  uint64_t failed_flushes = 0;
  int64_t journal_lag = 0;  ///< records that are durable in the journal and not yet in the output
  size_t buffered_bytes = 0;
};

/// Carries rows to one output: from the journal, in order of its sequence numbers, and from pulling inputs directly.
///
/// Workers take the next sequence number each: its parsed batches when the intake handed them over and they are still
/// there, else the record out of the journal. So overflow, replay after a crash and a slow output are one code path.
/// Rows are worked on in parallel; a ProgressTracker knows what is complete. A thread flushes by time, or earlier when
/// the output asks for it, and stores what became durable in the checkpoint.
class OutputRunner {
 public:
  /// What the runner borrows; outlives it. `journal` may be null when nothing is journaled.
  struct Context {
    outputs::Output* output = nullptr;
    const StageChain* stages = nullptr;
    journal::Journal* journal = nullptr;
    CheckpointFile* checkpoint = nullptr;
    ShardRegistry* shards = nullptr;
    const Clock* clock = nullptr;
    std::function<void(Status)> fatal;  ///< called once when the process has to stop
    std::function<void()> flushed;      ///< called after each flush: the journal may be trimmed
  };

  OutputRunner(RunnerOptions options, Context context);
  ~OutputRunner();
  OutputRunner(const OutputRunner&) = delete;
  OutputRunner& operator=(const OutputRunner&) = delete;

  /// Starts workers and flusher; begins behind the checkpoint's journal position.
  void Start();

  /// A pushed body in its parsed form.
  struct Parsed {
    int64_t sequence = 0;
    std::string source;
    std::vector<point::Batch> batches;
  };
  /// Offers a durable record, in ascending order of sequence; drops it when there is no room.
  void Offer(Parsed parsed);
  /// Makes everything up to the journal's durable end available to the workers.
  void Notify();

  // Rows that do not go through the journal.
  Status WriteDirect(const std::string& source, uint32_t shard, int64_t position, std::vector<point::Batch> batches,
                     std::stop_token stop);
  void BeginDirect(uint32_t shard, int64_t position) { tracker_.Begin(shard, position); }
  void EndDirect(uint32_t shard, int64_t position) { tracker_.End(shard, position); }
  void AbandonDirect(uint32_t shard, int64_t position);

  /// The position up to which this output has everything of a shard, durably; nothing = none known.
  std::optional<int64_t> DurablePosition(const std::string& source, const std::string& shard) const;

  /// The lowest position above `position` that this output, or one of its tables, held durably at the start.
  std::optional<int64_t> NextHeldPosition(const std::string& source, const std::string& shard, int64_t position) const;
  /// Whether this output has, or will be given, the rows of a pulled position whose end is this record of the journal.
  bool WillHold(int64_t sequence, const std::string& source, const std::string& shard, int64_t position) const;

  /// Flushes now; also used by the flusher.
  Status FlushNow();
  enum class LastFlush : uint8_t {
    kTriedAgain,  ///< until the deadline
    kOnce,        ///< whoever stops the process waits for it: what fails now is taken up by the next start
  };
  /// Works off everything that is durable in the journal, flushes, and stops. What could not be flushed within
  /// `deadline` stays in the journal; then kTimeout. With kOnce, rows that memory cannot take because nothing can be
  /// written are not waited for either.
  Status Stop(std::chrono::milliseconds deadline, LastFlush last_flush = LastFlush::kTriedAgain,
              std::stop_token give_up = {});
  /// Ends the threads at once; what is not durable stays in the journal.
  void Halt();

  /// The records up to this sequence are with the output, and no worker has another one in hand.
  bool HasTaken(int64_t sequence) const;
  /// Every record up to this sequence is durable in the output: the journal may drop them.
  int64_t durable_sequence() const { return durable_sequence_.load(); }
  RunnerStats stats() const;
  /// A newer process has taken over what this output writes.
  bool superseded() const { return superseded_.load(); }
  const RunnerOptions& options() const { return options_; }

 private:
  /// A record that a worker has taken.
  struct Task {
    int64_t sequence = 0;
    std::optional<Parsed> parsed;      ///< handed over in memory
    journal::Record record;            ///< else: as the journal has it
    std::optional<PulledName> pulled;  ///< set for records of pulled rows
    uint32_t order = 0;                ///< of a record of pulled rows within its position
    uint32_t life = 0;                 ///< the shard of its life
    bool taken = false;                ///< false when the record turned out to be lost
  };

  void Work(std::stop_token stop);
  void FlushLoop(std::stop_token stop);
  /// False when stopping. Waits for a record and for room for its rows, takes it, and opens its positions in the
  /// tracker.
  Result<bool> TakeTask(Task& task, std::stop_token stop);
  /// False when stopping or failed.
  bool AwaitRecord(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  bool HasRecord() const { return !taking_ && next_sequence_ <= available_end_; }
  /// The handed over batches of the next record, if they are still there. Under mutex_.
  std::optional<Parsed> TakeHandoff();
  /// Brings the next record that can be read; false when there is none (what was left is damaged).
  Result<bool> ReadRecord(Task& task);
  void EnterPulled(Task& task, const PulledName& name);
  Status Process(Task& task, inputs::BodyDecoder& decoder);
  /// The pushed rows of a record that was read from the journal; nothing when it holds none.
  Result<std::optional<Parsed>> DecodeTask(const Task& task, inputs::BodyDecoder& decoder);
  Status ProcessPushed(Task& task, inputs::BodyDecoder& decoder);
  Status ProcessPulled(Task& task);
  void LeavePulled(uint32_t shard, int64_t position);
  /// Drops the rows of the open positions of a shard, or of all, once no worker has any of them in hand. False when
  /// stopping.
  bool GiveUpOpen(std::unique_lock<std::mutex>& lock, std::optional<uint32_t> shard, const std::stop_token& stop);
  /// What an earlier process has left in the journal is taken, and of positions that it did not end no more will come.
  bool MustGiveUpInherited() const { return !gave_up_inherited_ && !taking_ && next_sequence_ > inherited_end_; }
  Status Deliver(const std::string& source, std::vector<point::Batch> batches);
  /// Stores what a flush made durable and moves durable_sequence_ on.
  Status NoteDurable(const std::vector<outputs::ShardProgress>& asked,
                     const std::vector<outputs::ShardProgress>& durable);
  /// The shard of what a life of the journal has appended. Handles ascend with lives: of equal points, the later wins.
  uint32_t ShardOf(journal::LifeId life) const;
  /// Tells the output of earlier lives that nothing is owed to any more, so that tables learn who goes on with them.
  void NoteFinishedLives();
  uint32_t ShardOfThisLife() const;
  Status Flush(const std::vector<outputs::ShardProgress>& progress);
  Status Relieve(size_t bytes);
  void WaitUntilDrained(std::chrono::steady_clock::time_point end, LastFlush last_flush,
                        const std::stop_token& give_up);
  void Fail(Status status);
  bool HasTakenLocked(int64_t sequence) const {
    return next_sequence_ > sequence && working_ == 0 && (gave_up_inherited_ || next_sequence_ <= inherited_end_);
  }
  bool Drained() const;

  const RunnerOptions options_;
  const Context context_;
  const uint32_t journal_shard_;  ///< of all records: how far the journal is done with
  const uint32_t life_shard_;     ///< of what is appended in this life
  ProgressTracker tracker_;
  OutageLog flush_outage_;
  OutageLog memory_outage_;
  MemoryGate gate_;

  mutable std::mutex mutex_;
  std::condition_variable_any work_;
  std::condition_variable_any idle_;
  std::deque<Parsed> handoff_;
  size_t handoff_bytes_ = 0;
  int64_t next_sequence_ = 1;
  int64_t available_end_ = 0;  ///< what was offered or notified; behind the durable end for an instant, so that parsed
                               ///< batches are there before anyone looks into the journal
  size_t working_ = 0;
  int64_t inherited_end_ = 0;  ///< of the journal when this life began
  bool gave_up_inherited_ = false;
  bool taking_ = false;                      ///< a worker reads the next record: one at a time, so that order is kept
  point::SeriesTables series_;               ///< of what is read from the journal
  std::unique_ptr<journal::Reader> reader_;  ///< belongs to the worker that is taking
  PulledPositions pulled_;
  bool failed_ = false;

  std::mutex flush_mutex_;  ///< Flush and Relieve exclude each other
  /// Pulled positions that the output had durably at the start, by source and shard: another output may want them
  /// again.
  std::map<std::pair<std::string, std::string>, int64_t> held_;
  std::map<uint32_t, int64_t> flushed_;  ///< what the last good flush covered; under flush_mutex_
  std::condition_variable_any flush_wanted_;
  std::atomic<int64_t> durable_sequence_{0};
  std::atomic<uint64_t> rows_taken_{0};
  std::atomic<uint64_t> failed_reliefs_{0};
  std::atomic<bool> superseded_{false};
  RunnerStats totals_;  ///< under mutex_

  std::vector<std::jthread> workers_;
  std::jthread flusher_;
};

}  // namespace firn::pipeline
