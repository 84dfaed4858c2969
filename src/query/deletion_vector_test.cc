#include "query/deletion_vector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "base/bytes.h"

namespace firn::query {
namespace {

using ::testing::ElementsAre;

void AppendBigEndian32(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xff);
}

/// The blob around bitmaps.
std::string Blob(const std::string& bitmaps) {
  const std::string content = "\xD1\xD3\x39\x64" + bitmaps;
  std::string blob;
  AppendBigEndian32(blob, static_cast<uint32_t>(content.size()));
  blob += content;
  AppendBigEndian32(blob, static_cast<uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                                                      static_cast<uInt>(content.size()))));
  return blob;
}

/// One bitmap under key 0 with an array container of the given values.
std::string ArrayBitmap(const std::vector<uint16_t>& values) {
  std::string out;
  AppendLittleEndian<uint64_t>(out, 1);
  AppendLittleEndian<uint32_t>(out, 0);
  AppendLittleEndian<uint32_t>(out, 12'346);
  AppendLittleEndian<uint32_t>(out, 1);
  AppendLittleEndian<uint16_t>(out, 0);
  AppendLittleEndian<uint16_t>(out, static_cast<uint16_t>(values.size() - 1));
  AppendLittleEndian<uint32_t>(out, 16);
  for (const uint16_t value : values) AppendLittleEndian<uint16_t>(out, value);
  return out;
}

TEST(DeletionVector, ReadsAnArrayContainer) {
  const auto positions = DecodeDeletionVector(Blob(ArrayBitmap({0, 7, 65'535})), 3);
  ASSERT_TRUE(positions.ok()) << positions.error().message();
  EXPECT_THAT(*positions, ElementsAre(0, 7, 65'535));
}

TEST(DeletionVector, ReadsRunsUnderAHighKey) {
  std::string bitmap;
  AppendLittleEndian<uint64_t>(bitmap, 1);
  AppendLittleEndian<uint32_t>(bitmap, 2);       // key: positions from 2 << 32
  AppendLittleEndian<uint32_t>(bitmap, 12'347);  // one container, with runs
  bitmap += '\x01';
  AppendLittleEndian<uint16_t>(bitmap, 1);  // container key
  AppendLittleEndian<uint16_t>(bitmap, 2);  // three values
  AppendLittleEndian<uint16_t>(bitmap, 1);  // one run
  AppendLittleEndian<uint16_t>(bitmap, 10);
  AppendLittleEndian<uint16_t>(bitmap, 2);
  const auto positions = DecodeDeletionVector(Blob(bitmap), 3);
  ASSERT_TRUE(positions.ok()) << positions.error().message();
  const uint64_t base = (uint64_t{2} << 32) | (1U << 16);
  EXPECT_THAT(*positions, ElementsAre(base + 10, base + 11, base + 12));
}

TEST(DeletionVector, ReadsABitsetContainer) {
  std::string bitmap;
  AppendLittleEndian<uint64_t>(bitmap, 1);
  AppendLittleEndian<uint32_t>(bitmap, 0);
  AppendLittleEndian<uint32_t>(bitmap, 12'346);
  AppendLittleEndian<uint32_t>(bitmap, 1);
  AppendLittleEndian<uint16_t>(bitmap, 0);
  AppendLittleEndian<uint16_t>(bitmap, 4'999);
  AppendLittleEndian<uint32_t>(bitmap, 16);
  std::string bits(8'192, '\0');
  for (size_t i = 0; i < 5'000; ++i) bits[i / 4] = static_cast<char>(bits[i / 4] | (1 << (i % 4 * 2)));
  const auto positions = DecodeDeletionVector(Blob(bitmap + bits), 5'000);
  ASSERT_TRUE(positions.ok()) << positions.error().message();
  EXPECT_EQ(positions->back(), 9'998U);
}

TEST(DeletionVector, RefusesDamage) {
  const std::string whole = Blob(ArrayBitmap({1, 2}));
  EXPECT_FALSE(DecodeDeletionVector(whole, 1).ok());
  EXPECT_FALSE(DecodeDeletionVector(whole, 3).ok());
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    EXPECT_FALSE(DecodeDeletionVector(damaged, 2).ok()) << "byte " << i;
    EXPECT_FALSE(DecodeDeletionVector(whole.substr(0, i), 2).ok()) << "cut at " << i;
  }
  EXPECT_FALSE(DecodeDeletionVector(Blob(ArrayBitmap({2, 1})), 2).ok());
}

}  // namespace
}  // namespace firn::query
