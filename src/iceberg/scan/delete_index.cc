#include "iceberg/scan/delete_index.h"

#include <bit>

#include "base/bytes.h"
#include "iceberg/spec/single_value.h"

namespace firn::iceberg {
namespace {

void AppendValue(std::string& key, const Literal& value) {
  std::string bytes;
  if (const auto integer = value.AsInteger()) {
    AppendLittleEndian(bytes, *integer);
  } else if (const auto* text = value.As<std::string>()) {
    bytes = *text;
  } else if (const auto* decimal = value.As<Decimal>()) {
    bytes = DecimalBytes(decimal->unscaled);
  } else if (const auto* narrow = value.As<float>()) {
    AppendLittleEndian(bytes, static_cast<double>(*narrow));
  } else if (const auto* wide = value.As<double>()) {
    AppendLittleEndian(bytes, *wide);
  } else if (const auto* flag = value.As<bool>()) {
    bytes = *flag ? "t" : "f";
  }
  key += value.is_null() ? 'n' : 'v';
  AppendLittleEndian(key, static_cast<uint64_t>(bytes.size()));
  key += bytes;
}

/// False where the delete file's own bounds of `file_path` leave the data file out.
bool PathMayMatch(const DataFile& deletes, const std::string& path) {
  if (deletes.referenced_data_file) return *deletes.referenced_data_file == path;
  const auto lower = deletes.lower_bounds.find(kDeleteFilePathFieldId);
  const auto upper = deletes.upper_bounds.find(kDeleteFilePathFieldId);
  if (lower != deletes.lower_bounds.end() && path < lower->second) return false;
  return upper == deletes.upper_bounds.end() || path <= upper->second;
}

bool Applies(const DeleteFile& deletes, const ManifestEntry& data) {
  const int64_t written = data.sequence_number.value_or(0);
  if (deletes.file.content == FileContent::kEqualityDeletes) return written < deletes.sequence_number;
  return written <= deletes.sequence_number && PathMayMatch(deletes.file, data.file.file_path);
}

}  // namespace

std::string PartitionKey(const DataFile& file) {
  std::string key;
  AppendLittleEndian(key, file.spec_id);
  for (const Literal& value : file.partition) AppendValue(key, value);
  return key;
}

void DeleteIndex::Add(const ManifestEntry& entry) {
  auto deletes = std::make_shared<DeleteFile>();
  deletes->file = entry.file;
  deletes->sequence_number = entry.sequence_number.value_or(0);
  if (entry.file.is_deletion_vector() || entry.file.file_format == "PUFFIN") {
    vectors_[entry.file.referenced_data_file.value_or("")].push_back(std::move(deletes));
    return;
  }
  const PartitionSpec* spec = metadata_->FindSpec(entry.file.spec_id);
  if (entry.file.content == FileContent::kEqualityDeletes && spec != nullptr && spec->is_unpartitioned()) {
    global_.push_back(std::move(deletes));
    return;
  }
  by_partition_[PartitionKey(entry.file)].push_back(std::move(deletes));
}

std::vector<std::shared_ptr<const DeleteFile>> DeleteIndex::Find(const ManifestEntry& data) const {
  std::vector<DeletePtr> found;
  if (empty()) return found;
  bool has_vector = false;
  if (const auto vectors = vectors_.find(data.file.file_path); vectors != vectors_.end()) {
    for (const DeletePtr& deletes : vectors->second) {
      if (data.sequence_number.value_or(0) > deletes->sequence_number) continue;
      found.push_back(deletes);
      has_vector = true;
    }
  }
  const auto take = [&](const std::vector<DeletePtr>& candidates) {
    for (const DeletePtr& deletes : candidates) {
      const bool superseded = has_vector && deletes->file.content == FileContent::kPositionDeletes;
      if (!superseded && Applies(*deletes, data)) found.push_back(deletes);
    }
  };
  if (const auto same = by_partition_.find(PartitionKey(data.file)); same != by_partition_.end()) take(same->second);
  take(global_);
  return found;
}

}  // namespace firn::iceberg
