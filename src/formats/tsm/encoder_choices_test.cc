// Random series that reach every choice which the server's encoders have, and come back as they were. That the test's
// own encoders choose as the server's do is tested against the server's bytes (golden_blocks_test.cc).
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <random>

#include "formats/tsm/big_endian.h"
#include "formats/tsm/block.h"
#include "tsm_writer.h"

namespace firn::tsm {
namespace {

/// How often each choice was seen.
using Seen = std::map<std::string, int>;

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}

  uint64_t Below(uint64_t bound) { return engine_() % bound; }
  /// A number of just so many bits; 1 for none.
  uint64_t OfBits(unsigned bits) {
    if (bits == 0) return 1;
    const uint64_t highest = uint64_t{1} << (bits - 1);
    return highest | (engine_() & (highest - 1));
  }
  /// Runs of numbers of like width, as each selector of simple8b wants them.
  std::vector<uint64_t> Widths(unsigned most_bits, uint64_t most_sum) {
    std::vector<uint64_t> numbers;
    uint64_t sum = 0;
    for (uint64_t runs = 1 + Below(4); runs > 0; --runs) {
      const auto bits = static_cast<unsigned>(Below(most_bits + 1));
      for (uint64_t left = 1 + Below(bits == 0 ? 300 : 70); left > 0; --left) {
        const uint64_t number = OfBits(bits);
        if (number > most_sum - sum) return numbers;
        sum += number;
        numbers.push_back(number);
      }
    }
    return numbers;
  }

 private:
  std::mt19937_64 engine_;
};

void CountSelectors(std::string_view words, const std::string& of, Seen& seen) {
  for (size_t at = 0; at < words.size(); at += 8)
    ++seen[fmt::format("{} selector {}", of, LoadBigEndian<uint64_t>(words.data() + at) >> 60)];
}

/// Notes scheme and selectors of timestamps or integers.
void CountChoices(std::string_view bytes, const std::string& of, Seen& seen) {
  const auto first = static_cast<uint8_t>(bytes[0]);
  ++seen[fmt::format("{} scheme {}", of, first >> 4)];
  if (of == "timestamps" && first >> 4 != 0) ++seen[fmt::format("divisor 10^{}", first & 0xf)];
  if (first >> 4 == 1) CountSelectors(bytes.substr(9), of, seen);
}

BlockValues MustDecode(std::string_view bytes, Block& block) {
  BlockValues values;
  const Result<Block> parsed = ParseBlock(bytes);
  EXPECT_TRUE(parsed.ok());
  if (!parsed.ok()) return values;
  block = *parsed;
  BlockDecoder decoder;
  EXPECT_TRUE(decoder.Decode(block, values).ok());
  return values;
}

/// Every choice of `of`: three schemes and sixteen selectors.
void ExpectAllSchemes(const Seen& seen, const std::string& of) {
  for (int scheme = 0; scheme < 3; ++scheme)
    EXPECT_TRUE(seen.contains(fmt::format("{} scheme {}", of, scheme))) << scheme;
  for (int selector = 0; selector < 16; ++selector)
    EXPECT_TRUE(seen.contains(fmt::format("{} selector {}", of, selector))) << of << " " << selector;
}

TEST(TsmEncoderChoices, OfTimestampsAreAllReached) {
  Seen seen;
  for (uint64_t seed = 0; seed < 1'500; ++seed) {
    Dice dice(seed);
    uint64_t unit = 1;
    for (uint64_t digits = dice.Below(13); digits > 0; --digits) unit *= 10;
    // Now and then beyond what simple8b takes, and regular ones.
    const unsigned bits = seed % 10 == 0 ? 62 : 60;
    std::vector<uint64_t> deltas = dice.Widths(unit == 1 ? bits : 64 - static_cast<unsigned>(std::bit_width(unit)) - 2,
                                               (uint64_t{1} << 63) / unit - 1);
    if (seed % 7 == 0) deltas.assign(deltas.size(), 10 * (1 + dice.Below(50)));
    std::vector<int64_t> times = {static_cast<int64_t>(dice.Below(2) == 0 ? 0 : 0 - (uint64_t{1} << 62))};
    for (const uint64_t delta : deltas)
      times.push_back(static_cast<int64_t>(static_cast<uint64_t>(times.back()) + delta * unit));
    Block block;
    const std::string bytes = firn::testing::EncodeBlock(times, std::vector<int64_t>(times.size(), 7));
    ASSERT_EQ(MustDecode(bytes, block).times, times) << "seed " << seed;
    CountChoices(block.timestamps, "timestamps", seen);
  }
  ExpectAllSchemes(seen, "timestamps");
  for (int digits = 0; digits <= 12; ++digits)
    EXPECT_TRUE(seen.contains(fmt::format("divisor 10^{}", digits))) << digits;
}

template <typename T>
void ReachAllChoicesOfIntegers(const std::string& of) {
  Seen seen;
  for (uint64_t seed = 0; seed < 1'500; ++seed) {
    Dice dice(seed);
    // As zig-zag differences: every second one goes down.
    std::vector<T> values = {static_cast<T>(dice.OfBits(static_cast<unsigned>(dice.Below(65))))};
    const bool regular = seed % 7 == 0;
    for (const uint64_t zigzag : dice.Widths(seed % 10 == 0 ? 64 : 60, UINT64_MAX)) {
      const uint64_t delta = regular ? 5 : (zigzag >> 1) ^ (0 - (zigzag & 1));
      values.push_back(static_cast<T>(static_cast<uint64_t>(values.back()) + delta));
    }
    std::vector<int64_t> times;
    for (size_t i = 0; i < values.size(); ++i) times.push_back(static_cast<int64_t>(i));
    Block block;
    const std::string bytes = firn::testing::EncodeBlock(times, values);
    const BlockValues decoded = MustDecode(bytes, block);
    ASSERT_TRUE(std::equal(values.begin(), values.end(), decoded.integers.begin(), decoded.integers.end(),
                           [](T a, uint64_t b) { return static_cast<uint64_t>(a) == b; }))
        << "seed " << seed;
    CountChoices(block.values, of, seen);
  }
  ExpectAllSchemes(seen, of);
}

TEST(TsmEncoderChoices, OfIntegersAreAllReached) {
  ReachAllChoicesOfIntegers<int64_t>("integers");
}

TEST(TsmEncoderChoices, OfUnsignedIntegersAreAllReached) {
  ReachAllChoicesOfIntegers<uint64_t>("unsigned");
}

/// Walks a Gorilla stream by its control bits alone.
void CountFloatChoices(std::string_view bytes, size_t values, Seen& seen) {
  const std::string_view stream = bytes.substr(9);
  size_t at = 0;
  const auto take = [&](unsigned bits) {
    uint64_t number = 0;
    for (; bits > 0; --bits, ++at)
      number = (number << 1) | ((static_cast<uint8_t>(stream[at / 8]) >> (7 - at % 8)) & 1);
    return number;
  };
  unsigned window = 0;
  for (size_t i = 1; i < values; ++i) {
    if (take(1) == 0) {
      ++seen["the same"];
      continue;
    }
    if (take(1) == 1) {
      const uint64_t leading = take(5);
      window = static_cast<unsigned>(take(6));
      ++seen[window == 0 ? "a new window of all bits" : "a new window"];
      if (leading == 31) ++seen["31 leading zeros"];
      if (window == 0) window = 64;
    } else {
      ++seen["the window kept"];
    }
    at += window;
  }
}

TEST(TsmEncoderChoices, OfFloatsAreAllReached) {
  Seen seen;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Dice dice(seed);
    std::vector<double> values = {1.0};
    std::vector<int64_t> times = {0};
    const unsigned bits = 1 + static_cast<unsigned>(dice.Below(64));
    for (uint64_t left = dice.Below(100); left > 0; --left) {
      const uint64_t changed = dice.Below(3) == 0 ? 0 : dice.OfBits(bits) << dice.Below(65 - bits);
      const uint64_t next = std::bit_cast<uint64_t>(values.back()) ^ changed;
      values.push_back(std::isnan(std::bit_cast<double>(next)) ? values.back() : std::bit_cast<double>(next));
      times.push_back(times.back() + 1);
    }
    Block block;
    const std::string bytes = firn::testing::EncodeBlock(times, values);
    const BlockValues decoded = MustDecode(bytes, block);
    ASSERT_TRUE(std::equal(values.begin(), values.end(), decoded.float64s.begin(), decoded.float64s.end(),
                           [](double a, double b) { return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b); }))
        << "seed " << seed;
    CountFloatChoices(block.values, values.size(), seen);
  }
  for (const char* choice :
       {"the same", "the window kept", "a new window", "a new window of all bits", "31 leading zeros"})
    EXPECT_TRUE(seen.contains(choice)) << choice;
}

}  // namespace
}  // namespace firn::tsm
