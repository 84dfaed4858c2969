#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "iceberg/manifests/manifest_reader.h"
#include "iceberg/manifests/manifest_writer.h"
#include "iceberg/updates/commit.h"
#include "iceberg/updates/snapshot_summary.h"

namespace firn::iceberg {

/// A change that adds a snapshot to a branch: chooses its id, writes its manifest list, and keeps track of the files
/// that are to be deleted when the commit fails. What the snapshot holds is for the subclass to say.
class SnapshotProducer : public TableChange {
 public:
  Status Apply(MetadataBuilder& builder, const CommitEnvironment& environment) final;
  void OnCommitted(const TableMetadata& metadata, const CommitEnvironment& environment) override;
  void OnFailed(const CommitEnvironment& environment) override;
  int64_t snapshot_id() const final { return snapshot_id_; }

 protected:
  struct Contents {
    std::string operation;
    std::vector<ManifestFile>
        manifests;  ///< the snapshot's, new ones first; those of this commit with kUnassignedSequenceNumber
    StringMap summary_extra;
  };

  explicit SnapshotProducer(std::string branch) : branch_(std::move(branch)) {}

  /// `parent` null = the branch has no snapshot; `parent_manifests` are its manifests. Files go into `summary` as they
  /// are added and removed.
  virtual Result<Contents> Produce(const TableMetadata& base, const Snapshot* parent,
                                   const std::vector<ManifestFile>& parent_manifests,
                                   const CommitEnvironment& environment, SnapshotSummary& summary) = 0;
  /// Checks and extra updates of this commit, before the snapshot is added.
  virtual Status Prepare(MetadataBuilder& builder) = 0;

  /// Writes a manifest of this commit; all entries belong to `spec_id`.
  Result<ManifestFile> WriteManifest(const TableMetadata& base, int32_t spec_id, ManifestContent content,
                                     const std::vector<ManifestEntry>& entries, const CommitEnvironment& environment);

 private:
  Result<std::string> WriteList(const TableMetadata& base, const Snapshot& snapshot,
                                const std::vector<ManifestFile>& manifests, const CommitEnvironment& environment);
  void DeleteFiles(const std::vector<std::string>& locations, const CommitEnvironment& environment);

  std::string branch_;
  int64_t snapshot_id_ = 0;
  std::string commit_uuid_;
  int32_t attempts_ = 0;
  int32_t manifest_counter_ = 0;
  std::set<std::string> manifests_written_;
  std::set<std::string> lists_written_;
  size_t manifests_used_ = 0;  ///< of those written, in the last attempt
};

/// The schema that has all source columns of `spec`: the current one where it does, else the newest that does.
const Schema& SchemaForSpec(const TableMetadata& metadata, const PartitionSpec& spec);

}  // namespace firn::iceberg
