#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "iceberg/spec/data_file.h"
#include "iceberg/spec/table_metadata.h"

namespace firn::iceberg {

/// Counts what a snapshot adds and removes, and writes its summary (Iceberg spec, "Snapshot summary").
class SnapshotSummary {
 public:
  explicit SnapshotSummary(const TableMetadata& metadata) : metadata_(metadata) {}

  void Add(const DataFile& file) { Count(file, true); }
  void Remove(const DataFile& file) { Count(file, false); }

  /// The whole summary: `extra` keys never replace counted ones. Totals go on from `parent`'s and are left out where it
  /// has none.
  StringMap Build(const std::string& operation, const Snapshot* parent, const StringMap& extra) const;

 private:
  /// Files, rows and bytes by kind, as summary keys name them.
  struct Counters {
    int64_t data_files = 0, delete_files = 0, position_delete_files = 0, equality_delete_files = 0, vectors = 0;
    int64_t records = 0, position_deletes = 0, equality_deletes = 0, bytes = 0;
  };
  static void CountInto(Counters& counters, const DataFile& file);
  void Count(const DataFile& file, bool added);

  const TableMetadata& metadata_;
  Counters added_;
  Counters removed_;
  std::map<std::string, std::pair<Counters, Counters>> partitions_;  ///< by path
};

}  // namespace firn::iceberg
