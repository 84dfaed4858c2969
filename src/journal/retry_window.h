#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/result.h"
#include "journal/journal.h"
#include "storage/file_system.h"

namespace firn::journal {

struct RetryWindowOptions {
  std::string file;                                           ///< where digests are kept for the whole window
  std::chrono::nanoseconds window = std::chrono::minutes(1);  ///< 0 = off: every body is new
  uint64_t max_entries = 1'000'000;  ///< about 100 bytes each; beyond it the oldest are forgotten early (counted)
};

struct RetryWindowStats {
  uint64_t recognised = 0;  ///< retries that were answered without being stored
  uint64_t forgotten = 0;   ///< digests dropped before their window had passed, for lack of room
  uint64_t entries = 0;     ///< held now
};

/// Recognises a body that was accepted a short time ago, so that a client whose answer was lost may send it again.
///
/// A digest is as durable as its record: it stands in the record's header. The file of its own, written by Save,
/// carries digests on when their segments are trimmed before the window has passed. Open reads the file, Recover the
/// journal's tail, so no crash between the two loses one. Time during which the process was down does not count against
/// the window: the retry of an answer that a crash ate comes after the restart. Format: docs/formats/journal.md.
/// Thread-safe. `file_system` and `clock` outlive it.
class RetryWindow {
 public:
  using Done = std::function<void(Status)>;

  enum class Verdict : uint8_t {
    kNew,       ///< store it, then call Finish, whatever happened
    kAccepted,  ///< stored already: answer as if it had just been
    kWaiting,   ///< a copy is on its way: `done` will be called with its fate
  };

  /// An absent file is an empty one. kCorrupt, saying what to do, when the file is not what Save wrote.
  static Result<std::unique_ptr<RetryWindow>> Open(RetryWindowOptions options, storage::FileSystem& file_system,
                                                   const Clock& clock);

  /// Takes digests of the journal's last records in. Once, before the first Begin.
  Status Recover(Journal& journal);

  /// `done` is kept only with kWaiting.
  Verdict Begin(const Digest128& digest, Done done);
  /// Tells the fate of a body that was kNew: its sequence once durable, or the error. Calls those who wait.
  void Finish(const Digest128& digest, const Result<int64_t>& fate);

  /// Writes the digests to the file, durably. Does nothing when `removed_up_to` is before every digest that the file
  /// lacks.
  Status Save(int64_t removed_up_to);

  RetryWindowStats stats() const;

 private:
  struct DigestHash {
    size_t operator()(const Digest128& digest) const;
  };
  struct Entry {
    Digest128 digest;
    int64_t sequence = 0;
    int64_t time_ns = 0;     ///< wall clock, as in the record
    int64_t expires_ns = 0;  ///< monotonic
    uint64_t number = 0;     ///< counts the entries of this run, from 1
  };
  struct Known {
    bool in_flight = false;
    uint64_t number = 0;  ///< of the last entry with this digest
    std::vector<Done> waiting;
  };

  RetryWindow(RetryWindowOptions options, storage::FileSystem& file_system, const Clock& clock);
  Status Parse(std::string_view bytes);
  Status ReadTail(Journal& journal, std::vector<Entry>& found) const;
  std::string SerializeWithLock() const;
  void ForgetExpiredWithLock();
  void RememberWithLock(Entry entry);
  void ForgetOldestWithLock();

  RetryWindowOptions options_;
  storage::FileSystem& file_system_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::unordered_map<Digest128, Known, DigestHash> known_;
  std::deque<Entry> accepted_;  ///< oldest first
  uint64_t last_number_ = 0;
  uint64_t saved_number_ = 0;  ///< entries up to here are in the file
  std::string journal_id_;     ///< which the sequences belong to; "" before the first Recover
  RetryWindowStats stats_;
  std::mutex save_mutex_;  ///< one Save at a time
};

}  // namespace firn::journal
