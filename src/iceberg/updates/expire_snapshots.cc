#include "iceberg/updates/expire_snapshots.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "base/log.h"
#include "iceberg/manifests/manifest_reader.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr int64_t kDefaultMaximumAgeMs = 432'000'000;

/// What an expiry keeps: refs by their age, snapshots by the rules of the branch that they are on.
class ExpiryPlanner {
 public:
  ExpiryPlanner(const TableMetadata& metadata, const ExpireOptions& options, int64_t now_ms)
      : metadata_(metadata), options_(options), now_ms_(now_ms) {
    const int64_t age_ms = metadata.IntegerProperty("history.expire.max-snapshot-age-ms", kDefaultMaximumAgeMs);
    cutoff_ms_ = options.older_than_ms.value_or(now_ms - age_ms);
    minimum_ = options.retain_last.value_or(
        static_cast<int32_t>(metadata.IntegerProperty("history.expire.min-snapshots-to-keep", 1)));
    maximum_ref_age_ms_ =
        metadata.IntegerProperty("history.expire.max-ref-age-ms", std::numeric_limits<int64_t>::max());
  }

  Result<ExpirePlan> Plan() {
    for (const auto& [name, ref] : metadata_.refs) KeepRef(name, ref);
    for (const int64_t id : options_.snapshot_ids) {
      if (referenced_.contains(id)) return InvalidInput("snapshot {} cannot expire: a branch or tag points to it", id);
      kept_.erase(id);
    }
    for (const SnapshotPtr& snapshot : metadata_.snapshots) {
      const bool named = std::find(options_.snapshot_ids.begin(), options_.snapshot_ids.end(), snapshot->snapshot_id) !=
                         options_.snapshot_ids.end();
      const bool is_staged = !reachable_.contains(snapshot->snapshot_id);
      const bool young = is_staged && snapshot->timestamp_ms >= cutoff_ms_;
      if (named || (!kept_.contains(snapshot->snapshot_id) && !young))
        plan_.snapshot_ids.push_back(snapshot->snapshot_id);
    }
    return std::move(plan_);
  }

 private:
  void KeepRef(const std::string& name, const SnapshotRef& ref) {
    const SnapshotPtr head = metadata_.FindSnapshot(ref.snapshot_id);
    const int64_t maximum_age_ms = ref.max_ref_age_ms.value_or(maximum_ref_age_ms_);
    if (name != kMainBranch && head != nullptr && now_ms_ - head->timestamp_ms > maximum_age_ms) {
      plan_.refs.push_back(name);
      return;
    }
    referenced_.insert(ref.snapshot_id);
    kept_.insert(ref.snapshot_id);
    reachable_.insert(ref.snapshot_id);
    if (ref.kind == SnapshotRef::Kind::kTag) return;
    const int64_t cutoff_ms = ref.max_snapshot_age_ms ? now_ms_ - *ref.max_snapshot_age_ms : cutoff_ms_;
    const int32_t minimum = ref.min_snapshots_to_keep.value_or(minimum_);
    int32_t count = 0;
    bool keeping = true;
    for (const SnapshotPtr& snapshot : metadata_.AncestorsOf(ref.snapshot_id)) {
      reachable_.insert(snapshot->snapshot_id);
      keeping = keeping && (count < minimum || snapshot->timestamp_ms >= cutoff_ms);
      if (keeping) kept_.insert(snapshot->snapshot_id);
      ++count;
    }
  }

  const TableMetadata& metadata_;
  const ExpireOptions& options_;
  int64_t now_ms_;
  int64_t cutoff_ms_ = 0;
  int32_t minimum_ = 1;
  int64_t maximum_ref_age_ms_ = 0;
  std::set<int64_t> referenced_;
  std::set<int64_t> reachable_;  ///< from a kept ref, kept or not
  std::set<int64_t> kept_;
  ExpirePlan plan_;
};

/// Schemas and specs that no snapshot that stays names. Specs are named by manifests, so all of them must be read.
std::vector<int32_t> UnusedSchemas(const TableMetadata& metadata) {
  std::set<int32_t> used = {metadata.current_schema_id};
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (snapshot->schema_id) used.insert(*snapshot->schema_id);
  }
  std::vector<int32_t> unused;
  for (const auto& schema : metadata.schemas) {
    if (!used.contains(schema->schema_id())) unused.push_back(schema->schema_id());
  }
  return unused;
}

std::set<std::string> LivePaths(const Manifest& manifest) {
  std::set<std::string> paths;
  for (const ManifestEntry& entry : manifest.entries) {
    if (entry.is_live()) paths.insert(entry.file.file_path);
  }
  return paths;
}

class ExpireSnapshots final : public TableChange {
 public:
  ExpireSnapshots(ExpireOptions options, ExpireReport* report) : options_(std::move(options)), report_(report) {}

  Status Apply(MetadataBuilder& builder, const CommitEnvironment& environment) override {
    const TableMetadata& base = builder.current();
    if (!base.BoolProperty("gc.enabled", true)) return InvalidInput("snapshots cannot expire: gc.enabled is false");
    FIRN_ASSIGN(const ExpirePlan plan, PlanExpiry(base, options_, environment.clock->NowNs() / kNanosPerMilli));
    before_ = builder.base_ptr();
    *report_ = {};
    report_->snapshot_ids = plan.snapshot_ids;
    // A ref that moves meanwhile could come to point at what is removed here.
    for (const auto& [name, ref] : base.refs) builder.Require(AssertRefSnapshotId{name, ref.snapshot_id});
    for (const std::string& name : plan.refs) FIRN_TRY(builder.Apply(RemoveSnapshotRef{name}));
    if (!plan.snapshot_ids.empty()) FIRN_TRY(builder.Apply(RemoveSnapshots{plan.snapshot_ids}));
    if (options_.clean_unreferenced_metadata && !plan.snapshot_ids.empty()) {
      const std::vector<int32_t> schemas = UnusedSchemas(builder.current());
      if (!schemas.empty()) {
        builder.Require(AssertCurrentSchemaId{base.current_schema_id});
        FIRN_TRY(builder.Apply(RemoveSchemas{schemas}));
      }
    }
    return OkStatus();
  }

  void OnCommitted(const TableMetadata& metadata, const CommitEnvironment& environment) override {
    if (!options_.delete_files || report_->snapshot_ids.empty()) return;
    const Status status = DeleteUnreachable(metadata, environment);
    if (!status.ok()) log::Warn("files of expired snapshots are left behind: {}", status.error().message());
  }

 private:
  /// Lines of all manifests of the snapshots in `metadata` that are, or are not, among the expired.
  Result<std::map<std::string, ManifestFile>> Manifests(const std::vector<SnapshotPtr>& snapshots,
                                                        const CommitEnvironment& environment) {
    std::map<std::string, ManifestFile> lines;
    for (const SnapshotPtr& snapshot : snapshots) {
      FIRN_ASSIGN(std::vector<ManifestFile> list, ReadManifestList(*environment.storage, *snapshot));
      for (ManifestFile& line : list) lines.emplace(line.manifest_path, std::move(line));
    }
    return lines;
  }

  Status DeleteUnreachable(const TableMetadata& metadata, const CommitEnvironment& environment) {
    const std::set<int64_t> expired(report_->snapshot_ids.begin(), report_->snapshot_ids.end());
    std::vector<SnapshotPtr> gone;
    for (const SnapshotPtr& snapshot : before_->snapshots) {
      if (expired.contains(snapshot->snapshot_id)) gone.push_back(snapshot);
    }
    FIRN_ASSIGN(const auto kept, Manifests(metadata.snapshots, environment));
    FIRN_ASSIGN(auto candidates, Manifests(gone, environment));
    for (const auto& [path, line] : kept) candidates.erase(path);

    std::set<std::string> files;
    for (const auto& [path, line] : candidates) {
      FIRN_ASSIGN(const Manifest manifest, ReadManifest(*environment.storage, line, *before_));
      // A file that the expired snapshot itself deleted is reached by an older one, or gone with it.
      files.merge(LivePaths(manifest));
    }
    if (!files.empty()) FIRN_TRY(EraseKept(kept, metadata, environment, &files));
    std::set<std::string> kept_lists;
    for (const SnapshotPtr& snapshot : metadata.snapshots) kept_lists.insert(snapshot->manifest_list);
    report_->deleted_data_files = Delete(files, environment);
    std::set<std::string> manifests;
    for (const auto& [path, line] : candidates) manifests.insert(path);
    report_->deleted_manifests = Delete(manifests, environment);
    std::set<std::string> lists;
    for (const SnapshotPtr& snapshot : gone) {
      if (!snapshot->manifest_list.empty() && !kept_lists.contains(snapshot->manifest_list))
        lists.insert(snapshot->manifest_list);
    }
    report_->deleted_manifest_lists = Delete(lists, environment);
    report_->deleted_statistics = Delete(GoneStatistics(metadata), environment);
    return OkStatus();
  }

  /// Takes out of `files` what a kept manifest still holds; fails, and so deletes nothing, where one cannot be read.
  static Status EraseKept(const std::map<std::string, ManifestFile>& kept, const TableMetadata& metadata,
                          const CommitEnvironment& environment, std::set<std::string>* files) {
    for (const auto& [path, line] : kept) {
      if (files->empty()) return OkStatus();
      FIRN_ASSIGN(const Manifest manifest, ReadManifest(*environment.storage, line, metadata));
      for (const ManifestEntry& entry : manifest.entries) {
        if (entry.is_live()) files->erase(entry.file.file_path);
      }
    }
    return OkStatus();
  }

  std::set<std::string> GoneStatistics(const TableMetadata& metadata) const {
    std::set<std::string> gone;
    for (const StatisticsFile& file : before_->statistics) gone.insert(file.path);
    for (const StatisticsFile& file : before_->partition_statistics) gone.insert(file.path);
    for (const StatisticsFile& file : metadata.statistics) gone.erase(file.path);
    for (const StatisticsFile& file : metadata.partition_statistics) gone.erase(file.path);
    return gone;
  }

  static int64_t Delete(const std::set<std::string>& locations, const CommitEnvironment& environment) {
    int64_t deleted = 0;
    for (const std::string& location : locations) {
      const Status status = environment.storage->Delete(location);
      if (status.ok()) {
        ++deleted;
      } else {
        log::Warn("cannot delete {}: {}", location, status.error().message());
      }
    }
    return deleted;
  }

  ExpireOptions options_;
  ExpireReport* report_;
  TableMetadataPtr before_;
};

}  // namespace

Result<ExpirePlan> PlanExpiry(const TableMetadata& metadata, const ExpireOptions& options, int64_t now_ms) {
  return ExpiryPlanner(metadata, options, now_ms).Plan();
}

std::unique_ptr<TableChange> MakeExpireSnapshots(ExpireOptions options, ExpireReport* report) {
  return std::make_unique<ExpireSnapshots>(std::move(options), report);
}

}  // namespace firn::iceberg
