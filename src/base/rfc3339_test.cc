#include "base/rfc3339.h"

#include <gtest/gtest.h>

#include <limits>

namespace firn {
namespace {

TEST(Rfc3339, ReadsZonesFractionsAndBareDays) {
  EXPECT_EQ(*ParseRfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(*ParseRfc3339("1970-01-01T01:00:00.000000001+01:00"), 1);
  EXPECT_EQ(*ParseRfc3339("2024-02-29"), 1'709'164'800'000'000'000);
  EXPECT_EQ(*ParseRfc3339("1969-12-31T23:59:59.5Z"), -500'000'000);
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text : {"", "now", "2023-02-29", "2024-01-01T25:00:00Z", "2024-01-01T00:00:00",
                           "2024-01-01T00:00:00Zx", "2024-1-1", "2024-01-01T00:00:00.Z", "-024-01-01"}) {
    EXPECT_FALSE(ParseRfc3339(text).ok()) << text;
  }
  EXPECT_FALSE(ParseRfc3339("2300-01-01").ok());
}

TEST(Rfc3339, FormatsWhatItReads) {
  for (const int64_t time :
       {int64_t{0}, int64_t{-1}, int64_t{1'500'000'000}, int64_t{1'709'164'800'123'456'000},
        std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min() + 1'000'000'000}) {
    EXPECT_EQ(ParseRfc3339(FormatRfc3339(time)).value_or(7), time) << FormatRfc3339(time);
  }
  EXPECT_EQ(FormatRfc3339(1'500'000'000), "1970-01-01T00:00:01.500Z");
}

}  // namespace
}  // namespace firn
