#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// The keys of TSM files, tombstones and WAL: `cpu,host=a#!~#usage` (docs/formats/tsm.md, "Keys").
namespace firn::tsm {

/// Stands between series key and field name.
constexpr std::string_view kFieldSeparator = "#!~#";

struct KeyParts {
  std::string_view series;  ///< measurement and tags, escaped
  std::string_view field;   ///< as it is
};

/// Splits at the first separator, as the server does; none where there is no separator, no measurement or no field.
std::optional<KeyParts> SplitKey(std::string_view key);

/// The server's ids in the keys of the first releases of 2.0 (before its general availability), where one folder held
/// all buckets.
struct BucketIds {
  uint64_t organization = 0;
  uint64_t bucket = 0;
};

/// A series key without its escapes.
struct Series {
  std::string measurement;
  std::vector<std::pair<std::string, std::string>> tags;  ///< sorted by key
  std::optional<BucketIds> ids;
};

/// Undoes the escapes of a series key and sorts the tags. Understands the form of the early 2.0 releases too, where the
/// measurement's place holds two ids and the measurement itself is the tag `\x00` (`_m`); the tag `\xff` (`_f`), the
/// field's name once more, is dropped. kCorrupt for a tag without `=`, without key or value, and for two tags of one
/// key.
Result<Series> ParseSeriesKey(std::string_view series_key);

/// The measurement alone, for choosing series before more is made of them; "" where the key cannot be parsed.
std::string MeasurementOf(std::string_view series_key);

/// Sixteen lower-case hexadecimal digits, as the server writes ids.
std::string IdText(uint64_t id);

}  // namespace firn::tsm
