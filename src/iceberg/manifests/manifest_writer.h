#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/spec/data_file.h"
#include "iceberg/spec/manifest_file.h"
#include "iceberg/spec/table_metadata.h"

namespace firn::iceberg {

struct ManifestOptions {
  int32_t format_version = 2;
  ManifestContent content = ManifestContent::kData;
  int64_t snapshot_id = 0;        ///< of the commit that writes the manifest
  std::string codec = "deflate";  ///< Avro's name: null, deflate, zstandard
};

/// A manifest's sequence number, or the lowest of its entries, while the commit's own number is not known: both take
/// that one.
inline constexpr int64_t kUnassignedSequenceNumber = -1;

/// A finished manifest: its bytes, and its line for the manifest list with path, sequence numbers and first row id
/// still open.
struct SerializedManifest {
  std::string bytes;
  ManifestFile line;
};

/// Encodes `entries`, which all belong to `spec`, in their order. Never called with no entries: kInvalidInput. Entries
/// with status kExisting or kDeleted must carry both sequence numbers. Format: docs/formats/manifests.md.
Result<SerializedManifest> SerializeManifest(const std::vector<ManifestEntry>& entries, const Schema& schema,
                                             const PartitionSpec& spec, const ManifestOptions& options);

struct ManifestListOptions {
  int32_t format_version = 2;
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_snapshot_id;
  int64_t sequence_number = 0;
  std::optional<int64_t> first_row_id;  ///< v3
  std::string codec = "deflate";
};

Result<std::string> SerializeManifestList(const std::vector<ManifestFile>& manifests,
                                          const ManifestListOptions& options);

/// `write.manifest.compression-codec` in Avro's words; kUnsupported for a codec that Firn cannot write.
Result<std::string> ManifestCodec(const TableMetadata& metadata);

}  // namespace firn::iceberg
