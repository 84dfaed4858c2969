#include "iceberg/catalog/warehouse.h"

#include <algorithm>
#include <map>
#include <set>

#include "iceberg/catalog/metadata_file.h"
#include "iceberg/manifests/manifest_reader.h"
#include "iceberg/manifests/manifest_writer.h"
#include "iceberg/updates/snapshot_producer.h"
#include "storage/location_prefix.h"

namespace firn::iceberg {
namespace {

std::string Suggest(const std::string& warehouse, const std::string& location, TableIdentifier* identifier) {
  const storage::LocationPrefix root(warehouse);
  if (!root.Begins(location)) return "the table's location is outside the warehouse";
  const std::string path(root.Rest(location));
  size_t begin = 0;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) identifier->levels.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  if (identifier->levels.size() < 2) return "there is no namespace folder between the warehouse and the table";
  identifier->name = std::move(identifier->levels.back());
  identifier->levels.pop_back();
  return {};
}

/// Higher counter first, then the later write.
bool IsNewer(const LoadedTable& candidate, const LoadedTable& known) {
  const int64_t left = MetadataVersion(candidate.metadata_location);
  const int64_t right = MetadataVersion(known.metadata_location);
  if (left != right) return left > right;
  return candidate.metadata->last_updated_ms > known.metadata->last_updated_ms;
}

Status CreateMissingNamespaces(Catalog& catalog, const Namespace& levels) {
  const Status created = catalog.CreateNamespace(levels, {});
  if (!created.ok() && created.error().kind() == ErrorKind::kAlreadyExists) return OkStatus();
  return created;
}

}  // namespace

Result<RebuildReport> FindTables(storage::Storage& storage, const std::string& warehouse) {
  RebuildReport report;
  // By folder first, so that only the newest few files of a table are read.
  std::map<std::string, std::vector<std::string>> by_folder;
  FIRN_TRY(storage.List(warehouse, [&](const storage::ObjectInfo& info) {
    if (info.location.find(".metadata.json") != std::string::npos) {
      by_folder[info.location.substr(0, info.location.rfind('/'))].push_back(info.location);
    }
    return OkStatus();
  }));
  std::map<std::string, LoadedTable> by_uuid;
  for (auto& [folder, files] : by_folder) {
    std::sort(files.begin(), files.end(),
              [](const auto& a, const auto& b) { return MetadataVersion(a) > MetadataVersion(b); });
    std::set<std::string> seen;
    int64_t version = 0;
    for (const std::string& file : files) {
      // Files with the same counter are attempts of one commit: all are looked at, older ones are not.
      if (!seen.empty() && MetadataVersion(file) < version) break;
      Result<LoadedTable> table = LoadTableFromMetadata(storage, file);
      if (!table.ok()) {
        report.skipped.emplace_back(file, table.error().message());
        continue;
      }
      version = MetadataVersion(file);
      const std::string& uuid = table->metadata->table_uuid;
      seen.insert(uuid);
      const auto known = by_uuid.find(uuid);
      if (known == by_uuid.end()) {
        by_uuid.emplace(uuid, *table);
      } else if (IsNewer(*table, known->second)) {
        report.skipped.emplace_back(known->second.metadata_location, "older metadata of the same table uuid");
        known->second = *table;
      } else {
        report.skipped.emplace_back(file, "older metadata of the same table uuid");
      }
    }
  }
  for (const auto& [uuid, table] : by_uuid) {
    FoundTable found{table.metadata_location, uuid, table.metadata->location, {}};
    const std::string problem = Suggest(warehouse, found.location, &found.suggested);
    if (problem.empty()) {
      report.registered.push_back(std::move(found));
    } else {
      report.skipped.emplace_back(found.metadata_location, problem);
    }
  }
  return report;
}

Result<RebuildReport> RebuildCatalog(storage::Storage& storage, Catalog& catalog, const std::string& warehouse) {
  FIRN_ASSIGN(RebuildReport report, FindTables(storage, warehouse));
  std::vector<FoundTable> registered;
  for (FoundTable& table : report.registered) {
    FIRN_TRY(CreateMissingNamespaces(catalog, table.suggested.levels));
    const Result<LoadedTable> added = catalog.RegisterTable(table.suggested, table.metadata_location);
    if (added.ok()) {
      registered.push_back(std::move(table));
    } else {
      report.skipped.emplace_back(table.metadata_location, added.error().message());
    }
  }
  report.registered = std::move(registered);
  return report;
}

namespace {

/// Writes a table's metadata anew with other locations.
class Relocation {
 public:
  Relocation(storage::Storage& storage, const LoadedTable& table, const std::string& from, std::string to,
             Random& random)
      : storage_(storage), table_(table), from_(from), to_(std::move(to)), random_(random) {}

  Result<std::string> Run() {
    TableMetadata metadata = *table_.metadata;
    metadata.location = Moved(metadata.location);
    for (SnapshotPtr& snapshot : metadata.snapshots) {
      FIRN_ASSIGN(snapshot, MoveSnapshot(*snapshot));
    }
    for (auto& [key, value] : metadata.properties) {
      if (key == "write.data.path" || key == "write.metadata.path") value = Moved(value);
    }
    // Old metadata files and statistics stay behind.
    metadata.metadata_log.clear();
    metadata.statistics.clear();
    metadata.partition_statistics.clear();
    return WriteMetadataFile(storage_, metadata, table_.metadata_location, random_);
  }

 private:
  std::string Moved(const std::string& location) const {
    return from_.Begins(location) ? to_ + std::string(from_.Rest(location)) : location;
  }

  Result<SnapshotPtr> MoveSnapshot(const Snapshot& snapshot) {
    FIRN_ASSIGN(std::vector<ManifestFile> lines, ReadManifestList(storage_, snapshot));
    for (ManifestFile& line : lines) {
      FIRN_ASSIGN(line, MoveManifest(line));
    }
    ManifestListOptions options;
    options.format_version = table_.metadata->format_version;
    options.snapshot_id = snapshot.snapshot_id;
    options.parent_snapshot_id = snapshot.parent_snapshot_id;
    options.sequence_number = snapshot.sequence_number;
    options.first_row_id = snapshot.first_row_id;
    FIRN_ASSIGN(const std::string bytes, SerializeManifestList(lines, options));
    Snapshot moved = snapshot;
    moved.json.clear();
    moved.manifests.clear();
    moved.manifest_list = fmt::format("{}/metadata/snap-{}-0-{}.avro", Moved(table_.metadata->location),
                                      snapshot.snapshot_id, random_.Uuid());
    FIRN_TRY(storage_.Write(moved.manifest_list, bytes));
    return std::make_shared<const Snapshot>(std::move(moved));
  }

  Result<ManifestFile> MoveManifest(const ManifestFile& line) {
    if (const auto known = moved_.find(line.manifest_path); known != moved_.end()) return known->second;
    const TableMetadata& metadata = *table_.metadata;
    FIRN_ASSIGN(Manifest manifest, ReadManifest(storage_, line, metadata));
    for (ManifestEntry& entry : manifest.entries) {
      if (entry.file.content == FileContent::kPositionDeletes) {
        return Unsupported("position deletes name data files inside themselves, so this table cannot be relocated: {}",
                           entry.file.file_path);
      }
      entry.file.file_path = Moved(entry.file.file_path);
    }
    const PartitionSpec* spec = metadata.FindSpec(line.partition_spec_id);
    if (spec == nullptr) return Corrupt("partition spec {} does not exist", line.partition_spec_id);
    ManifestOptions options;
    options.format_version = std::max(2, metadata.format_version);
    options.content = line.content;
    options.snapshot_id = line.added_snapshot_id;
    FIRN_ASSIGN(const SerializedManifest written,
                SerializeManifest(manifest.entries, SchemaForSpec(metadata, *spec), *spec, options));
    ManifestFile moved = line;
    moved.manifest_path = fmt::format("{}/metadata/{}-m0.avro", Moved(metadata.location), random_.Uuid());
    moved.manifest_length = static_cast<int64_t>(written.bytes.size());
    FIRN_TRY(storage_.Write(moved.manifest_path, written.bytes));
    moved_.emplace(line.manifest_path, moved);
    return moved;
  }

  storage::Storage& storage_;
  const LoadedTable& table_;
  storage::LocationPrefix from_;
  std::string to_;
  Random& random_;
  std::map<std::string, ManifestFile> moved_;
};

}  // namespace

Result<std::string> RelocateTable(storage::Storage& storage, const std::string& metadata_location,
                                  const std::string& from_prefix, const std::string& to_prefix, Random& random) {
  FIRN_ASSIGN(const LoadedTable table, LoadTableFromMetadata(storage, metadata_location));
  if (table.metadata->format_version < 2)
    return Unsupported("a table of format version 1 cannot be relocated: {}", metadata_location);
  if (!storage::LocationPrefix(from_prefix).Begins(table.metadata->location)) {
    return InvalidInput("the table's location {} does not begin with {}", table.metadata->location, from_prefix);
  }
  return Relocation(storage, table, from_prefix, to_prefix, random).Run();
}

}  // namespace firn::iceberg
