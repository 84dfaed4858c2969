// Table metadata, name mappings and single values: any bytes give a value or an error, and what is accepted is written
// back.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/compression/compression.h"
#include "iceberg/json/single_value_json.h"
#include "iceberg/json/table_metadata_json.h"
#include "iceberg/spec/name_mapping.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace firn::iceberg;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto metadata = ParseTableMetadata(text);
  if (metadata.ok() && !ParseTableMetadata(SerializeTableMetadata(*metadata)).ok()) std::abort();
  (void)ParseNameMapping(text);
  for (const TypeId id :
       {TypeId::kDate, TypeId::kTime, TypeId::kTimestampTz, TypeId::kTimestampNs, TypeId::kUuid, TypeId::kBinary}) {
    (void)ParseSingleValueJson(Type(id), text);
  }
  (void)ParseSingleValueJson(Type::Decimal(38, 10), text);
  (void)firn::compression::Decode(firn::compression::Codec::kGzip, text, 1 << 20);
  return 0;
}
