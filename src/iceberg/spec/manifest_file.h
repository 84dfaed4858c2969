#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace firn::iceberg {

/// Range of one partition field over a manifest's entries; bounds are single-value binary of the partition type.
struct FieldSummary {
  bool contains_null = false;
  std::optional<bool> contains_nan;
  std::optional<std::string> lower_bound;
  std::optional<std::string> upper_bound;

  bool operator==(const FieldSummary&) const = default;
};

enum class ManifestContent : uint8_t { kData = 0, kDeletes = 1 };

/// A line of a manifest list (Iceberg spec, "Manifest lists"; numbers are the field ids there).
struct ManifestFile {
  std::string manifest_path;                         // 500
  int64_t manifest_length = 0;                       // 501
  int32_t partition_spec_id = 0;                     // 502
  ManifestContent content = ManifestContent::kData;  // 517
  int64_t sequence_number = 0;                       // 515; of the commit that added the manifest
  int64_t min_sequence_number = 0;                   // 516; over live entries
  int64_t added_snapshot_id = 0;                     // 503
  /// Counts are absent in some v1 lists.
  std::optional<int32_t> added_files_count;             // 504
  std::optional<int32_t> existing_files_count;          // 505
  std::optional<int32_t> deleted_files_count;           // 506
  std::optional<int64_t> added_rows_count;              // 512
  std::optional<int64_t> existing_rows_count;           // 513
  std::optional<int64_t> deleted_rows_count;            // 514
  std::optional<std::vector<FieldSummary>> partitions;  // 507; in the order of the spec
  std::optional<std::string> key_metadata;              // 519
  std::optional<int64_t> first_row_id;                  // 520; v3

  bool has_added_files() const { return added_files_count.value_or(1) > 0; }
  bool has_live_files() const { return has_added_files() || existing_files_count.value_or(1) > 0; }
  bool operator==(const ManifestFile&) const = default;
};

}  // namespace firn::iceberg
