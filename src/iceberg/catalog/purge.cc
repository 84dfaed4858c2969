#include "iceberg/catalog/purge.h"

#include <set>

#include "base/log.h"
#include "iceberg/manifests/manifest_reader.h"

namespace firn::iceberg {

Status PurgeTable(storage::Storage& storage, const LoadedTable& table) {
  const TableMetadata& metadata = *table.metadata;
  if (!metadata.BoolProperty("gc.enabled", true)) {
    log::Warn("files of {} are kept: gc.enabled is false", ToString(table.identifier));
    return OkStatus();
  }
  std::set<std::string> files;
  std::set<std::string> manifests;
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    const Result<std::vector<ManifestFile>> lines = ReadManifestList(storage, *snapshot);
    if (!snapshot->manifest_list.empty()) files.insert(snapshot->manifest_list);
    if (!lines.ok()) {
      log::Warn("files of a snapshot are left behind: {}", lines.error().message());
      continue;
    }
    for (const ManifestFile& line : *lines) {
      if (!manifests.insert(line.manifest_path).second) continue;
      const Result<Manifest> manifest = ReadManifest(storage, line, metadata);
      if (!manifest.ok()) {
        log::Warn("files of a manifest are left behind: {}", manifest.error().message());
        continue;
      }
      for (const ManifestEntry& entry : manifest->entries) files.insert(entry.file.file_path);
    }
  }
  files.insert(manifests.begin(), manifests.end());
  for (const StatisticsFile& file : metadata.statistics) files.insert(file.path);
  for (const StatisticsFile& file : metadata.partition_statistics) files.insert(file.path);
  for (const MetadataLogEntry& entry : metadata.metadata_log) files.insert(entry.metadata_file);
  files.insert(table.metadata_location);
  for (const std::string& file : files) {
    const Status status = storage.Delete(file);
    if (!status.ok()) log::Warn("cannot delete {}: {}", file, status.error().message());
  }
  return OkStatus();
}

}  // namespace firn::iceberg
