#include "query/deletion_vector.h"

#include <zlib.h>

#include <string>
#include <string_view>

// The bytes as they are, and as the bitmaps of a blob whose frame is right.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)firn::query::DecodeDeletionVector(bytes, 100'000);
  const std::string content = "\xD1\xD3\x39\x64" + std::string(bytes);
  const auto big_endian = [](uint32_t value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                       static_cast<char>(value)};
  };
  const auto checksum = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())));
  (void)firn::query::DecodeDeletionVector(
      big_endian(static_cast<uint32_t>(content.size())) + content + big_endian(checksum), 100'000);
  return 0;
}
