#pragma once

#include <cstdint>

namespace firn {

/// The quotient rounded down, also below zero, as times before 1970 want it. `by` is above 0.
constexpr int64_t FloorDivide(int64_t value, int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

}  // namespace firn
