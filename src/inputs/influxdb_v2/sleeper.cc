#include "inputs/influxdb_v2/sleeper.h"

#include <condition_variable>
#include <mutex>

namespace firn::inputs::influxdb_v2 {
namespace {

class RealSleeper final : public Sleeper {
 public:
  bool SleepFor(std::chrono::nanoseconds duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

std::unique_ptr<Sleeper> MakeSleeper() {
  return std::make_unique<RealSleeper>();
}

}  // namespace firn::inputs::influxdb_v2
