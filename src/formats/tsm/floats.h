#pragma once

#include <span>
#include <string_view>

#include "base/result.h"

namespace firn::tsm {

/// Decodes the values of a float block, each the difference (XOR) from the one before: `bytes` must hold exactly
/// out.size() of them; kCorrupt otherwise, with `out` in any state. Bits come out as they went in: denormals, −0 and
/// infinities included (docs/formats/tsm.md, "Floats").
Status DecodeFloats(std::string_view bytes, std::span<double> out);

}  // namespace firn::tsm
