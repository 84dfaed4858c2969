#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>

#include "base/result.h"

/// The file beside a TSM file that says what has been deleted from it since (docs/formats/tsm.md, "Tombstones").
namespace firn::tsm {

/// Times that are deleted of a key; both ends included.
struct Tombstone {
  std::string_view key;
  int64_t min_time = std::numeric_limits<int64_t>::min();
  int64_t max_time = std::numeric_limits<int64_t>::max();
};

/// Views are good during the call only. An error ends the reading.
using TombstoneVisitor = std::function<Status(const Tombstone&)>;

/// Reads a whole tombstone file of version 1 to 4 and hands over its entries in order. A last entry that is not whole
/// is left out without a word, as the server does. kCorrupt when a compressed part is damaged (what was whole before it
/// has been handed over), kResourceExhausted when more than `max_bytes` would have to be unpacked.
Status ReadTombstones(std::string_view file, uint64_t max_bytes, const TombstoneVisitor& visit);

}  // namespace firn::tsm
