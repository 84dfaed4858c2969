#pragma once

#include <compare>
#include <cstdint>

#include "starlark/number/big_int.h"

/// Order, equality and hash across int and float, all exact: 2^53 + 1 is not float(2^53). Floats are ordered totally:
/// NaN equals itself and is greater than everything else; −0.0 equals 0.0.

namespace firn::starlark::number {

std::strong_ordering CompareFloats(double a, double b);
std::strong_ordering CompareIntFloat(int64_t a, double b);
std::strong_ordering CompareIntFloat(IntView a, double b);

/// Equal numbers have equal hashes, whichever type they are of.
uint64_t HashInt(int64_t value);
uint64_t HashInt(IntView value);
uint64_t HashFloat(double value);

/// `a // b` of floats. Requires b ≠ 0.
double FloorDivide(double a, double b);
/// `a % b` of floats: has the sign of b. Requires b ≠ 0.
double FloorModulo(double a, double b);

}  // namespace firn::starlark::number
