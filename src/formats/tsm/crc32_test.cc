#include "formats/tsm/crc32.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>

namespace firn::tsm {
namespace {

TEST(TsmCrc32, IsTheOneOfZlibForEveryLength) {
  std::mt19937_64 engine(7);
  std::string bytes;
  for (size_t size = 0; size < 700; ++size) {
    EXPECT_EQ(Crc32(bytes), ::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())) << size;
    bytes += static_cast<char>(engine());
  }
  EXPECT_EQ(Crc32("123456789"), 0xcbf43926u);
}

}  // namespace
}  // namespace firn::tsm
