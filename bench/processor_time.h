#pragma once

#include <algorithm>
#include <ctime>
#include <vector>

namespace firn::bench {

/// Processor seconds of this process, all threads: on a machine that others use too, the figure that stands still.
inline double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// Requires a value.
inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

}  // namespace firn::bench
