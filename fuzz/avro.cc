// Avro containers as manifests and manifest lists: any bytes give entries or an error.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "iceberg/manifests/manifest_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  firn::iceberg::PartitionSpec spec;
  spec.fields.push_back({1, {}, 1000, "time_day", firn::iceberg::Transform::Day()});
  (void)firn::iceberg::ParseManifest(bytes, {}, spec);
  (void)firn::iceberg::ParseManifestList(bytes);
  return 0;
}
