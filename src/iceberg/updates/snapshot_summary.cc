#include "iceberg/updates/snapshot_summary.h"

#include <charconv>
#include <optional>

namespace firn::iceberg {
namespace {

void Put(StringMap& summary, const char* key, int64_t value) {
  if (value != 0) summary[key] = fmt::format("{}", value);
}

/// The parent's total; 0 without a parent, nothing where the parent's summary does not tell.
std::optional<int64_t> ParentTotal(const Snapshot* parent, const std::string& key) {
  if (parent == nullptr) return 0;
  const auto found = parent->summary.find(key);
  if (found == parent->summary.end()) return std::nullopt;
  int64_t value = 0;
  const std::string& text = found->second;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

void PutTotal(StringMap& summary, const Snapshot* parent, const char* key, int64_t added, int64_t removed) {
  const std::optional<int64_t> before = ParentTotal(parent, key);
  if (before && *before + added - removed >= 0) summary[key] = fmt::format("{}", *before + added - removed);
}

}  // namespace

void SnapshotSummary::CountInto(Counters& counters, const DataFile& file) {
  counters.bytes += file.is_deletion_vector() ? file.content_size_bytes.value_or(0) : file.file_size_bytes;
  switch (file.content) {
    case FileContent::kData:
      ++counters.data_files;
      counters.records += file.record_count;
      break;
    case FileContent::kPositionDeletes:
      ++counters.delete_files;
      ++(file.is_deletion_vector() ? counters.vectors : counters.position_delete_files);
      counters.position_deletes += file.record_count;
      break;
    case FileContent::kEqualityDeletes:
      ++counters.delete_files;
      ++counters.equality_delete_files;
      counters.equality_deletes += file.record_count;
      break;
  }
}

void SnapshotSummary::Count(const DataFile& file, bool added) {
  CountInto(added ? added_ : removed_, file);
  const PartitionSpec* spec = metadata_.FindSpec(file.spec_id);
  const std::string path = spec == nullptr ? std::string() : PartitionPath(*spec, metadata_.schema(), file.partition);
  auto& [partition_added, partition_removed] = partitions_[fmt::format("{}/{}", file.spec_id, path)];
  CountInto(added ? partition_added : partition_removed, file);
}

StringMap SnapshotSummary::Build(const std::string& operation, const Snapshot* parent, const StringMap& extra) const {
  StringMap summary;
  Put(summary, "added-data-files", added_.data_files);
  Put(summary, "deleted-data-files", removed_.data_files);
  Put(summary, "added-delete-files", added_.delete_files);
  Put(summary, "removed-delete-files", removed_.delete_files);
  Put(summary, "added-position-delete-files", added_.position_delete_files);
  Put(summary, "removed-position-delete-files", removed_.position_delete_files);
  Put(summary, "added-equality-delete-files", added_.equality_delete_files);
  Put(summary, "removed-equality-delete-files", removed_.equality_delete_files);
  Put(summary, "added-dvs", added_.vectors);
  Put(summary, "removed-dvs", removed_.vectors);
  Put(summary, "added-records", added_.records);
  Put(summary, "deleted-records", removed_.records);
  Put(summary, "added-position-deletes", added_.position_deletes);
  Put(summary, "removed-position-deletes", removed_.position_deletes);
  Put(summary, "added-equality-deletes", added_.equality_deletes);
  Put(summary, "removed-equality-deletes", removed_.equality_deletes);
  Put(summary, "added-files-size", added_.bytes);
  Put(summary, "removed-files-size", removed_.bytes);
  summary["changed-partition-count"] = fmt::format("{}", partitions_.size());
  PutTotal(summary, parent, "total-data-files", added_.data_files, removed_.data_files);
  PutTotal(summary, parent, "total-delete-files", added_.delete_files, removed_.delete_files);
  PutTotal(summary, parent, "total-records", added_.records, removed_.records);
  PutTotal(summary, parent, "total-position-deletes", added_.position_deletes, removed_.position_deletes);
  PutTotal(summary, parent, "total-equality-deletes", added_.equality_deletes, removed_.equality_deletes);
  PutTotal(summary, parent, "total-files-size", added_.bytes, removed_.bytes);
  if (static_cast<int64_t>(partitions_.size()) <= metadata_.IntegerProperty("write.summary.partition-limit", 0)) {
    summary["partition-summaries-included"] = "true";
    for (const auto& [key, counters] : partitions_) {
      const auto& [added, removed] = counters;
      std::string text;
      const auto put = [&](const char* name, int64_t value) {
        if (value != 0) text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
      };
      put("added-data-files", added.data_files);
      put("deleted-data-files", removed.data_files);
      put("added-records", added.records);
      put("deleted-records", removed.records);
      put("added-files-size", added.bytes);
      put("removed-files-size", removed.bytes);
      const std::string path = key.substr(key.find('/') + 1);
      if (!path.empty()) summary["partitions." + path] = text;
    }
  }
  summary.insert(extra.begin(), extra.end());
  summary["operation"] = operation;
  return summary;
}

}  // namespace firn::iceberg
