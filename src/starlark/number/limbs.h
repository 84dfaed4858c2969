#pragma once

#include <cstdint>
#include <span>
#include <vector>

/// Natural numbers as little-endian 64-bit limbs: what integers without limit are computed with. Results are trimmed:
/// their last limb is not 0, and zero is empty. Inputs must be trimmed too.

namespace firn::starlark::number {

using Limb = uint64_t;
using Limbs = std::vector<Limb>;
using LimbView = std::span<const Limb>;

inline constexpr int kLimbBits = 64;

/// Without the zeros at the upper end.
LimbView Trimmed(LimbView a);
void Trim(Limbs& a);

uint64_t BitLength(LimbView a);
/// Negative, 0 or positive, as a is less than, equal to or greater than b.
int CompareMagnitude(LimbView a, LimbView b);

Limbs AddMagnitude(LimbView a, LimbView b);
/// Requires a ≥ b.
Limbs SubtractMagnitude(LimbView a, LimbView b);
/// Schoolbook for short operands, Karatsuba above 32 limbs.
Limbs MultiplyMagnitude(LimbView a, LimbView b);

struct QuotientRemainder {
  Limbs quotient;
  Limbs remainder;
};
/// Knuth's algorithm D for short divisors, Burnikel and Ziegler's recursion above 64 limbs. Requires b ≠ 0.
QuotientRemainder DivideMagnitude(LimbView a, LimbView b);
/// Divides in place and returns the remainder. Requires divisor ≠ 0.
Limb DivideByLimb(Limbs& a, Limb divisor);
/// a ← a × factor + addend.
void MultiplyAddLimb(Limbs& a, Limb factor, Limb addend);

Limbs ShiftMagnitudeLeft(LimbView a, uint64_t bits);
/// Bits shifted out are lost.
Limbs ShiftMagnitudeRight(LimbView a, uint64_t bits);

/// About how many limb products an operation takes, for charging it before it is done.
uint64_t MultiplyCost(size_t a_limbs, size_t b_limbs);
uint64_t DivideCost(size_t a_limbs, size_t b_limbs);
uint64_t RadixConversionCost(size_t limbs);

}  // namespace firn::starlark::number
