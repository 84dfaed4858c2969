#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <stop_token>

#include "base/result.h"

namespace firn::pipeline {

/// Keeps the rows that an output holds within a budget: whoever would go beyond it makes room first, or waits for the
/// one who is at it. Thread-safe.
class MemoryGate {
 public:
  /// `held` tells the bytes held now; `relieve` frees about as many as it is asked for.
  MemoryGate(size_t budget_bytes, std::function<size_t()> held, std::function<Status(size_t)> relieve)
      : budget_(budget_bytes), held_(std::move(held)), relieve_(std::move(relieve)) {}

  /// Returns when the budget allows more rows. Where making room fails (the store is down), it is tried again with
  /// growing pauses, up to 2 s each. kCancelled when stopping.
  Status Enter(std::stop_token stop);

  size_t budget() const { return budget_; }

 private:
  Status Relieve(std::stop_token stop);

  const size_t budget_;
  const std::function<size_t()> held_;
  const std::function<Status(size_t)> relieve_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool relieving_ = false;
};

}  // namespace firn::pipeline
