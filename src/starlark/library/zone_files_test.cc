#include "starlark/library/zone_files.h"

#include <gtest/gtest.h>

#include "shared_fixtures.h"
#include "starlark/library/time_source.h"

namespace firn::starlark {
namespace {

TEST(ZoneFiles, LoadsZonesOfItsFolderOnly) {
  ZoneFiles files(testing::SourceFolder() / "fuzz/corpus/go_time");
  const auto kolkata = files.Load("Kolkata");
  ASSERT_TRUE(kolkata.ok());
  EXPECT_EQ((*kolkata)->Lookup(1'700'000'000).offset_seconds, 19'800);
  EXPECT_EQ(files.Load("Atlantis").error().kind(), ErrorKind::kNotFound);
  EXPECT_FALSE(files.Load("rfc3339").ok());
}

TEST(TimeSource, FindsEachZoneOnce) {
  ZoneFiles files(testing::SourceFolder() / "fuzz/corpus/go_time");
  const FakeClock clock(-1);
  TimeSource source(clock, files);
  EXPECT_EQ(source.Now(), (go_time::Instant{-1, 999'999'999}));
  EXPECT_EQ(*source.Find("Berlin"), *source.Find("Berlin"));
  EXPECT_EQ(*source.Find("UTC"), nullptr);
  EXPECT_EQ(source.Find("../Berlin").error().message(), "time: invalid location name");
}

}  // namespace
}  // namespace firn::starlark
