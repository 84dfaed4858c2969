// The blocks of a TSM file: any bytes give values or an error, whichever of the five types and their encodings they
// claim.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/tsm/block.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const firn::Result<firn::tsm::Block> block = firn::tsm::ParseBlock(bytes);
  if (!block.ok()) return 0;
  firn::tsm::BlockDecoder decoder;
  firn::tsm::BlockValues values;
  if (!decoder.Decode(*block, values).ok()) return 0;
  const size_t count =
      values.float64s.size() + values.integers.size() + values.booleans.size() + values.string_ends.size();
  if (count != values.times.size()) __builtin_trap();
  return 0;
}
