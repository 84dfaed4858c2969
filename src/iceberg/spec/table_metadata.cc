#include "iceberg/spec/table_metadata.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace firn::iceberg {
namespace {

/// How far clocks of two writers may differ before a log counts as damaged; Java's value.
constexpr int64_t kClockSkewMs = 60'000;

template <typename T, typename Id>
const T* FindById(const std::vector<T>& items, Id T::* member, Id id) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const T& item) { return item.*member == id; });
  return found == items.end() ? nullptr : &*found;
}

Status ValidateSnapshots(const TableMetadata& metadata, std::unordered_set<int64_t>* ids) {
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (!ids->insert(snapshot->snapshot_id).second) return Corrupt("snapshot id twice: {}", snapshot->snapshot_id);
    if (metadata.format_version > 1 && snapshot->sequence_number > metadata.last_sequence_number) {
      return Corrupt("snapshot {} has sequence number {} beyond last-sequence-number {}", snapshot->snapshot_id,
                     snapshot->sequence_number, metadata.last_sequence_number);
    }
  }
  return OkStatus();
}

Status ValidateRefs(const TableMetadata& metadata, const std::unordered_set<int64_t>& ids) {
  if (metadata.current_snapshot_id && !ids.contains(*metadata.current_snapshot_id)) {
    return Corrupt("current snapshot {} not found", *metadata.current_snapshot_id);
  }
  for (const auto& [name, ref] : metadata.refs) {
    if (!ids.contains(ref.snapshot_id)) return Corrupt("snapshot {} of ref {} not found", ref.snapshot_id, name);
  }
  const auto main = metadata.refs.find(kMainBranch);
  if (main == metadata.refs.end()) {
    if (metadata.current_snapshot_id) return Corrupt("there is a current snapshot, but no main branch");
    return OkStatus();
  }
  if (main->second.kind != SnapshotRef::Kind::kBranch) return Corrupt("main is no branch");
  if (metadata.current_snapshot_id != main->second.snapshot_id) {
    return Corrupt("main points to snapshot {}, which is not the current one", main->second.snapshot_id);
  }
  return OkStatus();
}

template <typename Entry>
Status ValidateLog(const std::vector<Entry>& log, int64_t last_updated_ms, const char* name) {
  int64_t latest = log.empty() ? 0 : log.front().timestamp_ms;
  for (const Entry& entry : log) {
    if (entry.timestamp_ms < latest - kClockSkewMs)
      return Corrupt("{} goes back in time: {} after {}", name, entry.timestamp_ms, latest);
    latest = entry.timestamp_ms;
  }
  if (!log.empty() && last_updated_ms < log.back().timestamp_ms - kClockSkewMs) {
    return Corrupt("last-updated-ms {} is before the last entry of {}", last_updated_ms, name);
  }
  return OkStatus();
}

}  // namespace

std::string Snapshot::operation() const {
  const auto found = summary.find("operation");
  return found == summary.end() ? "overwrite" : found->second;
}

const Schema& TableMetadata::schema() const {
  const Schema* schema = FindSchema(current_schema_id);
  static const Schema empty;
  return schema == nullptr ? empty : *schema;
}

const PartitionSpec& TableMetadata::spec() const {
  const PartitionSpec* spec = FindSpec(default_spec_id);
  static const PartitionSpec empty;
  return spec == nullptr ? empty : *spec;
}

const SortOrder& TableMetadata::sort_order() const {
  const SortOrder* order = FindSortOrder(default_sort_order_id);
  static const SortOrder empty;
  return order == nullptr ? empty : *order;
}

const Schema* TableMetadata::FindSchema(int32_t schema_id) const {
  for (const auto& schema : schemas) {
    if (schema->schema_id() == schema_id) return schema.get();
  }
  return nullptr;
}

const PartitionSpec* TableMetadata::FindSpec(int32_t spec_id) const {
  return FindById(partition_specs, &PartitionSpec::spec_id, spec_id);
}

const SortOrder* TableMetadata::FindSortOrder(int32_t order_id) const {
  return FindById(sort_orders, &SortOrder::order_id, order_id);
}

SnapshotPtr TableMetadata::FindSnapshot(int64_t snapshot_id) const {
  // Those looked for are nearly always the newest.
  const auto found = std::find_if(snapshots.rbegin(), snapshots.rend(),
                                  [&](const SnapshotPtr& snapshot) { return snapshot->snapshot_id == snapshot_id; });
  return found == snapshots.rend() ? nullptr : *found;
}

SnapshotPtr TableMetadata::current_snapshot() const {
  return current_snapshot_id ? FindSnapshot(*current_snapshot_id) : nullptr;
}

SnapshotPtr TableMetadata::FindRef(const std::string& name) const {
  const auto found = refs.find(name);
  return found == refs.end() ? nullptr : FindSnapshot(found->second.snapshot_id);
}

SnapshotPtr TableMetadata::SnapshotAsOf(int64_t timestamp_ms) const {
  const SnapshotLogEntry* latest = nullptr;
  for (const SnapshotLogEntry& entry : snapshot_log) {
    if (entry.timestamp_ms <= timestamp_ms) latest = &entry;
  }
  return latest == nullptr ? nullptr : FindSnapshot(latest->snapshot_id);
}

const Schema& TableMetadata::SchemaOf(const Snapshot& snapshot) const {
  const Schema* schema = snapshot.schema_id ? FindSchema(*snapshot.schema_id) : nullptr;
  return schema == nullptr ? this->schema() : *schema;
}

std::vector<SnapshotPtr> TableMetadata::AncestorsOf(int64_t snapshot_id) const {
  std::unordered_map<int64_t, const SnapshotPtr*> by_id;
  for (const SnapshotPtr& snapshot : snapshots) by_id.emplace(snapshot->snapshot_id, &snapshot);
  std::vector<SnapshotPtr> line;
  std::optional<int64_t> next = snapshot_id;
  while (next && line.size() < snapshots.size()) {
    const auto found = by_id.find(*next);
    if (found == by_id.end()) break;
    line.push_back(*found->second);
    next = line.back()->parent_snapshot_id;
  }
  return line;
}

std::string TableMetadata::Property(const std::string& key, const std::string& otherwise) const {
  const auto found = properties.find(key);
  return found == properties.end() ? otherwise : found->second;
}

int64_t TableMetadata::IntegerProperty(const std::string& key, int64_t otherwise) const {
  const auto found = properties.find(key);
  if (found == properties.end()) return otherwise;
  int64_t value = 0;
  const std::string& text = found->second;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() ? value : otherwise;
}

bool TableMetadata::BoolProperty(const std::string& key, bool otherwise) const {
  const std::string text = Property(key, otherwise ? "true" : "false");
  return text == "true" || text == "TRUE" || text == "True";
}

std::string TableMetadata::DataLocation() const {
  return Property("write.data.path", location + "/data");
}

std::string TableMetadata::MetadataLocation() const {
  return Property("write.metadata.path", location + "/metadata");
}

Status Validate(const TableMetadata& metadata) {
  if (metadata.FindSchema(metadata.current_schema_id) == nullptr) {
    return Corrupt("current schema {} not found", metadata.current_schema_id);
  }
  if (metadata.FindSpec(metadata.default_spec_id) == nullptr) {
    return Corrupt("default partition spec {} not found", metadata.default_spec_id);
  }
  if (metadata.FindSortOrder(metadata.default_sort_order_id) == nullptr) {
    return Corrupt("default sort order {} not found", metadata.default_sort_order_id);
  }
  std::unordered_set<int64_t> snapshot_ids;
  FIRN_TRY(ValidateSnapshots(metadata, &snapshot_ids));
  FIRN_TRY(ValidateRefs(metadata, snapshot_ids));
  FIRN_TRY(ValidateLog(metadata.snapshot_log, metadata.last_updated_ms, "snapshot-log"));
  return ValidateLog(metadata.metadata_log, metadata.last_updated_ms, "metadata-log");
}

}  // namespace firn::iceberg
