#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace firn::iceberg {

using StringMap = std::map<std::string, std::string>;

inline constexpr char kMainBranch[] = "main";

/// The state of a table after one commit.
struct Snapshot {
  int64_t snapshot_id = 0;
  std::optional<int64_t> parent_snapshot_id;
  int64_t sequence_number = 0;
  int64_t timestamp_ms = 0;
  std::string manifest_list;           ///< "" only in v1 tables that list `manifests` inline
  std::vector<std::string> manifests;  ///< v1 only
  StringMap summary;                   ///< with `operation`
  std::optional<int32_t> schema_id;
  std::optional<int64_t> first_row_id;  ///< v3
  std::optional<int64_t> added_rows;    ///< v3
  std::optional<std::string> key_id;    ///< v3 encryption
  /// The JSON text that this was parsed from or has been written as: unchanged snapshots are copied, not serialised
  /// again (and keep fields that Firn does not know). Clear it after a change.
  std::string json;

  std::string operation() const;  ///< "overwrite" where the summary does not say
};

/// Snapshots are immutable and shared between versions of a table's metadata.
using SnapshotPtr = std::shared_ptr<const Snapshot>;

/// A named snapshot.
struct SnapshotRef {
  enum class Kind : uint8_t { kBranch, kTag };

  int64_t snapshot_id = 0;
  Kind kind = Kind::kBranch;
  std::optional<int32_t> min_snapshots_to_keep;  ///< branches only
  std::optional<int64_t> max_snapshot_age_ms;    ///< branches only
  std::optional<int64_t> max_ref_age_ms;

  bool operator==(const SnapshotRef&) const = default;
};

struct SnapshotLogEntry {
  int64_t timestamp_ms = 0;
  int64_t snapshot_id = 0;
  bool operator==(const SnapshotLogEntry&) const = default;
};

struct MetadataLogEntry {
  int64_t timestamp_ms = 0;
  std::string metadata_file;
  bool operator==(const MetadataLogEntry&) const = default;
};

/// A statistics or partition-statistics file; `json` is its object in metadata, carried through unread.
struct StatisticsFile {
  int64_t snapshot_id = 0;
  std::string path;
  std::string json;
  bool operator==(const StatisticsFile&) const = default;
};

}  // namespace firn::iceberg
