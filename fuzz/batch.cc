#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "point/batch_codec.h"

// Bytes that decode are written again and must then stand still.

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  firn::point::SeriesTables tables(1 << 16);
  const auto batch = firn::point::DecodeBatch(bytes, tables);
  if (!batch.ok()) return 0;
  if (!batch->Validate().ok()) std::abort();
  std::string once;
  firn::point::EncodeBatch(*batch, once);
  std::string_view view = once;
  const auto again = firn::point::DecodeBatch(view, tables);
  if (!again.ok() || !view.empty()) std::abort();
  std::string twice;
  firn::point::EncodeBatch(*again, twice);
  if (once != twice) std::abort();
  return 0;
}
