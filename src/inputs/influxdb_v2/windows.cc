#include "inputs/influxdb_v2/windows.h"

#include <algorithm>

#include "base/floor_divide.h"
#include "formats/influx_csv/cell_values.h"
#include "inputs/influxdb_v2/flux_tokens.h"

namespace firn::inputs::influxdb_v2 {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

}  // namespace

Result<FirstStart> ParseFirstStart(const std::string& text) {
  if (text.empty()) return FirstStart(OneWindowBack{});
  if (const auto time = influx_csv::TimeParser().Parse(text)) return FirstStart(*time);
  const std::string_view magnitude = text.starts_with('-') ? std::string_view(text).substr(1) : text;
  if (const auto back = ParseFluxDuration(magnitude)) return FirstStart(std::chrono::nanoseconds(*back));
  return InvalidConfig("start: expected a time such as 2024-01-01T00:00:00Z or a duration back such as 24h: {}", text);
}

int64_t WindowPlan::FloorToLength(int64_t time) const {
  return FloorDivide(time, length_) * length_;
}

int64_t WindowPlan::StartAt(int64_t now) const {
  if (const auto* time = std::get_if<int64_t>(&first_)) return *time;
  if (const auto* back = std::get_if<std::chrono::nanoseconds>(&first_)) return FloorToLength(now - back->count());
  return FloorToLength(now - delay_) - length_;
}

std::optional<Window> WindowPlan::Due(int64_t start, int64_t now, std::optional<int64_t> held) const {
  int64_t stop = FloorToLength(start) + length_;
  if (held.has_value() && *held > start) stop = std::min(stop, *held);
  if (stop > now - delay_) return std::nullopt;
  return Window{start, stop};
}

std::string FormatTime(int64_t ns) {
  const int64_t seconds = FloorDivide(ns, kSecond);
  const int64_t nanos = ns - seconds * kSecond;
  const int64_t days = FloorDivide(seconds, 86'400);
  const int64_t of_day = seconds - days * 86'400;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), of_day / 3'600,
                                 of_day / 60 % 60, of_day % 60);
  if (nanos != 0) {
    text += fmt::format(".{:09}", nanos);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "Z";
}

}  // namespace firn::inputs::influxdb_v2
