#include "iceberg/updates/snapshot_producer.h"

#include <algorithm>

#include "base/log.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;

int64_t ChooseSnapshotId(const TableMetadata& base, Random& random) {
  while (true) {
    const auto id = static_cast<int64_t>(random.Next() & 0x7fffffffffffffffULL);
    if (id != 0 && base.FindSnapshot(id) == nullptr) return id;
  }
}

/// Gives row ids to data manifests that have none, in order (Iceberg spec, "First Row ID Inheritance"). Returns the
/// next free one.
int64_t AssignRowIds(std::vector<ManifestFile>& manifests, int64_t next_row_id) {
  for (ManifestFile& line : manifests) {
    if (line.content != ManifestContent::kData || line.first_row_id) continue;
    line.first_row_id = next_row_id;
    next_row_id += line.existing_rows_count.value_or(0) + line.added_rows_count.value_or(0);
  }
  return next_row_id;
}

}  // namespace

const Schema& SchemaForSpec(const TableMetadata& metadata, const PartitionSpec& spec) {
  const auto has_sources = [&](const Schema& schema) {
    return std::all_of(spec.fields.begin(), spec.fields.end(),
                       [&](const PartitionField& field) { return schema.FindField(field.source_id) != nullptr; });
  };
  if (has_sources(metadata.schema())) return metadata.schema();
  for (auto schema = metadata.schemas.rbegin(); schema != metadata.schemas.rend(); ++schema) {
    if (has_sources(**schema)) return **schema;
  }
  return metadata.schema();
}

Status SnapshotProducer::Apply(MetadataBuilder& builder, const CommitEnvironment& environment) {
  ++attempts_;
  FIRN_TRY(Prepare(builder));
  const TableMetadata& base = builder.current();
  if (base.format_version < 2)
    return Unsupported("Firn does not write format version 1: set format-version to 2 first");
  if (snapshot_id_ == 0) {
    snapshot_id_ = ChooseSnapshotId(base, *environment.random);
    commit_uuid_ = environment.random->Uuid();
  }
  const bool branch_exists = base.refs.contains(branch_);
  const SnapshotPtr parent = branch_exists ? base.FindRef(branch_) : base.current_snapshot();
  std::vector<ManifestFile> parent_manifests;
  if (parent != nullptr) {
    FIRN_ASSIGN(parent_manifests, ReadManifestList(*environment.storage, *parent));
  }

  SnapshotSummary summary(base);
  FIRN_ASSIGN(Contents contents, Produce(base, parent.get(), parent_manifests, environment, summary));
  Snapshot snapshot;
  snapshot.snapshot_id = snapshot_id_;
  if (parent != nullptr) snapshot.parent_snapshot_id = parent->snapshot_id;
  snapshot.sequence_number = base.last_sequence_number + 1;
  // A clock that is behind must not make history run backwards: readers refuse such a table.
  snapshot.timestamp_ms = std::max(environment.clock->NowNs() / kNanosPerMilli, base.last_updated_ms);
  snapshot.schema_id = base.current_schema_id;
  size_t created = 0;
  for (ManifestFile& line : contents.manifests) {
    if (line.sequence_number == kUnassignedSequenceNumber) {
      line.sequence_number = snapshot.sequence_number;
      ++created;
    }
    if (line.min_sequence_number == kUnassignedSequenceNumber) line.min_sequence_number = snapshot.sequence_number;
  }
  manifests_used_ = created;
  const size_t kept = contents.manifests.size() - created;
  contents.summary_extra["manifests-created"] = fmt::format("{}", created);
  contents.summary_extra["manifests-kept"] = fmt::format("{}", kept);
  contents.summary_extra["manifests-replaced"] =
      fmt::format("{}", parent_manifests.size() - std::min(kept, parent_manifests.size()));
  snapshot.summary = summary.Build(contents.operation, parent.get(), contents.summary_extra);
  if (base.format_version >= 3) {
    snapshot.first_row_id = base.next_row_id;
    snapshot.added_rows = AssignRowIds(contents.manifests, base.next_row_id) - base.next_row_id;
  }
  FIRN_ASSIGN(snapshot.manifest_list, WriteList(base, snapshot, contents.manifests, environment));

  builder.Require(AssertRefSnapshotId{
      branch_, branch_exists && parent != nullptr ? std::optional(parent->snapshot_id) : std::nullopt});
  SnapshotRef ref = branch_exists ? base.refs.at(branch_) : SnapshotRef{};
  ref.snapshot_id = snapshot_id_;
  FIRN_TRY(builder.Apply(AddSnapshot{std::make_shared<const Snapshot>(std::move(snapshot))}));
  return builder.Apply(SetSnapshotRef{branch_, ref});
}

Result<ManifestFile> SnapshotProducer::WriteManifest(const TableMetadata& base, int32_t spec_id,
                                                     ManifestContent content, const std::vector<ManifestEntry>& entries,
                                                     const CommitEnvironment& environment) {
  const PartitionSpec* spec = base.FindSpec(spec_id);
  if (spec == nullptr) return InvalidInput("partition spec {} does not exist", spec_id);
  ManifestOptions options;
  options.format_version = base.format_version;
  options.content = content;
  options.snapshot_id = snapshot_id_;
  FIRN_ASSIGN(options.codec, ManifestCodec(base));
  FIRN_ASSIGN(SerializedManifest manifest, SerializeManifest(entries, SchemaForSpec(base, *spec), *spec, options));
  const std::string location =
      fmt::format("{}/{}-m{}.avro", base.MetadataLocation(), commit_uuid_, manifest_counter_++);
  manifests_written_.insert(location);
  FIRN_TRY(environment.storage->Write(location, manifest.bytes).WithContext("cannot write manifest " + location));
  manifest.line.manifest_path = location;
  return manifest.line;
}

Result<std::string> SnapshotProducer::WriteList(const TableMetadata& base, const Snapshot& snapshot,
                                                const std::vector<ManifestFile>& manifests,
                                                const CommitEnvironment& environment) {
  ManifestListOptions options;
  options.format_version = base.format_version;
  options.snapshot_id = snapshot.snapshot_id;
  options.parent_snapshot_id = snapshot.parent_snapshot_id;
  options.sequence_number = snapshot.sequence_number;
  options.first_row_id = snapshot.first_row_id;
  FIRN_ASSIGN(options.codec, ManifestCodec(base));
  FIRN_ASSIGN(const std::string bytes, SerializeManifestList(manifests, options));
  std::string location =
      fmt::format("{}/snap-{}-{}-{}.avro", base.MetadataLocation(), snapshot_id_, attempts_, commit_uuid_);
  lists_written_.insert(location);
  FIRN_TRY(environment.storage->Write(location, bytes).WithContext("cannot write manifest list " + location));
  return location;
}

void SnapshotProducer::OnCommitted(const TableMetadata& metadata, const CommitEnvironment& environment) {
  const bool nothing_spare = lists_written_.size() == 1 && manifests_used_ == manifests_written_.size();
  const SnapshotPtr committed = metadata.FindSnapshot(snapshot_id_);
  if (nothing_spare || committed == nullptr) return;
  // The attempt that counts need not be the last one: ask the table which list it has.
  const Result<std::vector<ManifestFile>> lines = ReadManifestList(*environment.storage, *committed);
  if (!lines.ok()) {
    log::Warn("files of failed attempts are left behind: {}", lines.error().message());
    return;
  }
  lists_written_.erase(committed->manifest_list);
  for (const ManifestFile& line : *lines) manifests_written_.erase(line.manifest_path);
  OnFailed(environment);
}

void SnapshotProducer::OnFailed(const CommitEnvironment& environment) {
  DeleteFiles({lists_written_.begin(), lists_written_.end()}, environment);
  DeleteFiles({manifests_written_.begin(), manifests_written_.end()}, environment);
  lists_written_.clear();
  manifests_written_.clear();
}

void SnapshotProducer::DeleteFiles(const std::vector<std::string>& locations, const CommitEnvironment& environment) {
  for (const std::string& location : locations) {
    const Status status = environment.storage->Delete(location);
    if (!status.ok()) log::Warn("cannot delete {}: {}", location, status.error().message());
  }
}

}  // namespace firn::iceberg
