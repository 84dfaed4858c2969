#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

/// The timestamps of a block: ns since 1970-01-01 UTC (docs/formats/tsm.md, "Timestamps").
namespace firn::tsm {

/// The upper four bits of the first byte.
enum class TimestampScheme : uint8_t { kRaw = 0, kSimple8b = 1, kRunLength = 2 };

/// How many timestamps `bytes` holds, found without decoding them. kCorrupt when no such bytes can be: a run may still
/// claim any number, so check it before making room.
Result<uint64_t> CountTimestamps(std::string_view bytes);

/// Decodes out.size() timestamps, which must be CountTimestamps(bytes). Differences wrap in 64 bits: whether times
/// ascend is for the caller to see.
void DecodeTimestamps(std::string_view bytes, std::span<int64_t> out);

}  // namespace firn::tsm
