#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace firn::tsm {

/// Decodes the values of a boolean block into 0 and 1: `bytes` must hold exactly out.size() of them; kCorrupt
/// otherwise (docs/formats/tsm.md, "Booleans").
Status DecodeBooleans(std::string_view bytes, std::span<uint8_t> out);

}  // namespace firn::tsm
