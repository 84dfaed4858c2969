#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "base/clock.h"
#include "starlark/runtime/thread.h"

namespace firn::cli {

/// What each line of a program costs, by samples: what has been used up since the last one counts for the line where
/// the program is found.
class StarlarkProfile {
 public:
  explicit StarlarkProfile(const Clock& clock) : clock_(clock), last_ns_(clock.MonotonicNs()) {}

  /// For starlark::Hooks::sample.
  void Sample(const starlark::Thread& thread, const starlark::CallSite& site);

  /// A table of the lines that take the most time, the first is the worst; empty if nothing was sampled.
  std::string Table() const;

 private:
  struct Cost {
    uint64_t steps = 0;
    int64_t nanoseconds = 0;
  };
  using Line = std::tuple<std::string, uint32_t, std::string>;  ///< file, line, function

  const Clock& clock_;
  int64_t last_ns_;
  uint64_t last_steps_ = 0;
  std::map<Line, Cost> lines_;
};

}  // namespace firn::cli
