#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "starlark/number/limbs.h"

/// Integers without limit, with the arithmetic of Starlark: division floors, bits are two's complement of infinite
/// width.
///
/// `IntView` looks at an integer wherever its limbs stand (a heap object, a BigInt, or an int64 through `SmallInt`);
/// operations take views and return a BigInt, which owns its limbs. Time is sub-quadratic in the number of limbs:
/// Karatsuba's multiplication, recursive division, radix conversion by halves. `limbs.h` tells what an operation costs
/// beforehand, so that an interpreter can charge for it. Values are immutable, so readable from all threads.

namespace firn::starlark::number {

/// Sign and magnitude. Canonical: the last limb is not 0; zero has no limbs and is not negative.
struct IntView {
  LimbView magnitude;
  bool negative = false;

  bool IsZero() const { return magnitude.empty(); }
  /// −1, 0 or 1.
  int Sign() const { return IsZero() ? 0 : negative ? -1 : 1; }
  /// The value where int64 holds it.
  std::optional<int64_t> ToInt64() const;
  std::optional<uint64_t> ToUint64() const;
  /// The nearest double, ties to even; infinity beyond the largest.
  double ToDouble() const;
  /// Bits of the magnitude; 0 has none.
  uint64_t BitLength() const { return starlark::number::BitLength(magnitude); }
};

/// An int64 as a view. The view lives as long as this object.
class SmallInt {
 public:
  explicit SmallInt(int64_t value)
      : limb_(value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value)), negative_(value < 0) {}
  operator IntView() const { return {LimbView(&limb_, limb_ != 0 ? 1 : 0), negative_}; }

 private:
  Limb limb_;
  bool negative_;
};

class BigInt {
 public:
  BigInt() = default;
  explicit BigInt(int64_t value);
  static BigInt FromUint64(uint64_t value);
  static BigInt FromView(IntView view);
  /// Takes a magnitude, which may have zeros at its upper end.
  static BigInt FromMagnitude(Limbs magnitude, bool negative);
  /// Cuts the fraction off. Requires a finite value.
  static BigInt FromDouble(double value);
  /// All of `digits` in base 2..36, either case, without sign, prefix or separators; nothing for anything else.
  static std::optional<BigInt> Parse(std::string_view digits, int base);

  operator IntView() const { return view(); }
  IntView view() const { return {magnitude_, negative_}; }
  const Limbs& magnitude() const { return magnitude_; }
  bool negative() const { return negative_; }
  BigInt Negated() &&;

 private:
  Limbs magnitude_;
  bool negative_ = false;
};

BigInt Add(IntView a, IntView b);
BigInt Subtract(IntView a, IntView b);
BigInt Multiply(IntView a, IntView b);
/// Quotient toward −∞. Requires b ≠ 0.
BigInt FloorDivide(IntView a, IntView b);
/// What FloorDivide leaves; has the sign of b. Requires b ≠ 0.
BigInt FloorModulo(IntView a, IntView b);
BigInt Negate(IntView a);

BigInt And(IntView a, IntView b);
BigInt Or(IntView a, IntView b);
BigInt Xor(IntView a, IntView b);
/// −a − 1.
BigInt Not(IntView a);
BigInt ShiftLeft(IntView a, uint64_t bits);
/// Arithmetic: toward −∞.
BigInt ShiftRight(IntView a, uint64_t bits);

std::strong_ordering Compare(IntView a, IntView b);

/// Digits in base 2..36, lower case, with '-' in front of negative values.
std::string ToText(IntView value, int base = 10);
void AppendText(std::string& out, IntView value, int base = 10);

}  // namespace firn::starlark::number
