#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace firn {

/// Source of time, handed in so that tests own it. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Wall clock in ns since 1970-01-01 UTC. May jump; use it for stamps only.
  virtual int64_t NowNs() const = 0;
  /// Monotonic time in ns from an arbitrary start. For timeouts and intervals.
  virtual int64_t MonotonicNs() const = 0;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  int64_t NowNs() const override;
  int64_t MonotonicNs() const override;
};

/// A clock that stands still until told otherwise.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(int64_t now_ns = 0) : now_ns_(now_ns) {}
  int64_t NowNs() const override { return now_ns_.load(); }
  int64_t MonotonicNs() const override { return monotonic_ns_.load(); }
  /// Moves wall and monotonic time on together.
  void Advance(std::chrono::nanoseconds by) {
    now_ns_ += by.count();
    monotonic_ns_ += by.count();
  }
  /// Sets the wall clock alone, as NTP would.
  void JumpTo(int64_t now_ns) { now_ns_ = now_ns; }

 private:
  std::atomic<int64_t> now_ns_;
  std::atomic<int64_t> monotonic_ns_{0};
};

}  // namespace firn
