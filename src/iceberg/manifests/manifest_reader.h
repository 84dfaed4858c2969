#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "iceberg/spec/data_file.h"
#include "iceberg/spec/manifest_file.h"
#include "iceberg/spec/table_metadata.h"
#include "storage/storage.h"

namespace firn::iceberg {

/// What a manifest's header says. Entries are decoded against the partition spec that it carries.
struct ManifestHeader {
  int32_t format_version = 1;
  ManifestContent content = ManifestContent::kData;
  int32_t schema_id = 0;
  int32_t partition_spec_id = 0;
  std::string schema_json;
  std::string partition_spec_json;
  std::string codec;
};

struct Manifest {
  ManifestHeader header;
  std::vector<ManifestEntry> entries;
};

/// Decodes a manifest, whoever wrote it: fields are found by id. Numbers that are inherited from the list's line are
/// filled in (snapshot id, both sequence numbers, spec id, first row id). `spec` gives the order of partition values;
/// fields that the manifest lacks are null. kCorrupt for damaged bytes and for entries that contradict `line`.
Result<Manifest> ParseManifest(std::string_view bytes, const ManifestFile& line, const PartitionSpec& spec);

/// Reads and decodes the manifest of `line`. Reads the whole object, whatever length the list says; a shorter one is
/// kCorrupt.
Result<Manifest> ReadManifest(storage::Storage& storage, const ManifestFile& line, const TableMetadata& metadata);

Result<std::vector<ManifestFile>> ParseManifestList(std::string_view bytes);

/// The manifests of a snapshot; v1 snapshots that list them inline are read through.
Result<std::vector<ManifestFile>> ReadManifestList(storage::Storage& storage, const Snapshot& snapshot);

}  // namespace firn::iceberg
