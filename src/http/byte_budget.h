#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

namespace firn::http {

/// Bounds the bytes of all bodies that a server holds at a time.
///
/// A body is charged piece by piece while it arrives, so a client that announces much and sends little costs little.
/// When the budget is used up, one body at a time may go on beyond it: else bodies that are all half read would wait
/// for each other for ever. The bound is therefore the limit plus one body. Thread-safe.
class ByteBudget {
 public:
  /// Names the body that bytes are charged to; unique while it is charged.
  using Owner = const void*;

  explicit ByteBudget(uint64_t limit) : limit_(limit) {}
  void set_limit(uint64_t limit) { limit_ = limit; }

  /// True = charged. Else the owner waits in line, and `on_charged` is called from the thread that makes room.
  bool Charge(Owner owner, uint64_t bytes, std::function<void()> on_charged);
  /// Leaves the line. False when the charge was made already.
  bool Forget(Owner owner);
  /// Gives back everything that `owner` was charged, `bytes` in sum.
  void Release(Owner owner, uint64_t bytes);

  uint64_t used() const;

 private:
  struct Waiter {
    Owner owner;
    uint64_t bytes;
    std::function<void()> on_charged;
  };
  bool TryCharge(Owner owner, uint64_t bytes);

  mutable std::mutex mutex_;
  uint64_t limit_;
  uint64_t used_ = 0;
  Owner beyond_limit_ = nullptr;  // the one body that may go on
  std::deque<Waiter> waiters_;
};

}  // namespace firn::http
