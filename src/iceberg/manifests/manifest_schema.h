#pragma once

#include <string>
#include <vector>

#include "iceberg/spec/partition_spec.h"

/// The Avro schemas of manifests and manifest lists as JSON text (Iceberg spec, "Manifests", "Manifest lists", "Avro"
/// mapping).

namespace firn::iceberg {

/// Schema of `manifest_entry` for one partition spec; `types` are the types of its partition values.
std::string ManifestEntrySchema(const PartitionSpec& spec, const std::vector<Type>& types, int32_t format_version);

/// Schema of `manifest_file`.
std::string ManifestFileSchema(int32_t format_version);

/// A name that Avro accepts: characters that it does not are written as `_x` and their code in hex.
std::string AvroName(std::string_view name);

/// Bytes of the fixed that holds a decimal of `precision` digits.
int32_t DecimalFixedBytes(int32_t precision);

}  // namespace firn::iceberg
