#include "iceberg/updates/rewrite_files.h"

#include <algorithm>
#include <map>
#include <set>

#include "iceberg/scan/delete_index.h"
#include "iceberg/updates/snapshot_producer.h"

namespace firn::iceberg {
namespace {

const char* OperationName(RewriteRequest::Operation operation) {
  switch (operation) {
    case RewriteRequest::Operation::kReplace:
      return "replace";
    case RewriteRequest::Operation::kOverwrite:
      return "overwrite";
    case RewriteRequest::Operation::kDelete:
      return "delete";
  }
  return "overwrite";
}

class RewriteFiles final : public SnapshotProducer {
 public:
  explicit RewriteFiles(RewriteRequest request)
      : SnapshotProducer(request.branch),
        request_(std::move(request)),
        removed_(request_.removed_paths.begin(), request_.removed_paths.end()) {}

 protected:
  Status Prepare(MetadataBuilder& builder) override {
    return request_.set_properties.empty() ? OkStatus() : builder.Apply(SetProperties{request_.set_properties});
  }

  Result<Contents> Produce(const TableMetadata& base, const Snapshot* /*parent*/,
                           const std::vector<ManifestFile>& parent_manifests, const CommitEnvironment& environment,
                           SnapshotSummary& summary) override {
    Contents contents;
    contents.operation = OperationName(request_.operation);
    contents.summary_extra = request_.summary;
    for (const DataFile& file : request_.added_files) summary.Add(file);
    FIRN_TRY(WriteAdded(base, environment));
    contents.manifests = added_manifests_;
    std::vector<ManifestEntry> gone;
    std::set<std::string> missing = removed_;
    for (const ManifestFile& line : parent_manifests) {
      FIRN_ASSIGN(const Filtered filtered, Filter(line, base, environment));
      if (filtered.line) contents.manifests.push_back(*filtered.line);
      for (const ManifestEntry& entry : filtered.removed) {
        summary.Remove(entry.file);
        missing.erase(entry.file.file_path);
        gone.push_back(entry);
      }
    }
    if (!missing.empty()) return InvalidInput("a file that was to be replaced is no longer live: {}", *missing.begin());
    FIRN_TRY(CheckNewDeletes(base, parent_manifests, gone, environment));
    return contents;
  }

 private:
  /// A manifest without the removed files; the same line where it held none, nothing where no entry is left.
  struct Filtered {
    std::optional<ManifestFile> line;
    std::vector<ManifestEntry> removed;
  };

  Status WriteAdded(const TableMetadata& base, const CommitEnvironment& environment) {
    if (!added_manifests_.empty()) return OkStatus();
    std::map<std::pair<int32_t, ManifestContent>, std::vector<ManifestEntry>> groups;
    for (const DataFile& file : request_.added_files) {
      ManifestEntry entry;
      entry.snapshot_id = snapshot_id();
      if (file.content == FileContent::kData) entry.sequence_number = request_.data_sequence_number;
      entry.file = file;
      const auto content = file.content == FileContent::kData ? ManifestContent::kData : ManifestContent::kDeletes;
      groups[{file.spec_id, content}].push_back(std::move(entry));
    }
    for (const auto& [key, entries] : groups) {
      FIRN_ASSIGN(ManifestFile line, WriteManifest(base, key.first, key.second, entries, environment));
      added_manifests_.push_back(std::move(line));
    }
    return OkStatus();
  }

  Result<Filtered> Filter(const ManifestFile& line, const TableMetadata& base, const CommitEnvironment& environment) {
    if (const auto known = filtered_.find(line.manifest_path); known != filtered_.end()) return known->second;
    Filtered filtered;
    filtered.line = line;
    if (!line.has_live_files()) return filtered;
    FIRN_ASSIGN(Manifest manifest, ReadManifest(*environment.storage, line, base));
    const auto is_removed = [&](const ManifestEntry& entry) {
      return entry.is_live() && removed_.contains(entry.file.file_path);
    };
    if (std::any_of(manifest.entries.begin(), manifest.entries.end(), is_removed)) {
      std::vector<ManifestEntry> entries;
      for (ManifestEntry& entry : manifest.entries) {
        if (!entry.is_live()) continue;
        entry.status = EntryStatus::kExisting;
        if (is_removed(entry)) {
          entry.status = EntryStatus::kDeleted;
          entry.snapshot_id = snapshot_id();
          filtered.removed.push_back(entry);
        }
        entries.push_back(std::move(entry));
      }
      FIRN_ASSIGN(filtered.line, WriteManifest(base, line.partition_spec_id, line.content, entries, environment));
    }
    filtered_.emplace(line.manifest_path, filtered);
    return filtered;
  }

  /// Rows that were deleted by position after the inputs were read would come back with the outputs.
  Status CheckNewDeletes(const TableMetadata& base, const std::vector<ManifestFile>& lines,
                         const std::vector<ManifestEntry>& gone, const CommitEnvironment& environment) {
    if (request_.starting_snapshot_id == 0) return OkStatus();
    const SnapshotPtr start = base.FindSnapshot(request_.starting_snapshot_id);
    if (start == nullptr)
      return InvalidInput("the snapshot that the inputs were read from has expired: {}", request_.starting_snapshot_id);
    for (const ManifestFile& line : lines) {
      if (line.content != ManifestContent::kDeletes || line.sequence_number <= start->sequence_number) continue;
      FIRN_ASSIGN(const Manifest manifest, ReadManifest(*environment.storage, line, base));
      DeleteIndex deletes(base);
      for (const ManifestEntry& entry : manifest.entries) {
        const bool is_equality = entry.file.content == FileContent::kEqualityDeletes;
        // Equality deletes still apply to outputs that keep an old data sequence number.
        if (!entry.is_live() || (is_equality && request_.data_sequence_number)) continue;
        if (entry.sequence_number.value_or(0) > start->sequence_number) deletes.Add(entry);
      }
      for (const ManifestEntry& entry : gone) {
        if (entry.file.content == FileContent::kData && !deletes.Find(entry).empty()) {
          return InvalidInput("rows of a file that was to be replaced were deleted meanwhile: {}",
                              entry.file.file_path);
        }
      }
    }
    return OkStatus();
  }

  RewriteRequest request_;
  std::set<std::string> removed_;
  std::vector<ManifestFile> added_manifests_;
  std::map<std::string, Filtered> filtered_;  ///< by the path of the manifest that went in
};

}  // namespace

std::unique_ptr<TableChange> MakeRewriteFiles(RewriteRequest request) {
  return std::make_unique<RewriteFiles>(std::move(request));
}

}  // namespace firn::iceberg
