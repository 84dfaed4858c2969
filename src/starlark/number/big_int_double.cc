#include <bit>
#include <cmath>
#include <limits>

#include "starlark/number/big_int.h"

namespace firn::starlark::number {

double IntView::ToDouble() const {
  if (IsZero()) return 0;
  const uint64_t bits = BitLength();
  if (bits > 1024) return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  // The highest 64 bits, with "something below is not 0" kept in the lowest of them: conversion then rounds as if it
  // saw all.
  Limb top = magnitude[0];
  uint64_t below = 0;
  if (bits > kLimbBits) {
    below = bits - kLimbBits;
    const Limbs shifted = ShiftMagnitudeRight(magnitude, below);
    top = shifted[0];
    bool sticky = (magnitude[below / kLimbBits] & ((Limb{1} << (below % kLimbBits)) - 1)) != 0;
    for (size_t i = 0; i < below / kLimbBits && !sticky; ++i) sticky = magnitude[i] != 0;
    if (sticky) top |= 1;
  }
  const double value = std::ldexp(static_cast<double>(top), static_cast<int>(below));
  return negative ? -value : value;
}

BigInt BigInt::FromDouble(double value) {
  int exponent = 0;
  const double fraction = std::frexp(std::trunc(value), &exponent);
  if (exponent <= 63) return BigInt(static_cast<int64_t>(value));
  const auto mantissa = static_cast<int64_t>(std::ldexp(fraction, 53));
  return ShiftLeft(SmallInt(mantissa), static_cast<uint64_t>(exponent - 53));
}

}  // namespace firn::starlark::number
