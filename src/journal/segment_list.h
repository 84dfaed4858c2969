#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/segment_format.h"

namespace firn::journal {

/// A segment file as the journal knows it.
struct Segment {
  std::string path;
  int64_t first_sequence = 1;
  int64_t follows = 0;
  int64_t created_ns = 0;
  LifeId life = 0;
  uint64_t bytes = 0;    ///< durable ones
  bool damaged = false;  ///< some acknowledged record in it cannot be read
};

/// The segments of a journal in order, and how far they are durable: what the committer, readers and Trim share.
/// Thread-safe.
class SegmentList {
 public:
  explicit SegmentList(JournalId id) : id_(id) {}

  const JournalId& id() const { return id_; }

  void Add(Segment segment);
  /// The last segment has grown by `bytes`, up to `sequence`. Wakes those who wait.
  void Grow(uint64_t bytes, int64_t sequence);
  void SetDurableEnd(int64_t sequence);
  void Remove(int64_t first_sequence);
  void MarkDamaged(int64_t first_sequence);
  /// Nothing will grow any more: wakes those who wait, for good.
  void Close();

  std::vector<Segment> All() const;
  /// The segment that holds `sequence` or, where sequences were skipped, the one after it. kNotFound when it has been
  /// trimmed or is not there yet.
  Result<Segment> Find(int64_t sequence) const;
  /// The segment after the one that begins with `first_sequence`.
  std::optional<Segment> After(int64_t first_sequence) const;
  /// Durable bytes of the segment that begins with `first_sequence`; nothing when it has been trimmed.
  std::optional<uint64_t> BytesOf(int64_t first_sequence) const;

  int64_t durable_end() const;
  int64_t first_sequence() const;
  uint64_t bytes() const;
  bool WaitBeyond(int64_t sequence, std::stop_token stop);

 private:
  const JournalId id_;
  mutable std::mutex mutex_;
  std::condition_variable_any grown_;
  std::vector<Segment> segments_;  ///< oldest first
  int64_t durable_end_ = 0;
  uint64_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace firn::journal
