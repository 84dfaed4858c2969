// BoltDB files: any bytes give keys and values or an error, and no page is walked for ever.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "formats/bolt/bolt_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto file = firn::bolt::BoltFile::Open(
      [&](uint64_t offset, size_t count) -> firn::Result<std::string> {
        return std::string(bytes.substr(std::min<uint64_t>(offset, bytes.size()), count));
      },
      size);
  if (!file.ok()) return 0;
  for (const char* bucket : {"bucketsv1", "organizationsv1"})
    (void)file->ForEach(bucket, [](std::string_view, std::string_view) { return firn::OkStatus(); });
  return 0;
}
