#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace firn {

/// CRC-32C (Castagnoli, reflected, as in iSCSI and LevelDB's logs before masking). `seed` is the checksum of what came
/// before.
uint32_t Crc32c(std::string_view bytes, uint32_t seed = 0);

/// 128 bits that name content: equal bytes, equal digest (XXH3-128, canonical big-endian order). Not a secret-keyed
/// hash.
using Digest128 = std::array<uint8_t, 16>;
Digest128 ContentDigest(std::string_view bytes);

/// 64-bit hash for tables in memory; may change between versions, so never store it.
uint64_t HashBytes(std::string_view bytes);

}  // namespace firn
