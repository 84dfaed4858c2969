#include "inputs/write_endpoints/precision.h"

namespace firn::inputs::write_endpoints {
namespace {

constexpr int64_t kMicrosecond = 1'000;
constexpr int64_t kMillisecond = 1'000'000;
constexpr int64_t kSecond = 1'000'000'000;

int64_t UnitOf(int64_t time) {
  const int64_t magnitude = time < 0 ? -(time + 1) : time;
  if (magnitude < 5'000'000'000) return kSecond;
  if (magnitude < 5'000'000'000'000) return kMillisecond;
  if (magnitude < 5'000'000'000'000'000) return kMicrosecond;
  return 1;
}

}  // namespace

int64_t PrecisionOfV1(std::string_view text) {
  if (text == "u") return kMicrosecond;
  if (text == "ms") return kMillisecond;
  if (text == "s") return kSecond;
  if (text == "m") return 60 * kSecond;
  if (text == "h") return 3600 * kSecond;
  return 1;
}

int64_t PrecisionOfV2(std::string_view text) {
  return StrictPrecisionOfV2(text).value_or(1);
}

std::optional<int64_t> StrictPrecisionOfV2(std::string_view text) {
  if (text.empty() || text == "ns") return 1;
  if (text == "us") return kMicrosecond;
  if (text == "ms") return kMillisecond;
  if (text == "s") return kSecond;
  return std::nullopt;
}

std::optional<int64_t> PrecisionOfV3(std::string_view text) {
  if (text.empty() || text == "auto") return 0;
  if (text == "nanosecond" || text == "ns" || text == "n") return 1;
  if (text == "microsecond" || text == "us" || text == "u") return kMicrosecond;
  if (text == "millisecond" || text == "ms") return kMillisecond;
  if (text == "second" || text == "s") return kSecond;
  return std::nullopt;
}

bool GuessUnits(std::vector<point::Batch>& batches) {
  bool changed = false;
  for (point::Batch& batch : batches) {
    for (int64_t& time : batch.times) {
      const int64_t unit = UnitOf(time);
      changed = changed || unit != 1;
      time *= unit;
    }
  }
  return changed;
}

}  // namespace firn::inputs::write_endpoints
