#include "starlark/number/big_int.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace firn::starlark::number {
namespace {

/// a + b, where b counts as negative if `b_negative` says so.
BigInt AddSigned(IntView a, LimbView b, bool b_negative) {
  if (a.negative == b_negative) return BigInt::FromMagnitude(AddMagnitude(a.magnitude, b), a.negative);
  if (CompareMagnitude(a.magnitude, b) >= 0) {
    return BigInt::FromMagnitude(SubtractMagnitude(a.magnitude, b), a.negative);
  }
  return BigInt::FromMagnitude(SubtractMagnitude(b, a.magnitude), b_negative);
}

/// Yields the limbs of a's two's complement, lowest first, without end.
class TwosComplement {
 public:
  explicit TwosComplement(IntView a) : a_(a) {}

  Limb Next() {
    const Limb limb = at_ < a_.magnitude.size() ? a_.magnitude[at_] : 0;
    ++at_;
    if (!a_.negative) return limb;
    const Limb complement = ~limb + carry_;
    carry_ = carry_ != 0 && limb == 0 ? 1 : 0;
    return complement;
  }

 private:
  IntView a_;
  size_t at_ = 0;
  Limb carry_ = 1;
};

/// One limb more than the longer operand has is enough to hold the sign of the result.
template <typename Operation>
BigInt Bitwise(IntView a, IntView b, Operation operation) {
  TwosComplement left(a), right(b);
  Limbs bits(std::max(a.magnitude.size(), b.magnitude.size()) + 1);
  for (Limb& limb : bits) limb = operation(left.Next(), right.Next());
  const bool negative = (bits.back() >> (kLimbBits - 1)) != 0;
  Limb carry = 1;
  for (Limb& limb : bits) {
    if (!negative) break;
    limb = ~limb + carry;
    carry = carry != 0 && limb == 0 ? 1 : 0;
  }
  return BigInt::FromMagnitude(std::move(bits), negative);
}

}  // namespace

std::optional<int64_t> IntView::ToInt64() const {
  if (IsZero()) return 0;
  if (magnitude.size() > 1) return std::nullopt;
  const uint64_t limit = uint64_t{1} << 63;
  if (negative) {
    if (magnitude[0] > limit) return std::nullopt;
    return static_cast<int64_t>(0 - magnitude[0]);
  }
  if (magnitude[0] >= limit) return std::nullopt;
  return static_cast<int64_t>(magnitude[0]);
}

std::optional<uint64_t> IntView::ToUint64() const {
  if (IsZero()) return 0;
  if (negative || magnitude.size() > 1) return std::nullopt;
  return magnitude[0];
}

BigInt::BigInt(int64_t value) : BigInt(FromView(SmallInt(value))) {}

BigInt BigInt::FromUint64(uint64_t value) {
  return FromView({LimbView(&value, value != 0 ? 1 : 0), false});
}

BigInt BigInt::FromView(IntView view) {
  return FromMagnitude(Limbs(view.magnitude.begin(), view.magnitude.end()), view.negative);
}

BigInt BigInt::FromMagnitude(Limbs magnitude, bool negative) {
  BigInt result;
  Trim(magnitude);
  result.negative_ = negative && !magnitude.empty();
  result.magnitude_ = std::move(magnitude);
  return result;
}

BigInt BigInt::Negated() && {
  negative_ = !negative_ && !magnitude_.empty();
  return std::move(*this);
}

BigInt Add(IntView a, IntView b) {
  return AddSigned(a, b.magnitude, b.negative);
}

BigInt Subtract(IntView a, IntView b) {
  return AddSigned(a, b.magnitude, !b.negative);
}

BigInt Multiply(IntView a, IntView b) {
  return BigInt::FromMagnitude(MultiplyMagnitude(a.magnitude, b.magnitude), a.negative != b.negative);
}

BigInt FloorDivide(IntView a, IntView b) {
  QuotientRemainder result = DivideMagnitude(a.magnitude, b.magnitude);
  const bool negative = a.negative != b.negative;
  if (negative && !result.remainder.empty()) {
    constexpr Limb one = 1;
    result.quotient = AddMagnitude(result.quotient, LimbView(&one, 1));
  }
  return BigInt::FromMagnitude(std::move(result.quotient), negative);
}

BigInt FloorModulo(IntView a, IntView b) {
  Limbs remainder = DivideMagnitude(a.magnitude, b.magnitude).remainder;
  if (a.negative != b.negative && !remainder.empty()) remainder = SubtractMagnitude(b.magnitude, remainder);
  return BigInt::FromMagnitude(std::move(remainder), b.negative);
}

BigInt Negate(IntView a) {
  return BigInt::FromView(a).Negated();
}

BigInt And(IntView a, IntView b) {
  return Bitwise(a, b, std::bit_and<Limb>());
}

BigInt Or(IntView a, IntView b) {
  return Bitwise(a, b, std::bit_or<Limb>());
}

BigInt Xor(IntView a, IntView b) {
  return Bitwise(a, b, std::bit_xor<Limb>());
}

BigInt Not(IntView a) {
  return Subtract(SmallInt(-1), a);
}

BigInt ShiftLeft(IntView a, uint64_t bits) {
  return BigInt::FromMagnitude(ShiftMagnitudeLeft(a.magnitude, bits), a.negative);
}

BigInt ShiftRight(IntView a, uint64_t bits) {
  if (!a.negative) return BigInt::FromMagnitude(ShiftMagnitudeRight(a.magnitude, bits), false);
  // ⌊−m / 2^n⌋ = −(⌊(m − 1) / 2^n⌋ + 1).
  constexpr Limb one = 1;
  const Limbs shifted = ShiftMagnitudeRight(SubtractMagnitude(a.magnitude, LimbView(&one, 1)), bits);
  return BigInt::FromMagnitude(AddMagnitude(shifted, LimbView(&one, 1)), true);
}

std::strong_ordering Compare(IntView a, IntView b) {
  if (a.negative != b.negative) return a.negative ? std::strong_ordering::less : std::strong_ordering::greater;
  const int order = CompareMagnitude(a.magnitude, b.magnitude);
  return (a.negative ? -order : order) <=> 0;
}

}  // namespace firn::starlark::number
