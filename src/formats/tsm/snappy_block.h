#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace firn::tsm {

/// Unpacks one Snappy buffer (block format, no framing) behind `out`. kCorrupt when it is none, or claims to be larger
/// than its bytes can become; kResourceExhausted beyond `max_bytes`. `out` is unchanged then.
Status AppendSnappy(std::string_view packed, uint64_t max_bytes, std::string& out);

}  // namespace firn::tsm
