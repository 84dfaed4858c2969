#include "journal/segment_list.h"

#include <algorithm>
#include <utility>

namespace firn::journal {

void SegmentList::Add(Segment segment) {
  const std::lock_guard lock(mutex_);
  bytes_ += segment.bytes;
  segments_.push_back(std::move(segment));
}

void SegmentList::Grow(uint64_t bytes, int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    segments_.back().bytes += bytes;
    bytes_ += bytes;
    durable_end_ = sequence;
  }
  grown_.notify_all();
}

void SegmentList::SetDurableEnd(int64_t sequence) {
  const std::lock_guard lock(mutex_);
  durable_end_ = sequence;
}

void SegmentList::Remove(int64_t first_sequence) {
  const std::lock_guard lock(mutex_);
  const auto segment = std::find_if(segments_.begin(), segments_.end(), [&](const Segment& candidate) {
    return candidate.first_sequence == first_sequence;
  });
  if (segment == segments_.end()) return;
  bytes_ -= segment->bytes;
  segments_.erase(segment);
}

void SegmentList::MarkDamaged(int64_t first_sequence) {
  const std::lock_guard lock(mutex_);
  for (Segment& segment : segments_) {
    if (segment.first_sequence == first_sequence) segment.damaged = true;
  }
}

void SegmentList::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  grown_.notify_all();
}

std::vector<Segment> SegmentList::All() const {
  const std::lock_guard lock(mutex_);
  return segments_;
}

Result<Segment> SegmentList::Find(int64_t sequence) const {
  const std::lock_guard lock(mutex_);
  const auto after =
      std::upper_bound(segments_.begin(), segments_.end(), sequence,
                       [](int64_t value, const Segment& segment) { return value < segment.first_sequence; });
  if (after == segments_.begin()) {
    if (segments_.empty() || sequence <= segments_.front().follows) {
      return NotFound("journal record {} has been removed; the oldest is {}", sequence,
                      segments_.empty() ? durable_end_ + 1 : segments_.front().first_sequence);
    }
    return segments_.front();
  }
  return *std::prev(after);
}

std::optional<Segment> SegmentList::After(int64_t first_sequence) const {
  const std::lock_guard lock(mutex_);
  for (const Segment& segment : segments_) {
    if (segment.first_sequence > first_sequence) return segment;
  }
  return std::nullopt;
}

std::optional<uint64_t> SegmentList::BytesOf(int64_t first_sequence) const {
  const std::lock_guard lock(mutex_);
  // Asked for each record, nearly always of the last segments.
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if (segment->first_sequence == first_sequence) return segment->bytes;
  }
  return std::nullopt;
}

int64_t SegmentList::durable_end() const {
  const std::lock_guard lock(mutex_);
  return durable_end_;
}

int64_t SegmentList::first_sequence() const {
  const std::lock_guard lock(mutex_);
  if (segments_.empty()) return durable_end_ + 1;
  return std::min(segments_.front().first_sequence, durable_end_ + 1);
}

uint64_t SegmentList::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

bool SegmentList::WaitBeyond(int64_t sequence, std::stop_token stop) {
  std::unique_lock lock(mutex_);
  grown_.wait(lock, stop, [&] { return closed_ || durable_end_ > sequence; });
  return durable_end_ > sequence;
}

}  // namespace firn::journal
