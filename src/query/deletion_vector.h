#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace firn::query {

/// Decodes the blob of a deletion vector (Iceberg spec, "Deletion vectors"; Puffin blob type deletion-vector-v1):
/// length, magic, a 64-bit Roaring bitmap in its portable form, CRC-32. Gives the deleted positions, ascending.
/// kCorrupt for anything else, also for more positions than `expected_count` says.
Result<std::vector<uint64_t>> DecodeDeletionVector(std::string_view blob, uint64_t expected_count);

}  // namespace firn::query
