#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/go_time/duration.h"
#include "formats/go_time/layout.h"
#include "formats/go_time/time_zone.h"

/// Bytes as a duration, as layout and value (split at the first line end), and as a TZif file. What Go prints must read
/// back.

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Durations(std::string_view text) {
  const firn::Result<int64_t> duration = firn::go_time::ParseDuration(text);
  if (!duration.ok()) return;
  const firn::Result<int64_t> back = firn::go_time::ParseDuration(firn::go_time::FormatDuration(*duration));
  Check(back.ok() && *back == *duration);
}

void Layouts(std::string_view text) {
  const size_t end = text.find('\n');
  const firn::go_time::Layout layout(text.substr(0, end));
  const std::string_view value = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  const firn::Result<firn::go_time::ZonedTime> time = layout.Parse(value, nullptr, nullptr);
  if (!time.ok()) return;
  std::string formatted;
  layout.Format(*time, formatted);
  static const firn::go_time::Layout nanoseconds(firn::go_time::kRfc3339Nano);
  std::string plain;
  nanoseconds.Format(*time, plain);
  Check(!plain.empty());
}

void Zones(std::string_view bytes) {
  const auto zone = firn::go_time::TimeZone::ParseTzif(bytes);
  if (!zone.ok()) return;
  for (int64_t at :
       {INT64_MIN, int64_t{-2'000'000'000}, int64_t{0}, int64_t{1'700'000'000}, int64_t{9'000'000'000}, INT64_MAX}) {
    const firn::go_time::ZonePeriod period = (*zone)->Lookup(at);
    (*zone)->ToUtc(at);
    (*zone)->OffsetOf(period.abbreviation, at);
    firn::go_time::DisplayText({{at, 0}, *zone});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Durations(bytes);
  Layouts(bytes);
  Zones(bytes);
  return 0;
}
