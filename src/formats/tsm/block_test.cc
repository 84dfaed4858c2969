#include "formats/tsm/block.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "tsm_writer.h"

namespace firn::tsm {
namespace {

using firn::testing::TsmBoolean;
using firn::testing::TsmValues;

std::string FromHex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

std::string BlockOf(uint8_t type, std::string_view timestamps, std::string_view values) {
  std::string block(1, static_cast<char>(type));
  block += static_cast<char>(timestamps.size());  // below 128 here
  return block.append(timestamps).append(values);
}

BlockValues MustDecode(std::string_view bytes) {
  BlockValues values;
  const Result<Block> block = ParseBlock(bytes);
  if (!block.ok()) {
    ADD_FAILURE() << block.error().message();
    return values;
  }
  BlockDecoder decoder;
  const Status decoded = decoder.Decode(*block, values);
  if (!decoded.ok()) ADD_FAILURE() << decoded.error().message();
  return values;
}

TsmValues ValuesOf(const BlockValues& decoded) {
  switch (decoded.type) {
    case point::FieldType::kFloat64:
      return decoded.float64s;
    case point::FieldType::kInt64: {
      std::vector<int64_t> values;
      for (const uint64_t value : decoded.integers) values.push_back(static_cast<int64_t>(value));
      return values;
    }
    case point::FieldType::kUint64:
      return decoded.integers;
    case point::FieldType::kBoolean: {
      std::vector<TsmBoolean> values;
      for (const uint8_t value : decoded.booleans) values.push_back({value == 1});
      return values;
    }
    case point::FieldType::kString: {
      std::vector<std::string> values;
      size_t begin = 0;
      for (const int32_t end : decoded.string_ends) {
        values.push_back(decoded.string_bytes.substr(begin, static_cast<size_t>(end) - begin));
        begin = static_cast<size_t>(end);
      }
      return values;
    }
  }
  return {};
}

/// As many times, one second apart, as there are values.
std::vector<int64_t> Seconds(size_t count) {
  std::vector<int64_t> times;
  for (size_t i = 0; i < count; ++i) times.push_back(static_cast<int64_t>(i) * 1'000'000'000);
  return times;
}

// Bytes below were made by the server's own encoders.

struct TimestampCase {
  std::string_view bytes;
  std::vector<int64_t> times;
  std::string_view encoding;
};

TEST(TsmBlock, TakesTheServersTimestamps) {
  const std::vector<TimestampCase> cases = {
      {"23 00000000000003e8 01 04", {1000, 2000, 3000, 4000}, "run length"},
      {"2a 16345785d8a00000 01 03", {1600000000000000000, 1600000010000000000, 1600000020000000000}, "run length"},
      {"19 16345785d8a00000 e0000003c000000a",
       {1600000000000000000, 1600000010000000000, 1600000025000000000},
       "simple8b"},
      {"1c 16345785d8a00000", {1600000000000000000}, "simple8b"},
      {"20 0000000000000005 01 02", {5, 6}, "run length"},
      {"20 0000000000000000 808080808080808020 02", {0, int64_t{1} << 61}, "run length"},
  };
  for (const TimestampCase& c : cases) {
    const std::string bytes = FromHex(c.bytes);
    const std::string values = firn::testing::EncodeBooleans(std::vector<TsmBoolean>(c.times.size(), TsmBoolean{true}));
    const std::string block = BlockOf(2, bytes, values);
    EXPECT_EQ(MustDecode(block).times, c.times) << c.bytes;
    EXPECT_EQ(TimestampEncodingName(*ParseBlock(block)), c.encoding) << c.bytes;
    EXPECT_EQ(firn::testing::EncodeTimestamps(c.times), bytes) << "the test's own encoder, " << c.bytes;
  }
}

struct ValueCase {
  uint8_t type;
  std::string_view bytes;
  TsmValues values;
  std::string_view encoding;
};

TEST(TsmBlock, TakesTheServersValues) {
  using Floats = std::vector<double>;
  using Integers = std::vector<int64_t>;
  using Booleans = std::vector<TsmBoolean>;
  using Strings = std::vector<std::string>;
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const std::vector<ValueCase> cases = {
      {1, "20 0000000000000002 02 03", Integers{1, 2, 3, 4}, "run length"},
      {1, "20 000000000000000e 00 03", Integers{7, 7, 7, 7}, "run length"},
      {1, "10 0000000000000014 d0002e0000f00009", Integers{10, 5, -3, 20}, "simple8b"},
      {1, "10 000000000000000a", Integers{5}, "simple8b"},
      {1, "10 000000000000000a f000000000000002", Integers{5, 6}, "simple8b"},
      {1, "10 0000000000000001", Integers{-1}, "simple8b"},
      {1, "00 0000000000000000 fffffffffffffffe fffffffffffffffd", Integers{0, kMax, 0}, "raw"},
      {0, "10 3ff8000000000000 c3fc0000000000000010", Floats{1.5}, "gorilla"},
      {0, "10 0000000000000000 61ffffc0000000000008", Floats{0, 0}, "gorilla"},
      {0, "10 3ff0000000000000 c25fffd80f17dff800000000000080", Floats{1, 2, 3}, "gorilla"},
      {0, "10 4028000000000000 6b07ac49a58beff000000000000040", Floats{12, 12, 24, 13, 24, 24}, "gorilla"},
      {2, "10 03 a0", Booleans{{true}, {false}, {true}}, "bits"},
      {2, "10 09 ff 00", Booleans{{true}, {true}, {true}, {true}, {true}, {true}, {true}, {true}, {false}}, "bits"},
      {3, "10 05 10 01 61 02 62 63", Strings{"a", "bc"}, "snappy"},
      {3, "10 01 00 00", Strings{""}, "snappy"},
  };
  for (const ValueCase& c : cases) {
    const std::string bytes = FromHex(c.bytes);
    const size_t count = std::visit([](const auto& values) { return values.size(); }, c.values);
    const std::string block = BlockOf(c.type, firn::testing::EncodeTimestamps(Seconds(count)), bytes);
    EXPECT_EQ(ValuesOf(MustDecode(block)), c.values) << c.bytes;
    EXPECT_EQ(ValueEncodingName(*ParseBlock(block)), c.encoding) << c.bytes;
    EXPECT_EQ(firn::testing::EncodeBlock(Seconds(count), c.values), block) << "the test's own encoder, " << c.bytes;
  }
}

TEST(TsmBlock, TakesAnEmptyBlock) {
  for (const std::string_view hex :
       {"00 00", "00 00 10 7ff8000000000001", "01 00", "02 00 10 00", "02 00 10 00 00", "03 00 10", "04 00"}) {
    EXPECT_EQ(MustDecode(FromHex(hex)).size(), 0u) << hex;
  }
}

/// Random series that reach every choice of the encoders.
class RandomSeries {
 public:
  explicit RandomSeries(uint64_t seed) : engine_(seed) {}

  std::vector<int64_t> Times(size_t count) {
    constexpr std::array<uint64_t, 6> kUnits = {1, 1'000, 1'000'000, 1'000'000'000, 60'000'000'000, uint64_t{1} << 57};
    const uint64_t unit = kUnits[Below(kUnits.size())];
    const bool regular = Below(2) == 0;
    const uint64_t most = uint64_t{1} << Below(6);
    std::vector<int64_t> times;
    auto time = static_cast<uint64_t>(Below(2) == 0 ? int64_t{1'700'000'000'000'000'000} : int64_t{-5'000'000'000});
    for (size_t i = 0; i < count; ++i) {
      times.push_back(static_cast<int64_t>(time));
      time += unit * (regular ? 1 : 1 + Below(most));
      if (unit > 1'000'000'000'000 && i > 20) break;
    }
    return times;
  }

  TsmValues Values(size_t type, size_t count) {
    switch (type) {
      case 0:
        return Make<double>(count, [&](double last) { return NextFloat(last); });
      case 1:
        return Make<int64_t>(
            count, [&](int64_t last) { return static_cast<int64_t>(NextInteger(static_cast<uint64_t>(last))); });
      case 2:
        return Make<uint64_t>(count, [&](uint64_t last) { return NextInteger(last); });
      case 3:
        return Make<TsmBoolean>(count, [&](TsmBoolean) { return TsmBoolean{Below(2) == 0}; });
      default:
        return Make<std::string>(
            count, [&](const std::string&) { return std::string(Below(40), static_cast<char>(Below(256))); });
    }
  }
  uint64_t Below(uint64_t bound) { return engine_() % bound; }
  void ChooseShape() { shape_ = Below(5); }

 private:
  template <typename T, typename Next>
  TsmValues Make(size_t count, Next next) {
    ChooseShape();
    std::vector<T> values;
    T last{};
    for (size_t i = 0; i < count; ++i) values.push_back(last = next(last));
    return values;
  }

  uint64_t NextInteger(uint64_t last) {
    constexpr std::array<unsigned, 5> kBits = {0, 1, 7, 25, 64};
    const unsigned bits = kBits[shape_];
    if (bits == 0) return last;
    if (bits == 1) return last + 3;
    return bits == 64 ? engine_() : last + Below(uint64_t{1} << Below(bits + 1));
  }

  double NextFloat(double last) {
    switch (shape_) {
      case 0:
        return last;
      case 1:
        return last + 1;
      case 2:
        return std::round((last + static_cast<double>(Below(200)) - 100) * 100) / 100;
      case 3:
        return last + static_cast<double>(engine_()) / 1e12;
      default: {
        const uint64_t bits = engine_() >> Below(64);
        return bits == 0x7ff8000000000001 ? 0 : std::bit_cast<double>(bits);
      }
    }
  }

  std::mt19937_64 engine_;
  uint64_t shape_ = 0;
};

bool SameBits(const TsmValues& a, const TsmValues& b) {
  const auto* floats_a = std::get_if<std::vector<double>>(&a);
  const auto* floats_b = std::get_if<std::vector<double>>(&b);
  if (floats_a == nullptr || floats_b == nullptr) return a == b;
  return std::equal(floats_a->begin(), floats_a->end(), floats_b->begin(), floats_b->end(),
                    [](double x, double y) { return std::bit_cast<uint64_t>(x) == std::bit_cast<uint64_t>(y); });
}

TEST(TsmBlock, GivesBackWhatTheEncodersMade) {
  std::map<std::string, int> seen;
  for (uint64_t seed = 0; seed < 2'000; ++seed) {
    RandomSeries series(seed);
    const std::vector<int64_t> times = series.Times(1 + series.Below(seed % 10 == 0 ? 1'300 : 60));
    const TsmValues values = series.Values(seed % 5, times.size());
    const std::string bytes = firn::testing::EncodeBlock(times, values);
    const BlockValues decoded = MustDecode(bytes);
    ASSERT_EQ(decoded.times, times) << "seed " << seed;
    ASSERT_TRUE(SameBits(ValuesOf(decoded), values)) << "seed " << seed;
    const Block block = *ParseBlock(bytes);
    ++seen[fmt::format("times {}", TimestampEncodingName(block))];
    ++seen[fmt::format("{} {}", point::FieldTypeName(block.type), ValueEncodingName(block))];
  }
  EXPECT_EQ(seen.size(), 3u + 1 + 3 + 3 + 1 + 1) << "an encoding was not reached";
}

TEST(TsmBlock, RefusesEveryCutBlock) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    RandomSeries series(seed);
    const std::vector<int64_t> times = series.Times(40);
    const std::string whole = firn::testing::EncodeBlock(times, series.Values(seed % 5, times.size()));
    for (size_t size = 0; size < whole.size(); ++size) {
      // A copy of its own size, so that reading one byte too many is seen.
      const std::vector<char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      const Result<Block> block = ParseBlock({cut.data(), cut.size()});
      if (!block.ok()) continue;
      BlockValues values;
      BlockDecoder decoder;
      const Status decoded = decoder.Decode(*block, values);
      EXPECT_TRUE(!decoded.ok() || block->count < times.size()) << "seed " << seed << ", " << size << " bytes";
    }
  }
}

TEST(TsmBlock, SurvivesEveryFlippedBit) {
  for (uint64_t seed = 0; seed < 25; ++seed) {
    RandomSeries series(seed);
    const std::vector<int64_t> times = series.Times(30);
    const std::string whole = firn::testing::EncodeBlock(times, series.Values(seed % 5, times.size()));
    for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
      std::vector<char> damaged(whole.begin(), whole.end());
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      const Result<Block> block = ParseBlock({damaged.data(), damaged.size()});
      if (!block.ok()) continue;
      BlockValues values;
      BlockDecoder decoder;
      (void)decoder.Decode(*block, values);
    }
  }
}

TEST(TsmBlock, ChecksumFindsEveryFlippedByte) {
  const std::string file = [] {
    firn::testing::TsmWriter writer;
    writer.AddBlock("cpu#!~#n", Seconds(3), std::vector<int64_t>{4, 8, 1});
    return writer.Finish();
  }();
  const std::string block =
      file.substr(5, 4 + firn::testing::EncodeBlock(Seconds(3), std::vector<int64_t>{4, 8, 1}).size());
  ASSERT_TRUE(ParseChecked(block).ok());
  for (size_t at = 0; at < block.size(); ++at) {
    std::string damaged = block;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const Result<Block> parsed = ParseChecked(damaged);
    ASSERT_FALSE(parsed.ok()) << at;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(TsmBlock, RefusesARunThatClaimsMoreThanABlockMayHave) {
  // Eleven bytes that would be 2^40 times.
  const Result<Block> block =
      ParseBlock(BlockOf(1, FromHex("20 0000000000000005 01 808080808040"), FromHex("20 0000000000000002 02 03")));
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().kind(), ErrorKind::kCorrupt);
}

TEST(TsmBlock, RefusesStringsThatClaimMoreThanTheirBytesCanBecome) {
  const std::string block = BlockOf(3, firn::testing::EncodeTimestamps(Seconds(1)), FromHex("10 ffffffff0f 00 00"));
  BlockValues values;
  BlockDecoder decoder;
  const Status decoded = decoder.Decode(*ParseBlock(block), values);
  ASSERT_FALSE(decoded.ok());
  EXPECT_NE(decoded.error().message().find("cannot become"), std::string::npos) << decoded.error().message();
}

TEST(TsmBlock, RefusesUnknownTypesAndSchemes) {
  EXPECT_FALSE(ParseBlock(FromHex("05 00")).ok());
  EXPECT_FALSE(ParseBlock(BlockOf(0, FromHex("30 0000000000000005"), "")).ok());
  BlockDecoder decoder;
  for (const uint8_t type : {0, 1, 2, 3, 4}) {
    const std::string bytes =
        BlockOf(type, firn::testing::EncodeTimestamps(Seconds(1)), FromHex("70 0000000000000000"));
    BlockValues values;
    EXPECT_FALSE(decoder.Decode(*ParseBlock(bytes), values).ok()) << static_cast<int>(type);
  }
}

}  // namespace
}  // namespace firn::tsm
