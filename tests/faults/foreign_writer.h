#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "iceberg/updates/metadata_builder.h"
#include "ledger.h"
#include "world.h"

namespace firn::faults {

/// Another program on the same warehouse, with a connection of its own to the catalog.
class ForeignWriter {
 public:
  explicit ForeignWriter(World& world) : world_(world), random_(world.NewRandom()) {}

  /// Appends rows with a commit of its own.
  Status Append(const std::vector<int64_t>& ids);
  Status AddColumn(const std::string& table, const std::string& column);
  Status DropColumn(const std::string& table, const std::string& column);
  /// Forgets all snapshots but the last ones.
  Status ExpireSnapshots(const std::string& table, int32_t keep);
  Status RollBack(const std::string& table, int64_t snapshot_id);
  /// Takes the table out of the catalog; its files stay. Gives the rows that it held.
  Result<std::vector<StoredRow>> DropTable(const std::string& table);

 private:
  Status Change(const std::string& table, const std::function<Status(iceberg::MetadataBuilder&)>& apply);

  World& world_;
  const std::unique_ptr<Random> random_;
  int64_t position_ = 0;
};

}  // namespace firn::faults
