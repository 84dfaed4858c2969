#include "iceberg/scan/plan_files.h"

#include "iceberg/scan/delete_index.h"
#include "iceberg/scan/file_filter.h"

namespace firn::iceberg {
namespace {

Result<DeleteIndex> ReadDeletes(storage::Storage& storage, const TableMetadata& metadata,
                                const std::vector<ManifestFile>& lines) {
  DeleteIndex index(metadata);
  for (const ManifestFile& line : lines) {
    if (line.content != ManifestContent::kDeletes || !line.has_live_files()) continue;
    FIRN_ASSIGN(const Manifest manifest, ReadManifest(storage, line, metadata));
    for (const ManifestEntry& entry : manifest.entries) {
      if (entry.is_live()) index.Add(entry);
    }
  }
  return index;
}

ScanTask MakeTask(ManifestEntry entry, const DeleteIndex& deletes) {
  ScanTask task;
  task.deletes = deletes.Find(entry);
  task.file = std::move(entry.file);
  task.sequence_number = entry.sequence_number.value_or(0);
  task.file_sequence_number = entry.file_sequence_number.value_or(0);
  task.added_snapshot_id = entry.snapshot_id.value_or(0);
  return task;
}

}  // namespace

Result<ScanPlan> PlanFiles(storage::Storage& storage, const TableMetadata& metadata, const Snapshot& snapshot,
                           const ScanOptions& options) {
  FIRN_ASSIGN(const ExpressionPtr filter, PushDownNot(options.filter == nullptr ? AlwaysTrue() : options.filter));
  const Schema& schema = options.schema == nullptr ? metadata.SchemaOf(snapshot) : *options.schema;
  const FileFilter files(filter, schema, metadata);
  FIRN_ASSIGN(const std::vector<ManifestFile> lines, ReadManifestList(storage, snapshot));
  DeleteIndex deletes(metadata);
  if (options.with_deletes) {
    FIRN_ASSIGN(deletes, ReadDeletes(storage, metadata, lines));
  }
  ScanPlan plan;
  for (const ManifestFile& line : lines) {
    if (line.content != ManifestContent::kData) continue;
    ++plan.manifests_total;
    if (!line.has_live_files() || !files.ManifestMayMatch(line)) continue;
    ++plan.manifests_read;
    FIRN_ASSIGN(Manifest manifest, ReadManifest(storage, line, metadata));
    for (ManifestEntry& entry : manifest.entries) {
      if (!entry.is_live()) continue;
      ++plan.files_total;
      if (files.FileMayMatch(entry.file)) plan.tasks.push_back(MakeTask(std::move(entry), deletes));
    }
  }
  return plan;
}

Result<std::vector<SnapshotManifest>> ReadSnapshot(storage::Storage& storage, const TableMetadata& metadata,
                                                   const Snapshot& snapshot) {
  FIRN_ASSIGN(std::vector<ManifestFile> lines, ReadManifestList(storage, snapshot));
  std::vector<SnapshotManifest> manifests;
  for (ManifestFile& line : lines) {
    FIRN_ASSIGN(Manifest manifest, ReadManifest(storage, line, metadata));
    manifests.push_back({std::move(line), std::move(manifest)});
  }
  return manifests;
}

}  // namespace firn::iceberg
