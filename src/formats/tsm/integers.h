#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

/// The values of an integer or unsigned block (docs/formats/tsm.md, "Integers").
namespace firn::tsm {

/// The upper four bits of the first byte.
enum class IntegerScheme : uint8_t { kRaw = 0, kSimple8b = 1, kRunLength = 2 };

/// Decodes `bytes`, which must hold exactly out.size() values; kCorrupt otherwise, with `out` in any state. Unsigned
/// values are the same bits.
Status DecodeIntegers(std::string_view bytes, std::span<uint64_t> out);

}  // namespace firn::tsm
