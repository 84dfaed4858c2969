#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "iceberg/scan/plan_files.h"

namespace firn::iceberg {

/// Finds the delete files that apply to a data file (Iceberg spec, "Scan Planning": DVs, position deletes, equality
/// deletes).
class DeleteIndex {
 public:
  explicit DeleteIndex(const TableMetadata& metadata) : metadata_(&metadata) {}

  void Add(const ManifestEntry& entry);
  std::vector<std::shared_ptr<const DeleteFile>> Find(const ManifestEntry& data) const;
  bool empty() const { return by_partition_.empty() && vectors_.empty() && global_.empty(); }

 private:
  using DeletePtr = std::shared_ptr<const DeleteFile>;
  const TableMetadata* metadata_;
  std::map<std::string, std::vector<DeletePtr>> vectors_;       ///< by data file
  std::map<std::string, std::vector<DeletePtr>> by_partition_;  ///< by spec and partition values
  std::vector<DeletePtr> global_;                               ///< equality deletes of an unpartitioned spec
};

/// Equal for equal partitions of the same spec, whatever width their integers have.
std::string PartitionKey(const DataFile& file);

}  // namespace firn::iceberg
