#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace firn::pipeline {

/// Tells of something that fails again and again without filling the log: the first failure, then one after 30 s, each
/// further one after twice that time (up to 10 min), and when it works again. Thread-safe.
class OutageLog {
 public:
  /// `what` begins each line. `clock` outlives it.
  OutageLog(const Clock& clock, std::string what) : clock_(clock), what_(std::move(what)) {}

  void Failed(const Error& error);
  void Succeeded();
  bool failing() const;

  /// What Failed and Succeeded log, if it is time for a line; they change the state in the same way.
  std::optional<std::string> LineForFailure(const Error& error);
  std::optional<std::string> LineForSuccess();

 private:
  const Clock& clock_;
  const std::string what_;
  mutable std::mutex mutex_;
  std::optional<int64_t> since_ns_;  ///< of the first failure; monotonic
  int64_t next_line_ns_ = 0;
  int64_t interval_ns_ = 0;
};

}  // namespace firn::pipeline
