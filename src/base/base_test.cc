#include <gtest/gtest.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "base/random.h"
#include "base/result.h"

namespace firn {
namespace {

Result<int> Half(int value) {
  if (value % 2 != 0) return InvalidInput("{} is odd", value);
  return value / 2;
}
Status Quarter(int value, int& out) {
  FIRN_ASSIGN(const int half, Half(value));
  FIRN_ASSIGN(out, Half(half));
  return OkStatus();
}

TEST(Result, CarriesValueOrErrorThroughCallers) {
  int out = 0;
  EXPECT_TRUE(Quarter(8, out).ok());
  EXPECT_EQ(out, 2);
  const Status failed = Quarter(6, out).WithContext("quarter");
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "quarter: 3 is odd");
  EXPECT_EQ(failed.error().kind(), ErrorKind::kInvalidInput);
}

TEST(Checksum, Crc32cAgreesWithTheKnownVectors) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);  // RFC 3720, appendix B.4
  EXPECT_EQ(Crc32c("56789", Crc32c("1234")), Crc32c("123456789"));
}

TEST(Random, MakesVersion4Uuids) {
  const auto random = MakeSeededRandom(7);
  const std::string uuid = random->Uuid();
  ASSERT_EQ(uuid.size(), 36u);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  EXPECT_NE(uuid, random->Uuid());
}

TEST(Bytes, HexIsLowerCase) {
  EXPECT_EQ(ToHex(std::string("\x00\xff\x1a", 3)), "00ff1a");
}

}  // namespace
}  // namespace firn
