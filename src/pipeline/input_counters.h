#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "inputs/input.h"

namespace firn::pipeline {

/// The counters of one input, by name. Thread-safe.
class NamedCounters final : public inputs::InputCounters {
 public:
  void Add(std::string_view name, uint64_t count) override {
    const std::lock_guard lock(mutex_);
    values_[std::string(name)] += count;
  }
  std::map<std::string, uint64_t> Snapshot() const {
    const std::lock_guard lock(mutex_);
    return values_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, uint64_t> values_;
};

}  // namespace firn::pipeline
