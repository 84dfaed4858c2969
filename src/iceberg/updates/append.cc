#include "iceberg/updates/append.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "iceberg/updates/manifest_merger.h"
#include "iceberg/updates/snapshot_producer.h"

namespace firn::iceberg {
namespace {

class Append final : public SnapshotProducer {
 public:
  explicit Append(AppendRequest request) : SnapshotProducer(request.branch), request_(std::move(request)) {}

 protected:
  Status Prepare(MetadataBuilder& builder) override {
    if (request_.assert_schema_id) {
      if (builder.current().current_schema_id != *request_.assert_schema_id) {
        return InvalidInput("the files were written under schema {}, the table now has {}", *request_.assert_schema_id,
                            builder.current().current_schema_id);
      }
      builder.Require(AssertCurrentSchemaId{*request_.assert_schema_id});
    }
    if (!request_.set_properties.empty()) FIRN_TRY(builder.Apply(SetProperties{request_.set_properties}));
    if (!request_.remove_properties.empty()) FIRN_TRY(builder.Apply(RemoveProperties{request_.remove_properties}));
    return OkStatus();
  }

  Result<Contents> Produce(const TableMetadata& base, const Snapshot* /*parent*/,
                           const std::vector<ManifestFile>& parent_manifests, const CommitEnvironment& environment,
                           SnapshotSummary& summary) override {
    Contents contents;
    contents.operation = "append";
    contents.summary_extra = request_.summary;
    for (const DataFile& file : request_.files) summary.Add(file);
    FIRN_TRY(WriteNewManifests(base, environment));
    contents.manifests = new_manifests_;
    contents.manifests.insert(contents.manifests.end(), parent_manifests.begin(), parent_manifests.end());
    if (!request_.merge_manifests || !base.BoolProperty("commit.manifest-merge.enabled", true)) return contents;
    const ManifestMerger::WriteFunction write = [&](int32_t spec_id, const std::vector<ManifestEntry>& entries) {
      return WriteManifest(base, spec_id, ManifestContent::kData, entries, environment);
    };
    FIRN_ASSIGN(contents.manifests,
                merger_.Merge(contents.manifests, base, snapshot_id(), *environment.storage, write));
    return contents;
  }

 private:
  /// One manifest a partition spec, written once: its entries inherit their numbers, so it serves every attempt.
  Status WriteNewManifests(const TableMetadata& base, const CommitEnvironment& environment) {
    if (!new_manifests_.empty()) return OkStatus();
    std::map<int32_t, std::vector<ManifestEntry>> by_spec;
    std::set<std::string_view> paths;
    for (const DataFile& file : request_.files) {
      if (!paths.insert(file.file_path).second) return InvalidInput("a file is appended twice: {}", file.file_path);
      if (file.content != FileContent::kData)
        return InvalidInput("an append takes data files only: {}", file.file_path);
      ManifestEntry entry;
      entry.snapshot_id = snapshot_id();
      entry.file = file;
      by_spec[file.spec_id].push_back(std::move(entry));
    }
    for (const auto& [spec_id, entries] : by_spec) {
      FIRN_ASSIGN(ManifestFile line, WriteManifest(base, spec_id, ManifestContent::kData, entries, environment));
      new_manifests_.push_back(std::move(line));
    }
    return OkStatus();
  }

  AppendRequest request_;
  std::vector<ManifestFile> new_manifests_;
  ManifestMerger merger_;
};

}  // namespace

std::unique_ptr<TableChange> MakeAppend(AppendRequest request) {
  return std::make_unique<Append>(std::move(request));
}

}  // namespace firn::iceberg
