#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "iceberg/spec/partition_spec.h"

namespace firn::iceberg {

enum class FileContent : uint8_t { kData = 0, kPositionDeletes = 1, kEqualityDeletes = 2 };

/// A data or delete file as manifests describe it (Iceberg spec, "Manifests"; numbers are the field ids there).
struct DataFile {
  FileContent content = FileContent::kData;         // 134
  std::string file_path;                            // 100; verbatim, never normalised
  std::string file_format = "PARQUET";              // 101; upper case
  PartitionValues partition;                        // 102; in the order of the spec
  int64_t record_count = 0;                         // 103
  int64_t file_size_bytes = 0;                      // 104
  std::map<int32_t, int64_t> column_sizes;          // 108
  std::map<int32_t, int64_t> value_counts;          // 109
  std::map<int32_t, int64_t> null_value_counts;     // 110
  std::map<int32_t, int64_t> nan_value_counts;      // 137
  std::map<int32_t, std::string> lower_bounds;      // 125; single-value binary (spec/single_value.h)
  std::map<int32_t, std::string> upper_bounds;      // 128
  std::optional<std::string> key_metadata;          // 131
  std::vector<int64_t> split_offsets;               // 132; ascending
  std::vector<int32_t> equality_ids;                // 135; equality deletes only
  std::optional<int32_t> sort_order_id;             // 140
  std::optional<int64_t> first_row_id;              // 142; v3
  std::optional<std::string> referenced_data_file;  // 143
  std::optional<int64_t> content_offset;            // 144; v3, deletion vectors
  std::optional<int64_t> content_size_bytes;        // 145

  int32_t spec_id = 0;  ///< from the manifest, not in the record

  bool is_deletion_vector() const { return content == FileContent::kPositionDeletes && content_offset.has_value(); }
};

enum class EntryStatus : uint8_t { kExisting = 0, kAdded = 1, kDeleted = 2 };

/// A line of a manifest. After reading, inherited numbers are filled in.
struct ManifestEntry {
  EntryStatus status = EntryStatus::kAdded;
  std::optional<int64_t> snapshot_id;
  std::optional<int64_t> sequence_number;       ///< data sequence number: governs which deletes apply
  std::optional<int64_t> file_sequence_number;  ///< when the file was added
  DataFile file;

  bool is_live() const { return status != EntryStatus::kDeleted; }
};

}  // namespace firn::iceberg
