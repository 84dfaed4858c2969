#include "pipeline/memory_gate.h"

#include <algorithm>
#include <chrono>

namespace firn::pipeline {
namespace {

constexpr std::chrono::milliseconds kFirstPause{100};
constexpr std::chrono::milliseconds kLongestPause{2'000};

}  // namespace

Status MemoryGate::Enter(std::stop_token stop) {
  if (held_() <= budget_) return OkStatus();
  std::unique_lock lock(mutex_);
  while (held_() > budget_) {
    if (stop.stop_requested()) return Cancelled("stopping");
    if (relieving_) {
      changed_.wait(lock, stop, [this] { return !relieving_; });
      continue;
    }
    relieving_ = true;
    lock.unlock();
    const Status relieved = Relieve(stop);
    lock.lock();
    relieving_ = false;
    changed_.notify_all();
    FIRN_TRY(relieved);
  }
  return OkStatus();
}

Status MemoryGate::Relieve(std::stop_token stop) {
  auto pause = kFirstPause;
  while (held_() > budget_) {
    const size_t held = held_();
    // A quarter, not all that the budget allows: half of it may be beside rows, and what is asked for in vain is taken
    // from rows of positions that are still open.
    const Status status = relieve_(held - budget_ / 4 * 3);
    if (status.ok() && held_() < held) return OkStatus();
    if (!status.ok() && status.error().kind() == ErrorKind::kCancelled) return status;
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, pause, [] { return false; });
    if (stop.stop_requested()) return Cancelled("stopping");
    pause = std::min(pause * 2, kLongestPause);
  }
  return OkStatus();
}

}  // namespace firn::pipeline
