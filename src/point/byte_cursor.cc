#include "point/byte_cursor.h"

#include <algorithm>

namespace firn::point {
namespace {

template <typename T>
void PutAs(std::string& out, std::span<const uint32_t> numbers) {
  const std::vector<T> narrow(numbers.begin(), numbers.end());
  PutArray<T>(out, narrow);
}

bool FitsIn(uint64_t limit, int bits) {
  return limit <= uint64_t{1} << bits;
}

}  // namespace

void PutNarrow(std::string& out, std::span<const uint32_t> numbers, uint64_t limit) {
  if (FitsIn(limit, 8)) {
    PutAs<uint8_t>(out, numbers);
  } else if (FitsIn(limit, 16)) {
    PutAs<uint16_t>(out, numbers);
  } else {
    PutArray(out, numbers);
  }
}

uint64_t ByteCursor::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  Fail();
  return 0;
}

std::string_view ByteCursor::Take(uint64_t size) {
  if (size > bytes_.size()) {
    Fail();
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

template <typename T>
std::vector<uint32_t> ByteCursor::Widened(uint64_t count, uint64_t limit) {
  const std::vector<T> narrow = Array<T>(count);
  if (!narrow.empty() && *std::max_element(narrow.begin(), narrow.end()) >= limit) Fail();
  return ok_ ? std::vector<uint32_t>(narrow.begin(), narrow.end()) : std::vector<uint32_t>();
}

std::vector<uint32_t> ByteCursor::Narrow(uint64_t count, uint64_t limit) {
  if (FitsIn(limit, 8)) return Widened<uint8_t>(count, limit);
  if (FitsIn(limit, 16)) return Widened<uint16_t>(count, limit);
  return Widened<uint32_t>(count, limit);
}

uint64_t ByteCursor::Count(size_t least_bytes) {
  const uint64_t count = Varint();
  if (count > bytes_.size() / least_bytes) Fail();
  return ok_ ? count : 0;
}

}  // namespace firn::point
