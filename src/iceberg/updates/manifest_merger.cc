#include "iceberg/updates/manifest_merger.h"

#include <algorithm>

#include "iceberg/manifests/manifest_writer.h"

namespace firn::iceberg {
namespace {

using Pack = std::vector<ManifestFile>;

/// Fills packs from the end of the list up to `target_bytes`; packs and their manifests keep the list's order.
std::vector<Pack> PackFromEnd(const std::vector<ManifestFile>& group, int64_t target_bytes) {
  std::vector<Pack> packs;
  int64_t bytes = 0;
  for (auto line = group.rbegin(); line != group.rend(); ++line) {
    if (packs.empty() || bytes + line->manifest_length > target_bytes) {
      packs.emplace_back();
      bytes = 0;
    }
    packs.back().push_back(*line);
    bytes += line->manifest_length;
  }
  for (Pack& pack : packs) std::reverse(pack.begin(), pack.end());
  std::reverse(packs.begin(), packs.end());
  return packs;
}

}  // namespace

Result<std::vector<ManifestFile>> ManifestMerger::Merge(const std::vector<ManifestFile>& manifests,
                                                        const TableMetadata& metadata, int64_t snapshot_id,
                                                        storage::Storage& storage, const WriteFunction& write) {
  const int64_t target_bytes = metadata.IntegerProperty("commit.manifest.target-size-bytes", int64_t{8} << 20);
  const auto minimum =
      static_cast<size_t>(std::max<int64_t>(2, metadata.IntegerProperty("commit.manifest.min-count-to-merge", 100)));
  std::map<int32_t, std::vector<ManifestFile>, std::greater<>> groups;
  std::vector<ManifestFile> result;
  std::vector<ManifestFile> deletes;
  for (const ManifestFile& line : manifests) {
    if (line.content == ManifestContent::kData) {
      groups[line.partition_spec_id].push_back(line);
    } else {
      deletes.push_back(line);
    }
  }
  for (const auto& [spec_id, group] : groups) {
    for (const Pack& pack : PackFromEnd(group, target_bytes)) {
      const bool holds_newest = pack.front().manifest_path == manifests.front().manifest_path;
      if (pack.size() == 1 || (holds_newest && pack.size() < minimum)) {
        result.insert(result.end(), pack.begin(), pack.end());
        continue;
      }
      FIRN_ASSIGN(std::optional<ManifestFile> line, MergePack(pack, metadata, snapshot_id, storage, write));
      if (line) result.push_back(std::move(*line));
    }
  }
  result.insert(result.end(), deletes.begin(), deletes.end());
  return result;
}

Result<std::optional<ManifestFile>> ManifestMerger::MergePack(const Pack& pack, const TableMetadata& metadata,
                                                              int64_t snapshot_id, storage::Storage& storage,
                                                              const WriteFunction& write) {
  std::vector<std::string> paths;
  for (const ManifestFile& line : pack) paths.push_back(line.manifest_path);
  if (const auto known = merged_.find(paths); known != merged_.end()) return known->second;
  std::vector<ManifestEntry> entries;
  for (const ManifestFile& line : pack) {
    FIRN_ASSIGN(Manifest manifest, ReadManifest(storage, line, metadata));
    for (ManifestEntry& entry : manifest.entries) {
      const bool is_ours = entry.snapshot_id == snapshot_id;
      if (entry.status == EntryStatus::kDeleted && !is_ours) continue;
      if (entry.status == EntryStatus::kAdded && !is_ours) entry.status = EntryStatus::kExisting;
      if (entry.status == EntryStatus::kAdded && line.sequence_number == kUnassignedSequenceNumber) {
        // Reading gave the placeholder; the number is only known when the list is written.
        if (entry.sequence_number == kUnassignedSequenceNumber) entry.sequence_number.reset();
        entry.file_sequence_number.reset();
      }
      entries.push_back(std::move(entry));
    }
  }
  std::optional<ManifestFile> line;
  if (!entries.empty()) {
    FIRN_ASSIGN(line, write(pack.front().partition_spec_id, entries));
  }
  merged_.emplace(std::move(paths), line);
  return line;
}

}  // namespace firn::iceberg
