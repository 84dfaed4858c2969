#include "formats/tsm/simple8b.h"

#include <algorithm>
#include <array>
#include <utility>

#include "formats/tsm/big_endian.h"

namespace firn::tsm {
namespace {

constexpr size_t kWordBytes = 8;
constexpr std::array<uint8_t, 16> kNumbersInWord = {240, 120, 60, 30, 20, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2, 1};

// Number and width are constants of the loop, so that the compiler writes it out.
template <size_t kNumbers, unsigned kBits>
uint64_t* Unpack(uint64_t word, uint64_t* out) {
  constexpr uint64_t kMask = (uint64_t{1} << kBits) - 1;
  for (size_t i = 0; i < kNumbers; ++i) out[i] = (word >> (i * kBits)) & kMask;
  return out + kNumbers;
}

uint64_t* UnpackOnes(size_t numbers, uint64_t* out) {
  return std::fill_n(out, numbers, uint64_t{1});
}

uint64_t* UnpackWord(uint64_t word, uint64_t* out) {
  switch (word >> 60) {
    case 0:
      return UnpackOnes(240, out);
    case 1:
      return UnpackOnes(120, out);
    case 2:
      return Unpack<60, 1>(word, out);
    case 3:
      return Unpack<30, 2>(word, out);
    case 4:
      return Unpack<20, 3>(word, out);
    case 5:
      return Unpack<15, 4>(word, out);
    case 6:
      return Unpack<12, 5>(word, out);
    case 7:
      return Unpack<10, 6>(word, out);
    case 8:
      return Unpack<8, 7>(word, out);
    case 9:
      return Unpack<7, 8>(word, out);
    case 10:
      return Unpack<6, 10>(word, out);
    case 11:
      return Unpack<5, 12>(word, out);
    case 12:
      return Unpack<4, 15>(word, out);
    case 13:
      return Unpack<3, 20>(word, out);
    case 14:
      return Unpack<2, 30>(word, out);
    default:
      return Unpack<1, 60>(word, out);
  }
}

}  // namespace

std::optional<uint64_t> CountSimple8b(std::string_view words) {
  if (words.size() % kWordBytes != 0) return std::nullopt;
  uint64_t count = 0;
  for (size_t at = 0; at < words.size(); at += kWordBytes)
    count += kNumbersInWord[static_cast<uint8_t>(words[at]) >> 4];
  return count;
}

void DecodeSimple8b(std::string_view words, std::span<uint64_t> out) {
  uint64_t* next = out.data();
  for (size_t at = 0; at < words.size(); at += kWordBytes)
    next = UnpackWord(LoadBigEndian<uint64_t>(words.data() + at), next);
}

}  // namespace firn::tsm
