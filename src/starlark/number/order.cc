#include "starlark/number/order.h"

#include <bit>
#include <cmath>

namespace firn::starlark::number {
namespace {

/// Numbers are hashed by their remainder modulo the Mersenne prime 2^61 − 1: an integer's limbs and a double's mantissa
/// and exponent lead to it without conversion of one into the other (as in CPython).
constexpr int kModulusBits = 61;
constexpr uint64_t kModulus = (uint64_t{1} << kModulusBits) - 1;

uint64_t Reduce(uint64_t value) {
  value = (value & kModulus) + (value >> kModulusBits);
  return value >= kModulus ? value - kModulus : value;
}

/// value · 2^bits modulo 2^61 − 1 is a rotation of 61 bits. Requires value < 2^61 − 1.
uint64_t Rotate(uint64_t value, int bits) {
  bits %= kModulusBits;
  return bits == 0 ? value : ((value << bits) & kModulus) | (value >> (kModulusBits - bits));
}

uint64_t Finish(uint64_t remainder, bool negative) {
  uint64_t mixed = (negative ? ~remainder : remainder) * 0x9e3779b97f4a7c15;
  return mixed ^ (mixed >> 32);
}

}  // namespace

std::strong_ordering CompareFloats(double a, double b) {
  if (a < b) return std::strong_ordering::less;
  if (a > b) return std::strong_ordering::greater;
  if (a == b) return std::strong_ordering::equal;
  return std::isnan(a) <=> std::isnan(b);
}

std::strong_ordering CompareIntFloat(int64_t a, double b) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(b < kLimit)) return std::strong_ordering::less;  // NaN too
  if (b < -kLimit) return std::strong_ordering::greater;
  const double whole = std::trunc(b);
  const auto order = a <=> static_cast<int64_t>(whole);
  return order != 0 ? order : CompareFloats(whole, b);
}

std::strong_ordering CompareIntFloat(IntView a, double b) {
  if (const std::optional<int64_t> small = a.ToInt64()) return CompareIntFloat(*small, b);
  if (std::isnan(b)) return std::strong_ordering::less;
  if (std::isinf(b)) return b > 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  // Beyond int64 only the whole part counts: floats that large have no fraction, smaller ones decide by magnitude.
  return Compare(a, BigInt::FromDouble(b));
}

uint64_t HashInt(int64_t value) {
  const bool negative = value < 0;
  return Finish(Reduce(negative ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value)), negative);
}

uint64_t HashInt(IntView value) {
  uint64_t remainder = 0;
  for (size_t i = value.magnitude.size(); i-- > 0;) {
    remainder = Reduce(Rotate(remainder, kLimbBits) + Reduce(value.magnitude[i]));
  }
  return Finish(remainder, value.negative);
}

uint64_t HashFloat(double value) {
  constexpr double kExact = 9007199254740992.0;
  if (value > -kExact && value < kExact && value == std::trunc(value)) return HashInt(static_cast<int64_t>(value));
  if (value != std::trunc(value) || !std::isfinite(value)) {
    const uint64_t bits = std::isnan(value) ? 0x7ff8000000000000 : std::bit_cast<uint64_t>(value);
    return Finish(bits, false);
  }
  int exponent = 0;
  const auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(std::fabs(value), &exponent), 53));
  return Finish(Rotate(Reduce(mantissa), exponent - 53), value < 0);
}

double FloorDivide(double a, double b) {
  return std::floor(a / b);
}

double FloorModulo(double a, double b) {
  const double remainder = std::fmod(a, b);
  return (a < 0) != (b < 0) && remainder != 0 ? remainder + b : remainder;
}

}  // namespace firn::starlark::number
