#include "starlark/library/time_source.h"

namespace firn::starlark {

TimeSource::TimeSource(const Clock& clock, go_time::ZoneLoader& zones)
    : clock_(clock), zones_(zones), local_(zones.Local()) {}

go_time::Instant TimeSource::Now() const {
  constexpr int64_t kSecond = 1'000'000'000;
  const int64_t now = clock_.NowNs();
  const int64_t nanosecond = (now % kSecond + kSecond) % kSecond;
  return {(now - nanosecond) / kSecond, static_cast<int32_t>(nanosecond)};
}

Result<const go_time::TimeZone*> TimeSource::Find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto known = found_.find(name);
  if (known != found_.end()) return known->second.get();
  FIRN_ASSIGN(auto zone, go_time::LoadLocation(name, zones_));
  return found_.emplace(name, std::move(zone)).first->second.get();
}

}  // namespace firn::starlark
