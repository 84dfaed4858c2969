#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

namespace firn::inputs::influxdb_v2 {

/// Waits between attempts, so that tests need not. Thread-safe.
class Sleeper {
 public:
  virtual ~Sleeper() = default;
  /// True after the whole time, false as soon as a stop is requested.
  virtual bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) = 0;
};

/// Waits in real time.
std::unique_ptr<Sleeper> MakeSleeper();

}  // namespace firn::inputs::influxdb_v2
