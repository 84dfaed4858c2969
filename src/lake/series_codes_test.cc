#include "lake/series_codes.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace firn::lake {
namespace {

TEST(SeriesCodes, GivesWhatWasAppendedHoweverDenseItIs) {
  const auto random = MakeSeededRandom(11);
  for (int round = 0; round < 100; ++round) {
    SeriesCodes codes;
    std::map<uint32_t, uint32_t> expected;
    uint32_t series = 0;
    for (int i = 0; i < 60; ++i) {
      series += static_cast<uint32_t>(1 + random->Below(i % 20 < 10 ? 2 : 60));  // by turns dense and sparse
      const auto code = static_cast<uint32_t>(1 + random->Below(9));
      codes.Append(series, code);
      expected[series] = code;
    }
    std::map<uint32_t, uint32_t> visited;
    codes.ForEach([&](uint32_t at, uint32_t code) { visited[at] = code; });
    EXPECT_EQ(visited, expected);
    for (uint32_t at = 0; at < series + 10; ++at) EXPECT_EQ(codes.Of(at), expected.contains(at) ? expected[at] : 0);
  }
}

}  // namespace
}  // namespace firn::lake
