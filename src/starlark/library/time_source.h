#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.h"
#include "formats/go_time/time_zone.h"

namespace firn::starlark {

/// What the module time knows of the world: now, and time zones. Keeps every zone that was asked for, since times point
/// to them; there are as many as `zones` has. Thread-safe.
class TimeSource {
 public:
  /// Both outlive it.
  TimeSource(const Clock& clock, go_time::ZoneLoader& zones);

  go_time::Instant Now() const;
  /// By a name as in LoadLocation; null is UTC. Lives as long as the source.
  Result<const go_time::TimeZone*> Find(const std::string& name);
  /// The machine's zone.
  const go_time::TimeZone* Local() const { return local_.get(); }

 private:
  const Clock& clock_;
  go_time::ZoneLoader& zones_;
  std::shared_ptr<const go_time::TimeZone> local_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const go_time::TimeZone>> found_;
};

}  // namespace firn::starlark
