#include "pipeline/outage_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"

namespace firn::pipeline {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kFirstIntervalNs = 30 * kSecondNs;
constexpr int64_t kLongestIntervalNs = 600 * kSecondNs;

/// "45 s", "12 min 5 s".
std::string Duration(int64_t ns) {
  const int64_t seconds = ns / kSecondNs;
  return seconds < 60 ? fmt::format("{} s", seconds) : fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

}  // namespace

std::optional<std::string> OutageLog::LineForFailure(const Error& error) {
  const int64_t now = clock_.MonotonicNs();
  const std::lock_guard lock(mutex_);
  if (!since_ns_) {
    since_ns_ = now;
    interval_ns_ = kFirstIntervalNs;
    next_line_ns_ = now + interval_ns_;
    return fmt::format("{}: {}; what was taken stays safe and is tried again", what_, error.message());
  }
  if (now < next_line_ns_) return std::nullopt;
  interval_ns_ = std::min(interval_ns_ * 2, kLongestIntervalNs);
  next_line_ns_ = now + interval_ns_;
  return fmt::format("{}: fails for {} now: {}", what_, Duration(now - *since_ns_), error.message());
}

std::optional<std::string> OutageLog::LineForSuccess() {
  const std::lock_guard lock(mutex_);
  if (!since_ns_) return std::nullopt;
  const int64_t lasted = clock_.MonotonicNs() - *since_ns_;
  since_ns_.reset();
  return fmt::format("{}: is back after {}", what_, Duration(lasted));
}

void OutageLog::Failed(const Error& error) {
  if (const auto line = LineForFailure(error)) log::Warn("{}", *line);
}

void OutageLog::Succeeded() {
  if (const auto line = LineForSuccess()) log::Info("{}", *line);
}

bool OutageLog::failing() const {
  const std::lock_guard lock(mutex_);
  return since_ns_.has_value();
}

}  // namespace firn::pipeline
