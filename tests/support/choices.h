#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace firn::testing {

/// Makes the decisions of a generator of test cases: from the bytes of a fuzzer – when they are used up always the
/// first possibility, which must be one that ends –, or from a seed, then without end.
class Choices {
 public:
  static Choices FromBytes(std::string_view bytes) { return Choices(bytes, 0); }
  static Choices FromSeed(uint64_t seed) { return Choices({}, seed | kIsSeeded); }

  /// A number below `count`.
  uint32_t Pick(uint32_t count) {
    if (state_ != 0) return static_cast<uint32_t>((NextRandom() >> 33) % count);
    if (offset_ == bytes_.size()) return 0;
    return static_cast<unsigned char>(bytes_[offset_++]) % count;
  }

  template <typename T>
  T PickOf(std::initializer_list<T> possibilities) {
    return possibilities.begin()[Pick(static_cast<uint32_t>(possibilities.size()))];
  }

  /// True once in `count` times.
  bool Once(uint32_t count) { return Pick(count) == count - 1; }

 private:
  static constexpr uint64_t kIsSeeded = uint64_t{1} << 63;

  Choices(std::string_view bytes, uint64_t state) : bytes_(bytes), state_(state) {}

  /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
  uint64_t NextRandom() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  std::string_view bytes_;
  size_t offset_ = 0;
  uint64_t state_;  ///< 0: bytes are used
};

}  // namespace firn::testing
