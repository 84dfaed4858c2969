#pragma once

#include <emmintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

/// Eight or sixteen bytes at a time. All of these read ahead: the caller sees to it that the bytes are there.

namespace firn::line_protocol {

inline uint64_t LoadWord(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

inline constexpr uint64_t kZeros = 0x3030303030303030;  // "00000000"

/// High bit of each byte of `digits` (a word xor kZeros) that was no digit.
inline uint64_t NonDigits(uint64_t digits) {
  return (((digits & 0x7f7f7f7f7f7f7f7f) + 0x7676767676767676) | digits) & 0x8080808080808080;
}

/// Index of the first byte marked in a mask of high bits; the mask is not 0.
inline unsigned FirstMarked(uint64_t mask) {
  return static_cast<unsigned>(std::countr_zero(mask)) >> 3;
}

/// Value of eight digits; the first one is the lowest byte, each byte is 0–9.
inline uint64_t EightDigits(uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  constexpr uint64_t kMask = 0x000000ff000000ff;
  constexpr uint64_t kHundreds = 100 + (uint64_t{1'000'000} << 32);
  constexpr uint64_t kOnes = 1 + (uint64_t{10'000} << 32);
  return ((digits & kMask) * kHundreds + ((digits >> 16) & kMask) * kOnes) >> 32;
}

/// Value of the first `count` (1–8) of them; what lies behind does not matter.
inline uint64_t FirstDigits(uint64_t digits, unsigned count) {
  return EightDigits(digits << (64 - 8 * count));
}

inline __m128i LoadBlock(const char* at) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
}

/// Bit i set: byte i is equal.
inline unsigned EqualMask(__m128i a, __m128i b) {
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)));
}

/// Whether `size` bytes are equal; up to 15 bytes behind them are read on both sides.
inline bool EqualAhead(const char* a, const char* b, size_t size) {
  size_t at = 0;
  for (; at + 16 <= size; at += 16) {
    if (EqualMask(LoadBlock(a + at), LoadBlock(b + at)) != 0xffff) return false;
  }
  const unsigned wanted = (1u << (size - at)) - 1;
  return (EqualMask(LoadBlock(a + at), LoadBlock(b + at)) & wanted) == wanted;
}

/// The first of two bytes in [at, end), or end. Reads whole blocks.
inline const char* FindEither(const char* at, const char* end, char first, char second) {
  const __m128i firsts = _mm_set1_epi8(first);
  const __m128i seconds = _mm_set1_epi8(second);
  for (; at < end; at += 16) {
    const __m128i block = LoadBlock(at);
    const unsigned found = EqualMask(block, firsts) | EqualMask(block, seconds);
    if (found == 0) continue;
    at += std::countr_zero(found);
    return at < end ? at : end;
  }
  return end;
}

}  // namespace firn::line_protocol
