#include "formats/tsm/key.h"

#include <algorithm>

#include "formats/tsm/big_endian.h"

namespace firn::tsm {
namespace {

constexpr std::string_view kMeasurementTag("\x00", 1);
constexpr std::string_view kFieldTag("\xff", 1);
constexpr size_t kIdsBytes = 16;
constexpr size_t kNone = std::string_view::npos;

/// First `wanted` without a backslash before it, from `from` on; text.size() when there is none. A backslash is no
/// escape for another one: in `\\,` the comma is escaped, as the server sees it.
size_t FindUnescaped(std::string_view text, char wanted, size_t from) {
  size_t at = text.find(wanted, from);
  while (at != kNone && at > 0 && text[at - 1] == '\\') at = text.find(wanted, at + 1);
  return std::min(at, text.size());
}

/// Drops a backslash before each of `escaped`; others stand for themselves.
std::string Unescape(std::string_view text, std::string_view escaped) {
  std::string out;
  if (text.find('\\') == kNone) return out.assign(text);
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size() && escaped.find(text[at + 1]) != kNone) ++at;
    out += text[at];
  }
  return out;
}

std::string UnescapeMeasurement(std::string_view text) {
  return Unescape(text, ", ");
}

std::string UnescapeTag(std::string_view text) {
  return Unescape(text, ", =");
}

Result<std::pair<std::string, std::string>> ParseTag(std::string_view text) {
  const size_t equals = FindUnescaped(text, '=', 0);
  if (equals == text.size()) return Corrupt("a tag without `=`");
  if (equals == 0 || equals + 1 == text.size()) return Corrupt("a tag without key or value");
  return std::pair(UnescapeTag(text.substr(0, equals)), UnescapeTag(text.substr(equals + 1)));
}

/// Turns the early form of 2.0 into the usual one.
void ResolveIds(Series& series) {
  if (series.measurement.size() != kIdsBytes || series.tags.empty() || series.tags.front().first != kMeasurementTag)
    return;
  series.ids = BucketIds{LoadBigEndian<uint64_t>(series.measurement.data()),
                         LoadBigEndian<uint64_t>(series.measurement.data() + 8)};
  series.measurement = std::move(series.tags.front().second);
  series.tags.erase(series.tags.begin());
  if (!series.tags.empty() && series.tags.back().first == kFieldTag) series.tags.pop_back();
}

}  // namespace

std::optional<KeyParts> SplitKey(std::string_view key) {
  const size_t separator = key.find(kFieldSeparator);
  if (separator == kNone || separator == 0) return std::nullopt;
  const KeyParts parts{key.substr(0, separator), key.substr(separator + kFieldSeparator.size())};
  return parts.field.empty() ? std::nullopt : std::optional(parts);
}

Result<Series> ParseSeriesKey(std::string_view series_key) {
  Series series;
  size_t at = FindUnescaped(series_key, ',', 0);
  series.measurement = UnescapeMeasurement(series_key.substr(0, at));
  if (series.measurement.empty()) return Corrupt("a series key without a measurement");
  while (at < series_key.size()) {
    const size_t end = FindUnescaped(series_key, ',', at + 1);
    FIRN_ASSIGN(auto tag, ParseTag(series_key.substr(at + 1, end - at - 1)));
    series.tags.push_back(std::move(tag));
    at = end;
  }
  // Sorted as written, but escapes may change the order.
  std::sort(series.tags.begin(), series.tags.end());
  for (size_t i = 1; i < series.tags.size(); ++i) {
    if (series.tags[i].first == series.tags[i - 1].first) return Corrupt("two tags `{}`", series.tags[i].first);
  }
  ResolveIds(series);
  return series;
}

std::string MeasurementOf(std::string_view series_key) {
  const size_t comma = FindUnescaped(series_key, ',', 0);
  std::string measurement = UnescapeMeasurement(series_key.substr(0, comma));
  if (measurement.size() != kIdsBytes) return measurement;
  Result<Series> series = ParseSeriesKey(series_key);
  return series.ok() ? std::move(series->measurement) : std::string();
}

std::string IdText(uint64_t id) {
  return fmt::format("{:016x}", id);
}

}  // namespace firn::tsm
