// Tombstone files of every version, and the field types beside them: any bytes give entries or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "formats/tsm/fields_index.h"
#include "formats/tsm/tombstone.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)firn::tsm::ReadTombstones(bytes, 1 << 20, [](const firn::tsm::Tombstone&) { return firn::OkStatus(); });
  firn::tsm::FieldTypes types;
  (void)types.ApplyIndex(bytes);
  (void)types.ApplyChanges(bytes);
  return 0;
}
