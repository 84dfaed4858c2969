#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/tsm/big_endian.h"

/// Words of 64 bits, big-endian, that hold 1 to 240 small numbers each: the upper four bits say how many and how wide
/// (docs/formats/tsm.md, "simple8b").
namespace firn::tsm {

/// How many numbers `words` holds; none when its size is no multiple of 8.
std::optional<uint64_t> CountSimple8b(std::string_view words);

namespace internal {

// Number and width are constants of the loop, so that the compiler writes it out.
template <size_t kNumbers, unsigned kBits, typename Take>
inline void TakeNumbers(uint64_t word, Take& take) {
  constexpr uint64_t kMask = (uint64_t{1} << kBits) - 1;
#pragma GCC unroll 60
  for (size_t i = 0; i < kNumbers; ++i) take((word >> (i * kBits)) & kMask);
}

template <typename Take>
inline void TakeOnes(size_t numbers, Take& take) {
  for (size_t i = 0; i < numbers; ++i) take(uint64_t{1});
}

}  // namespace internal

/// Calls `take` for each number in `words`, in order, without writing them anywhere in between.
template <typename Take>
void ForEachSimple8b(std::string_view words, Take take) {
  using internal::TakeNumbers;
  for (size_t at = 0; at < words.size(); at += 8) {
    const auto word = LoadBigEndian<uint64_t>(words.data() + at);
    switch (word >> 60) {
      case 0:
        internal::TakeOnes(240, take);
        break;
      case 1:
        internal::TakeOnes(120, take);
        break;
      case 2:
        TakeNumbers<60, 1>(word, take);
        break;
      case 3:
        TakeNumbers<30, 2>(word, take);
        break;
      case 4:
        TakeNumbers<20, 3>(word, take);
        break;
      case 5:
        TakeNumbers<15, 4>(word, take);
        break;
      case 6:
        TakeNumbers<12, 5>(word, take);
        break;
      case 7:
        TakeNumbers<10, 6>(word, take);
        break;
      case 8:
        TakeNumbers<8, 7>(word, take);
        break;
      case 9:
        TakeNumbers<7, 8>(word, take);
        break;
      case 10:
        TakeNumbers<6, 10>(word, take);
        break;
      case 11:
        TakeNumbers<5, 12>(word, take);
        break;
      case 12:
        TakeNumbers<4, 15>(word, take);
        break;
      case 13:
        TakeNumbers<3, 20>(word, take);
        break;
      case 14:
        TakeNumbers<2, 30>(word, take);
        break;
      default:
        TakeNumbers<1, 60>(word, take);
        break;
    }
  }
}

}  // namespace firn::tsm
