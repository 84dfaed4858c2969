#include "inputs/influxdb_v2/back_off.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

namespace firn::inputs::influxdb_v2 {

std::optional<std::chrono::nanoseconds> BackOff::Next(std::optional<std::chrono::nanoseconds> retry_after) {
  if (++failed_ >= kAttempts) return std::nullopt;
  if (retry_after && *retry_after > kLongestRetryAfter) return std::nullopt;
  const auto whole = std::min<std::chrono::nanoseconds>(kFirst * (1LL << (failed_ - 1)), kLongest);
  const auto half = static_cast<uint64_t>(whole.count() / 2);
  const auto wait = whole - std::chrono::nanoseconds(random_.Below(half + 1));
  return std::max(wait, retry_after.value_or(wait));
}

std::optional<std::chrono::nanoseconds> ParseRetryAfter(std::string_view value, int64_t now_ns) {
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size()) {
    constexpr int64_t kYear = 365 * 86'400;
    if (seconds < 0) return std::nullopt;
    return std::chrono::seconds(std::min(seconds, kYear));
  }
  std::tm date{};
  const std::string text(value);
  const char* rest = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (rest == nullptr || *rest != '\0') return std::nullopt;
  const int64_t wait_seconds = static_cast<int64_t>(timegm(&date)) - now_ns / 1'000'000'000;
  return std::chrono::seconds(std::max<int64_t>(wait_seconds, 0));
}

}  // namespace firn::inputs::influxdb_v2
