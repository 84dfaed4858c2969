#include "formats/tsm/crc32.h"

#include <immintrin.h>
#include <zlib.h>

// A CRC is the remainder of a division of polynomials, so 64 bytes may be replaced by their product with a power of x,
// modulo the polynomial, added to the 64 bytes behind them: "folding". Four lanes of 128 bits are folded side by side,
// then into one, and what is left is divided by multiplying with the inverse (Barrett). Method and constants: Gopal et
// al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009, for the reflected
// polynomial.

namespace firn::tsm {
namespace {

constexpr size_t kLane = 16;
constexpr size_t kLanes = 4 * kLane;

#define FIRN_PCLMUL __attribute__((target("pclmul,sse4.2")))

FIRN_PCLMUL __m128i Load(const char* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

/// `lane`, moved on by the distance that `powers` stand for, plus `next`.
FIRN_PCLMUL __m128i Fold(__m128i lane, __m128i powers, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(lane, powers, 0x00);
  const __m128i high = _mm_clmulepi64_si128(lane, powers, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// The remainder of the 128 bits that are left.
FIRN_PCLMUL uint32_t Reduce(__m128i lane, __m128i fold_one_lane) {
  const __m128i low_words = _mm_setr_epi32(-1, 0, -1, 0);
  // 128 → 96 → 64 bits.
  __m128i rest = _mm_xor_si128(_mm_srli_si128(lane, 8), _mm_clmulepi64_si128(lane, fold_one_lane, 0x10));
  const __m128i fold_word = _mm_set_epi64x(0, 0x163cd6124);
  rest = _mm_xor_si128(_mm_srli_si128(rest, 4), _mm_clmulepi64_si128(_mm_and_si128(rest, low_words), fold_word, 0x00));
  // Barrett: quotient by the inverse, then what it leaves.
  const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641);
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(rest, low_words), barrett, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low_words), barrett, 0x00);
  return static_cast<uint32_t>(_mm_extract_epi32(_mm_xor_si128(rest, quotient), 1));
}

/// The register of the CRC, not yet inverted, after `bytes`: a multiple of 16 bytes, 64 or more.
FIRN_PCLMUL uint32_t FoldAll(std::string_view bytes) {
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  __m128i lanes[4] = {Load(at), Load(at + kLane), Load(at + 2 * kLane), Load(at + 3 * kLane)};
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(-1));  // the register begins with ones
  at += kLanes;
  const __m128i fold_four_lanes = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  for (; static_cast<size_t>(end - at) >= kLanes; at += kLanes) {
    for (size_t i = 0; i < 4; ++i) lanes[i] = Fold(lanes[i], fold_four_lanes, Load(at + i * kLane));
  }
  const __m128i fold_one_lane = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  __m128i lane = lanes[0];
  for (size_t i = 1; i < 4; ++i) lane = Fold(lane, fold_one_lane, lanes[i]);
  for (; at < end; at += kLane) lane = Fold(lane, fold_one_lane, Load(at));
  return Reduce(lane, fold_one_lane);
}

#undef FIRN_PCLMUL

}  // namespace

uint32_t Crc32(std::string_view bytes) {
  static const bool has_pclmul = __builtin_cpu_supports("pclmul") != 0;
  uint32_t crc = 0;
  if (has_pclmul && bytes.size() >= kLanes) {
    const size_t folded = bytes.size() / kLane * kLane;
    crc = ~FoldAll(bytes.substr(0, folded));
    bytes.remove_prefix(folded);
  }
  return static_cast<uint32_t>(::crc32_z(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

}  // namespace firn::tsm
