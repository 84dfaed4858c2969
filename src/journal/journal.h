#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "journal/reader.h"
#include "journal/record.h"
#include "storage/file_system.h"

namespace firn::journal {

struct JournalOptions {
  std::string folder;
  uint64_t segment_bytes = uint64_t{128} << 20;     ///< a new segment begins beyond this; at most space_limit_bytes / 4
  uint64_t space_limit_bytes = uint64_t{16} << 30;  ///< for all segments together
  uint64_t free_space_floor_bytes = uint64_t{256} << 20;  ///< left free on the disk for everything else
  uint64_t max_record_bytes = uint64_t{512} << 20;        ///< of a payload before compression
  uint64_t max_queued_bytes = uint64_t{64} << 20;         ///< waiting for the committer; beyond it Append blocks
  /// Runs before segments are removed, with the highest sequence among them; an error keeps them. RetryWindow::Save
  /// goes here.
  std::function<Status(int64_t)> before_removal;
  /// Called once when the journal has failed for good, from the committer thread, before any append hears of it; must
  /// not block or call the journal. The process should end now: another one can open what is durable.
  std::function<void(const Error&)> failed;
};

struct JournalStats {
  uint64_t records = 0;  ///< made durable in this run
  uint64_t batches = 0;  ///< writes, each of one or more records, each with one fsync
  uint64_t fsyncs = 0;
  uint64_t payload_bytes = 0;     ///< before compression
  uint64_t written_bytes = 0;     ///< headers and payloads as stored
  uint64_t refused = 0;           ///< appends refused for lack of space
  uint64_t torn_bytes = 0;        ///< cut from the tail at Open: parts of records that were never acknowledged
  uint64_t damaged_segments = 0;  ///< known to hold damage in acknowledged records
};

/// Keeps what was pushed, durably and in order, until every output has it.
///
/// Records are opaque. They stand in append-only segments (docs/formats/journal.md) of one folder, which the journal
/// locks. Many threads append; one committer thread writes all that wait with one write and one fdatasync and only then
/// tells them. Compression and checksums of payloads are the appending thread's work.
///
/// A write that the disk has no room for is taken back and refused; any other failed write and any failed fsync fail
/// the journal for good, as nobody can know what is on disk: all later appends get kUnavailable until the process opens
/// the folder anew, and JournalOptions::failed is told.
///
/// Torn tails: what a crash left of an unacknowledged batch is cut at Open. Damage in acknowledged records is never
/// cut: Open goes on behind it, readers report it (reader.h), and Trim renames such a segment to `NAME.damaged` instead
/// of removing it. Thread-safe; outlives its readers.
class Journal {
 public:
  /// Gets the record's sequence once it is durable, or why it never will be. Called exactly once, from the committer
  /// thread or from within Append; must not block or call Append.
  using Done = std::function<void(Result<int64_t>)>;

  /// Opens or makes the journal. `file_system`, `clock` and `random` outlive it. kAlreadyExists when another process
  /// holds the folder; kCorrupt when the segments belong to different journals.
  static Result<std::unique_ptr<Journal>> Open(JournalOptions options, storage::FileSystem& file_system,
                                               const Clock& clock, Random& random);
  /// Writes what waits, then ends the committer.
  virtual ~Journal() = default;

  /// kResourceExhausted: space limit or free-space floor, nothing written, try later. kInvalidInput: larger than
  /// max_record_bytes. kUnavailable: the journal has failed. Blocks while more than max_queued_bytes wait.
  virtual void Append(const NewRecord& record, Done done) = 0;
  /// Append and wait.
  Result<int64_t> AppendAndWait(const NewRecord& record);

  /// Gives the next record at least this sequence. For a journal whose tail was lost behind what a table says is
  /// committed: a sequence used once must never name another record. No append may be under way.
  virtual Status SkipTo(int64_t next_sequence) = 0;

  /// Reads records from `from_sequence` on, while appending goes on. kNotFound when `from_sequence` has been trimmed.
  virtual Result<std::unique_ptr<Reader>> Read(int64_t from_sequence, Payloads payloads = Payloads::kRead) = 0;
  /// Waits until durable_end() > sequence; false when stopped, or when the journal has failed before.
  virtual bool WaitBeyond(int64_t sequence, std::stop_token stop) = 0;

  /// Removes the segments whose records are all ≤ `sequence`. The segment being written stays.
  virtual Status Trim(int64_t sequence) = 0;

  /// Names this journal among all that ever were: a UUID, 36 characters.
  virtual const std::string& id() const = 0;
  /// Of the records that are appended now; another one in each opening of each copy of the folder.
  virtual LifeId life() const = 0;
  /// Whose segments were there at Open, oldest first.
  virtual const std::vector<EarlierLife>& earlier_lives() const = 0;
  /// The last durable sequence; 0 when there was none yet.
  virtual int64_t durable_end() const = 0;
  /// The oldest sequence that may still be read (durable_end() + 1 when there is none).
  virtual int64_t first_sequence() const = 0;
  /// A sequence at or before every record appended since `time_ns`, to within a segment.
  virtual int64_t SequenceBefore(int64_t time_ns) const = 0;
  /// When the last record that was found at Open had been appended, ns since 1970; 0 when there was none.
  virtual int64_t recovered_time_ns() const = 0;
  /// Of all segments, on disk.
  virtual uint64_t bytes() const = 0;
  virtual JournalStats stats() const = 0;
};

}  // namespace firn::journal
