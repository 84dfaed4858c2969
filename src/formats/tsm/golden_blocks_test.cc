// Blocks of every type as real servers wrote them (testdata/make_golden_blocks), decoded; and the test's own encoders
// against them.
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <map>
#include <sstream>

#include "formats/tsm/block.h"
#include "shared_fixtures.h"
#include "tsm_writer.h"

namespace firn::tsm {
namespace {

using firn::testing::TsmBoolean;
using firn::testing::TsmValues;

std::vector<std::string> Split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t at = 0; at + 1 < hex.size(); at += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  return bytes;
}

template <typename T, typename Parse>
TsmValues Make(const std::vector<std::string>& texts, Parse parse) {
  std::vector<T> values;
  for (const std::string& text : texts) values.push_back(parse(text));
  return values;
}

TsmValues ParseValues(const std::string& type, const std::vector<std::string>& texts) {
  if (type == "float")
    return Make<double>(texts, [](const auto& text) { return std::bit_cast<double>(std::stoull(text, nullptr, 16)); });
  if (type == "integer") return Make<int64_t>(texts, [](const auto& text) { return std::stoll(text); });
  if (type == "unsigned") return Make<uint64_t>(texts, [](const auto& text) { return std::stoull(text); });
  if (type == "boolean") return Make<TsmBoolean>(texts, [](const auto& text) { return TsmBoolean{text == "1"}; });
  return Make<std::string>(texts, [](const auto& text) { return text == "-" ? "" : FromHex(text); });
}

/// The decoded values in the words of the golden file.
std::vector<std::string> Texts(const BlockValues& values) {
  std::vector<std::string> texts;
  for (const double value : values.float64s) texts.push_back(fmt::format("{:016x}", std::bit_cast<uint64_t>(value)));
  for (const uint64_t value : values.integers) {
    texts.push_back(values.type == point::FieldType::kInt64 ? fmt::format("{}", static_cast<int64_t>(value))
                                                            : fmt::format("{}", value));
  }
  for (const uint8_t value : values.booleans) texts.push_back(fmt::format("{}", value));
  size_t begin = 0;
  for (const int32_t end : values.string_ends) {
    std::string hex;
    for (; begin < static_cast<size_t>(end); ++begin)
      hex += fmt::format("{:02x}", static_cast<uint8_t>(values.string_bytes[begin]));
    texts.push_back(hex.empty() ? "-" : hex);
  }
  return texts;
}

TEST(TsmGoldenBlocks, GiveTheValuesThatTheServerWasGiven) {
  std::ifstream file(firn::testing::SourceFolder() / "src/formats/tsm/testdata/golden_blocks.txt");
  std::map<std::string, int> seen;
  std::string type, times_text, values_text, hex;
  while (file >> type >> times_text >> values_text >> hex) {
    const std::string bytes = FromHex(hex);
    const Result<Block> block = ParseBlock(bytes);
    ASSERT_TRUE(block.ok()) << hex;
    EXPECT_EQ(point::FieldTypeName(block->type), type);
    BlockValues values;
    BlockDecoder decoder;
    ASSERT_TRUE(decoder.Decode(*block, values).ok()) << hex;
    std::vector<int64_t> times;
    for (const std::string& time : Split(times_text)) times.push_back(std::stoll(time));
    EXPECT_EQ(values.times, times) << hex;
    EXPECT_EQ(Texts(values), Split(values_text)) << hex;
    // Snappy leaves its encoders the choice.
    if (type != "string") {
      EXPECT_EQ(firn::testing::EncodeBlock(times, ParseValues(type, Split(values_text))), bytes);
    }
    ++seen[type + " " + std::string(ValueEncodingName(*block))];
    ++seen["times " + std::string(TimestampEncodingName(*block))];
  }
  for (const char* choice :
       {"float gorilla", "integer raw", "integer simple8b", "integer run length", "unsigned raw", "unsigned simple8b",
        "unsigned run length", "boolean bits", "string snappy", "times simple8b", "times run length"})
    EXPECT_TRUE(seen.contains(choice)) << choice;
}

}  // namespace
}  // namespace firn::tsm
