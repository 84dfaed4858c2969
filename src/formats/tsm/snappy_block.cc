#include "formats/tsm/snappy_block.h"

#include <snappy.h>

namespace firn::tsm {
namespace {

// The densest element, three bytes that copy 64, grows by 21 and a third: a larger claim is not believed, and memory is
// not made for it.
constexpr uint64_t kMostGrowth = 22;

}  // namespace

Status AppendSnappy(std::string_view packed, uint64_t max_bytes, std::string& out) {
  size_t size = 0;
  if (!snappy::GetUncompressedLength(packed.data(), packed.size(), &size)) return Corrupt("snappy: no length");
  if (size > packed.size() * kMostGrowth) return Corrupt("snappy: {} bytes cannot become {}", packed.size(), size);
  if (size > max_bytes) return ResourceExhausted("snappy: {} bytes are more than {}", size, max_bytes);
  const size_t before = out.size();
  out.resize(before + size);
  if (!snappy::RawUncompress(packed.data(), packed.size(), out.data() + before)) {
    out.resize(before);
    return Corrupt("snappy: damaged");
  }
  return OkStatus();
}

}  // namespace firn::tsm
