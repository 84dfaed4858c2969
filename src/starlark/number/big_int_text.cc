#include <algorithm>
#include <charconv>

#include "starlark/number/big_int.h"

/// Integers to digits and back. Long ones are split in the middle at a power of the base, whose powers by repeated
/// squaring are computed once, so that the time is that of a few multiplications, not quadratic.

namespace firn::starlark::number {
namespace {

/// The largest power of the base that a limb holds.
struct Chunk {
  int digits;
  Limb power;
};

Chunk LargestChunk(int base) {
  Chunk chunk{1, static_cast<Limb>(base)};
  while (chunk.power <= ~Limb{0} / static_cast<Limb>(base)) {
    chunk.power *= static_cast<Limb>(base);
    ++chunk.digits;
  }
  return chunk;
}

constexpr size_t kChunksByHand = 32;

/// base^(digits of a chunk × kChunksByHand × 2^i).
class PowerTable {
 public:
  explicit PowerTable(int base) : chunk_(LargestChunk(base)) {
    Limbs first{1};
    for (size_t i = 0; i < kChunksByHand; ++i) MultiplyAddLimb(first, chunk_.power, 0);
    powers_.push_back(std::move(first));
  }
  const Chunk& chunk() const { return chunk_; }
  size_t Digits(size_t level) const { return (chunk_.digits * kChunksByHand) << level; }
  const Limbs& Power(size_t level) {
    while (powers_.size() <= level) powers_.push_back(MultiplyMagnitude(powers_.back(), powers_.back()));
    return powers_[level];
  }

 private:
  Chunk chunk_;
  std::vector<Limbs> powers_;
};

/// Appends digits of `value` in chunks; with zeros in front, up to `width` digits, if width is not 0.
void AppendByHand(std::string& out, Limbs value, const Chunk& chunk, int base, size_t width) {
  std::string reversed;
  while (!value.empty()) {
    Limb part = DivideByLimb(value, chunk.power);
    for (int i = 0; i < chunk.digits && (part != 0 || !value.empty()); ++i) {
      reversed.push_back("0123456789abcdefghijklmnopqrstuvwxyz"[part % static_cast<Limb>(base)]);
      part /= static_cast<Limb>(base);
    }
  }
  if (reversed.size() < width) out.append(width - reversed.size(), '0');
  out.append(reversed.rbegin(), reversed.rend());
}

/// Appends `value` < Power(level)², in `width` digits if that is not 0. Depth is the logarithm of the length.
void AppendSplit(std::string& out, Limbs value, PowerTable& powers, int base, size_t level, size_t width) {
  if (value.size() <= kChunksByHand) return AppendByHand(out, std::move(value), powers.chunk(), base, width);
  if (width == 0 && CompareMagnitude(value, powers.Power(level)) < 0) {
    return AppendSplit(out, std::move(value), powers, base, level - 1, 0);
  }
  QuotientRemainder halves = DivideMagnitude(value, powers.Power(level));
  const size_t low_digits = powers.Digits(level);
  AppendSplit(out, std::move(halves.quotient), powers, base, level == 0 ? 0 : level - 1,
              width == 0 ? 0 : width - low_digits);
  AppendSplit(out, std::move(halves.remainder), powers, base, level == 0 ? 0 : level - 1, low_digits);
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 36;
}

Limbs ParseByHand(std::string_view digits, int base) {
  const Chunk chunk = LargestChunk(base);
  Limbs value;
  while (!digits.empty()) {
    const size_t length = std::min(digits.size(), static_cast<size_t>(chunk.digits));
    Limb part = 0;
    Limb power = 1;
    for (char c : digits.substr(0, length)) {
      part = part * static_cast<Limb>(base) + static_cast<Limb>(DigitValue(c));
      power *= static_cast<Limb>(base);
    }
    MultiplyAddLimb(value, power, part);
    digits.remove_prefix(length);
  }
  Trim(value);
  return value;
}

Limbs ParseSplit(std::string_view digits, PowerTable& powers, int base, size_t level) {
  if (digits.size() <= powers.Digits(0)) return ParseByHand(digits, base);
  if (digits.size() <= powers.Digits(level)) return ParseSplit(digits, powers, base, level - 1);
  const size_t low_digits = powers.Digits(level);
  const Limbs high = ParseSplit(digits.substr(0, digits.size() - low_digits), powers, base, level);
  const Limbs low = ParseSplit(digits.substr(digits.size() - low_digits), powers, base, level == 0 ? 0 : level - 1);
  return AddMagnitude(MultiplyMagnitude(high, powers.Power(level)), low);
}

}  // namespace

std::optional<BigInt> BigInt::Parse(std::string_view digits, int base) {
  if (digits.empty()) return std::nullopt;
  for (char c : digits) {
    if (DigitValue(c) >= base) return std::nullopt;
  }
  const size_t digits_by_hand = static_cast<size_t>(LargestChunk(base).digits) * kChunksByHand;
  if (digits.size() <= digits_by_hand) return FromMagnitude(ParseByHand(digits, base), false);
  PowerTable powers(base);
  size_t level = 0;
  while (powers.Digits(level + 1) < digits.size()) ++level;
  return FromMagnitude(ParseSplit(digits, powers, base, level), false);
}

void AppendText(std::string& out, IntView value, int base) {
  if (const std::optional<int64_t> small = value.ToInt64()) {
    char text[66];
    out.append(text, std::to_chars(text, text + sizeof text, *small, base).ptr);
    return;
  }
  if (value.negative) out.push_back('-');
  Limbs magnitude(value.magnitude.begin(), value.magnitude.end());
  if (magnitude.size() <= kChunksByHand) return AppendByHand(out, std::move(magnitude), LargestChunk(base), base, 0);
  PowerTable powers(base);
  size_t level = 0;
  // n limbs squared are at least 2n − 1.
  while (2 * powers.Power(level).size() <= value.magnitude.size() + 1) ++level;
  AppendSplit(out, std::move(magnitude), powers, base, level, 0);
}

std::string ToText(IntView value, int base) {
  std::string text;
  AppendText(text, value, base);
  return text;
}

}  // namespace firn::starlark::number
