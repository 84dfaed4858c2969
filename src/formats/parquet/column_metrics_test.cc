#include "formats/parquet/column_metrics.h"

#include <gtest/gtest.h>

namespace firn::parquet {
namespace {

TEST(TruncateString, KeepsShortTextExact) {
  EXPECT_EQ(TruncateStringLower("ice", 3), "ice");
  EXPECT_EQ(TruncateStringUpper("ice", 3), "ice");
}

TEST(TruncateString, RaisesTheLastCodePointOfACutUpperBound) {
  EXPECT_EQ(TruncateStringLower("iceberg", 3), "ice");
  EXPECT_EQ(TruncateStringUpper("iceberg", 3), "icf");
}

TEST(TruncateString, CountsCodePointsAndCutsNoSequence) {
  EXPECT_EQ(TruncateStringLower("äöüx", 2), "äö");
  EXPECT_EQ(TruncateStringUpper("äöüx", 2), "ä÷");
}

TEST(TruncateString, SkipsSurrogatesWhenRaising) {
  EXPECT_EQ(TruncateStringUpper("\xed\x9f\xbfz", 1), "\xee\x80\x80");
}

TEST(TruncateString, GoesLeftWhereACodePointCannotBeRaised) {
  EXPECT_EQ(TruncateStringUpper("a\xf4\x8f\xbf\xbfz", 2), "b");
  EXPECT_EQ(TruncateStringUpper("\xf4\x8f\xbf\xbfz", 1), std::nullopt);
}

TEST(TruncateString, GrowsFromOneByteToTwo) {
  EXPECT_EQ(TruncateStringUpper("\x7fz", 1), "\xc2\x80");
}

TEST(TruncateBinary, RaisesTheLastByteThatCanBeRaised) {
  EXPECT_EQ(TruncateBinaryUpper("abc", 2), "ac");
  EXPECT_EQ(TruncateBinaryUpper("a\xff\x01", 2), "b");
  EXPECT_EQ(TruncateBinaryUpper("\xff\xff\x01", 2), std::nullopt);
}

TEST(DecimalBoundOf, IsTheShortestTwosComplement) {
  EXPECT_EQ(DecimalBound(0), std::string(1, '\0'));
  EXPECT_EQ(DecimalBound(128), std::string("\0\x80", 2));
  EXPECT_EQ(DecimalBound(1420), "\x05\x8c");
  EXPECT_EQ(DecimalBound(UINT64_MAX), std::string("\0\xff\xff\xff\xff\xff\xff\xff\xff", 9));
}

}  // namespace
}  // namespace firn::parquet
