#include "starlark/number/limbs.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace firn::starlark::number {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr size_t kKaratsubaLimbs = 32;
constexpr size_t kRecursiveDivisionLimbs = 64;

/// a[0, …) += b; the carry runs on in a and must end there.
void AddInPlace(std::span<Limb> a, LimbView b) {
  Limb carry = 0;
  for (size_t i = 0; i < a.size() && (i < b.size() || carry != 0); ++i) {
    const Wide sum = Wide(a[i]) + (i < b.size() ? b[i] : 0) + carry;
    a[i] = static_cast<Limb>(sum);
    carry = static_cast<Limb>(sum >> kLimbBits);
  }
}

/// a[0, …) -= b; returns the borrow that runs out of a.
Limb SubtractInPlace(std::span<Limb> a, LimbView b) {
  Limb borrow = 0;
  for (size_t i = 0; i < a.size() && (i < b.size() || borrow != 0); ++i) {
    const Wide difference = Wide(a[i]) - (i < b.size() ? b[i] : 0) - borrow;
    a[i] = static_cast<Limb>(difference);
    borrow = static_cast<Limb>(difference >> kLimbBits) & 1;
  }
  return borrow;
}

/// out[0, a + b) = a × b, digit by digit.
void MultiplySchoolbook(LimbView a, LimbView b, std::span<Limb> out) {
  std::fill(out.begin(), out.end(), 0);
  for (size_t i = 0; i < a.size(); ++i) {
    Limb carry = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const Wide sum = Wide(a[i]) * b[j] + out[i + j] + carry;
      out[i + j] = static_cast<Limb>(sum);
      carry = static_cast<Limb>(sum >> kLimbBits);
    }
    out[i + b.size()] = carry;
  }
}

void MultiplyInto(LimbView a, LimbView b, std::span<Limb> out);

/// Splits both at `half`: ab = high·2^2h + ((a0+a1)(b0+b1) − high − low)·2^h + low, three products instead of four.
void MultiplyKaratsuba(LimbView a, LimbView b, std::span<Limb> out) {
  const size_t half = (std::max(a.size(), b.size()) + 1) / 2;
  const LimbView a0 = Trimmed(a.first(half)), a1 = a.subspan(half);
  const LimbView b0 = Trimmed(b.first(half)), b1 = b.subspan(half);
  std::fill(out.begin(), out.end(), 0);
  MultiplyInto(a0, b0, out.first(a0.size() + b0.size()));
  MultiplyInto(a1, b1, out.subspan(2 * half, a1.size() + b1.size()));
  Limbs middle = MultiplyMagnitude(AddMagnitude(a0, a1), AddMagnitude(b0, b1));
  SubtractInPlace(middle, Trimmed(out.first(a0.size() + b0.size())));
  SubtractInPlace(middle, Trimmed(out.subspan(2 * half, a1.size() + b1.size())));
  AddInPlace(out.subspan(half), Trimmed(middle));
}

/// out[0, a + b) = a × b.
void MultiplyInto(LimbView a, LimbView b, std::span<Limb> out) {
  if (a.size() < b.size()) std::swap(a, b);
  if (b.size() < kKaratsubaLimbs) return MultiplySchoolbook(b, a, out);
  if (2 * b.size() > a.size() + 1) return MultiplyKaratsuba(a, b, out);
  // A long by a short factor: piece by piece, each as long as the short one.
  std::fill(out.begin(), out.end(), 0);
  for (size_t at = 0; at < a.size(); at += b.size()) {
    const LimbView piece = Trimmed(a.subspan(at, std::min(b.size(), a.size() - at)));
    AddInPlace(out.subspan(at), MultiplyMagnitude(piece, b));
  }
}

/// Knuth, "The Art of Computer Programming" 4.3.1, algorithm D. Requires b of two limbs or more, and a ≥ b.
QuotientRemainder DivideSchoolbook(LimbView a, LimbView b) {
  const int shift = std::countl_zero(b.back());
  const Limbs divisor = ShiftMagnitudeLeft(b, shift);
  Limbs rest = ShiftMagnitudeLeft(a, shift);
  rest.resize(a.size() + 1);
  const size_t n = divisor.size();
  Limbs quotient(a.size() - n + 1);
  for (size_t j = quotient.size(); j-- > 0;) {
    const Wide top = (Wide(rest[j + n]) << kLimbBits) | rest[j + n - 1];
    Wide guess = top / divisor[n - 1];
    Wide left = top % divisor[n - 1];
    while ((guess >> kLimbBits) != 0 || guess * divisor[n - 2] > ((left << kLimbBits) | rest[j + n - 2])) {
      --guess;
      left += divisor[n - 1];
      if ((left >> kLimbBits) != 0) break;
    }
    Limb carry = 0;
    Limb borrow = 0;
    for (size_t i = 0; i < n; ++i) {
      const Wide product = guess * divisor[i] + carry;
      carry = static_cast<Limb>(product >> kLimbBits);
      const Wide difference = Wide(rest[i + j]) - static_cast<Limb>(product) - borrow;
      rest[i + j] = static_cast<Limb>(difference);
      borrow = static_cast<Limb>(difference >> kLimbBits) & 1;
    }
    const Wide difference = Wide(rest[j + n]) - carry - borrow;
    rest[j + n] = static_cast<Limb>(difference);
    if ((difference >> kLimbBits) != 0) {  // The guess was one too high, which is rare: add the divisor back.
      --guess;
      AddInPlace(std::span(rest).subspan(j, n + 1), divisor);
    }
    quotient[j] = static_cast<Limb>(guess);
  }
  Trim(quotient);
  Trim(rest);
  return {std::move(quotient), ShiftMagnitudeRight(rest, shift)};
}

/// high · 2^(64·n) + low.
Limbs Join(LimbView high, LimbView low, size_t n) {
  Limbs joined(low.begin(), low.end());
  if (high.empty()) return joined;
  joined.resize(n);
  joined.insert(joined.end(), high.begin(), high.end());
  return joined;
}

LimbView LowPart(LimbView a, size_t n) {
  return Trimmed(a.first(std::min(a.size(), n)));
}
LimbView HighPart(LimbView a, size_t n) {
  return a.size() > n ? a.subspan(n) : LimbView();
}

QuotientRemainder DivideTwoByOne(LimbView a, LimbView b, size_t n);

/// Divides `high`·2^(64h) + low by b of 2h limbs, where the quotient fits h limbs.
QuotientRemainder DivideThreeByTwo(LimbView high, LimbView low, LimbView b, size_t h) {
  const LimbView b1 = HighPart(b, h), b0 = LowPart(b, h);
  QuotientRemainder result;
  if (CompareMagnitude(HighPart(high, h), b1) == 0) {
    // The largest quotient of h limbs: high − (2^(64h) − 1)·b1 remains.
    result.quotient.assign(h, ~Limb{0});
    result.remainder = AddMagnitude(LowPart(high, h), b1);
  } else {
    result = DivideTwoByOne(high, b1, h);
  }
  constexpr Limb one = 1;
  Limbs rest = Join(result.remainder, low, h);
  const Limbs product = MultiplyMagnitude(result.quotient, b0);
  while (CompareMagnitude(rest, product) < 0) {  // At most twice, as b's highest bit is set.
    rest = AddMagnitude(rest, b);
    SubtractInPlace(result.quotient, LimbView(&one, 1));
    Trim(result.quotient);
  }
  result.remainder = SubtractMagnitude(rest, product);
  return result;
}

/// Divides a < b·2^(64n) by b of n limbs whose highest bit is set (Burnikel and Ziegler, "Fast Recursive Division",
/// 1998).
QuotientRemainder DivideTwoByOne(LimbView a, LimbView b, size_t n) {
  if (n % 2 != 0 || n < kRecursiveDivisionLimbs) {
    if (CompareMagnitude(a, b) < 0) return {{}, Limbs(a.begin(), a.end())};
    return DivideSchoolbook(a, b);
  }
  const size_t h = n / 2;
  QuotientRemainder upper = DivideThreeByTwo(HighPart(a, n), LowPart(HighPart(a, h), h), b, h);
  QuotientRemainder lower = DivideThreeByTwo(upper.remainder, LowPart(a, h), b, h);
  return {Join(upper.quotient, lower.quotient, h), std::move(lower.remainder)};
}

/// Brings b to a length that halves evenly, with its highest bit set, and divides a in digits of that length.
QuotientRemainder DivideRecursively(LimbView a, LimbView b) {
  size_t n = b.size();
  size_t unit = 1;
  while (n / unit >= kRecursiveDivisionLimbs) unit *= 2;
  n = (n + unit - 1) / unit * unit;
  const uint64_t shift = uint64_t{n} * kLimbBits - BitLength(b);
  const Limbs divisor = ShiftMagnitudeLeft(b, shift);
  const Limbs dividend = ShiftMagnitudeLeft(a, shift);
  QuotientRemainder result;
  for (size_t digit = (dividend.size() + n - 1) / n; digit-- > 0;) {
    const LimbView low = LowPart(HighPart(dividend, digit * n), n);
    QuotientRemainder step = DivideTwoByOne(Join(result.remainder, low, n), divisor, n);
    result.quotient = Join(result.quotient, step.quotient, n);
    result.remainder = std::move(step.remainder);
  }
  result.remainder = ShiftMagnitudeRight(result.remainder, shift);
  return result;
}

}  // namespace

LimbView Trimmed(LimbView a) {
  while (!a.empty() && a.back() == 0) a = a.first(a.size() - 1);
  return a;
}

void Trim(Limbs& a) {
  a.resize(Trimmed(a).size());
}

uint64_t BitLength(LimbView a) {
  return a.empty() ? 0 : uint64_t{a.size()} * kLimbBits - std::countl_zero(a.back());
}

int CompareMagnitude(LimbView a, LimbView b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

Limbs AddMagnitude(LimbView a, LimbView b) {
  if (a.size() < b.size()) std::swap(a, b);
  Limbs sum;
  sum.reserve(a.size() + 1);
  sum.assign(a.begin(), a.end());
  sum.push_back(0);
  AddInPlace(sum, b);
  Trim(sum);
  return sum;
}

Limbs SubtractMagnitude(LimbView a, LimbView b) {
  Limbs difference(a.begin(), a.end());
  SubtractInPlace(difference, b);
  Trim(difference);
  return difference;
}

Limbs MultiplyMagnitude(LimbView a, LimbView b) {
  if (a.empty() || b.empty()) return {};
  Limbs product(a.size() + b.size());
  MultiplyInto(a, b, product);
  Trim(product);
  return product;
}

QuotientRemainder DivideMagnitude(LimbView a, LimbView b) {
  if (CompareMagnitude(a, b) < 0) return {{}, Limbs(a.begin(), a.end())};
  if (b.size() == 1) {
    QuotientRemainder result{Limbs(a.begin(), a.end()), {}};
    const Limb remainder = DivideByLimb(result.quotient, b[0]);
    if (remainder != 0) result.remainder.push_back(remainder);
    return result;
  }
  if (b.size() < kRecursiveDivisionLimbs || a.size() - b.size() < kRecursiveDivisionLimbs / 2) {
    return DivideSchoolbook(a, b);
  }
  return DivideRecursively(a, b);
}

Limb DivideByLimb(Limbs& a, Limb divisor) {
  Limb remainder = 0;
  for (size_t i = a.size(); i-- > 0;) {
    const Wide part = (Wide(remainder) << kLimbBits) | a[i];
    a[i] = static_cast<Limb>(part / divisor);
    remainder = static_cast<Limb>(part % divisor);
  }
  Trim(a);
  return remainder;
}

void MultiplyAddLimb(Limbs& a, Limb factor, Limb addend) {
  Limb carry = addend;
  for (Limb& limb : a) {
    const Wide sum = Wide(limb) * factor + carry;
    limb = static_cast<Limb>(sum);
    carry = static_cast<Limb>(sum >> kLimbBits);
  }
  if (carry != 0) a.push_back(carry);
}

Limbs ShiftMagnitudeLeft(LimbView a, uint64_t bits) {
  if (a.empty()) return {};
  const size_t whole = bits / kLimbBits;
  const int part = bits % kLimbBits;
  Limbs shifted(whole + a.size() + 1);
  for (size_t i = 0; i < a.size(); ++i) {
    shifted[whole + i] |= a[i] << part;
    if (part != 0) shifted[whole + i + 1] = a[i] >> (kLimbBits - part);
  }
  Trim(shifted);
  return shifted;
}

Limbs ShiftMagnitudeRight(LimbView a, uint64_t bits) {
  const uint64_t whole = bits / kLimbBits;
  if (whole >= a.size()) return {};
  const int part = bits % kLimbBits;
  Limbs shifted(a.begin() + whole, a.end());
  if (part != 0) {
    for (size_t i = 0; i < shifted.size(); ++i) {
      const Limb above = i + 1 < shifted.size() ? shifted[i + 1] : 0;
      shifted[i] = (shifted[i] >> part) | (above << (kLimbBits - part));
    }
  }
  Trim(shifted);
  return shifted;
}

uint64_t MultiplyCost(size_t a_limbs, size_t b_limbs) {
  const double shorter = static_cast<double>(std::min(a_limbs, b_limbs));
  const double longer = static_cast<double>(std::max(a_limbs, b_limbs));
  if (shorter < kKaratsubaLimbs) return static_cast<uint64_t>(shorter * longer);
  // longer/shorter products of s limbs each, s^1.585 limb products a piece (scaled to meet s² at the threshold).
  const double scale = std::pow(double{kKaratsubaLimbs}, 2 - 1.585);
  return static_cast<uint64_t>(longer / shorter * scale * std::pow(shorter, 1.585));
}

uint64_t DivideCost(size_t a_limbs, size_t b_limbs) {
  if (a_limbs < b_limbs) return 1;
  const size_t quotient_limbs = a_limbs - b_limbs + 1;
  if (b_limbs < kRecursiveDivisionLimbs || quotient_limbs < kRecursiveDivisionLimbs / 2) {
    return uint64_t{quotient_limbs} * b_limbs;
  }
  return 4 * MultiplyCost(std::max(quotient_limbs, b_limbs), b_limbs);
}

uint64_t RadixConversionCost(size_t limbs) {
  return limbs < kRecursiveDivisionLimbs ? uint64_t{limbs} * limbs : 8 * MultiplyCost(limbs, limbs);
}

}  // namespace firn::starlark::number
