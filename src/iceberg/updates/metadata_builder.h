#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "iceberg/spec/table_metadata.h"
#include "iceberg/updates/table_requirement.h"
#include "iceberg/updates/table_update.h"

namespace firn::iceberg {

/// What a table is created from. Ids in `schema`, `spec` and `sort_order` need only agree with each other: they are
/// assigned anew, schema fields from 1, partition fields from 1000.
struct TableRequest {
  Schema schema;
  PartitionSpec spec;
  SortOrder sort_order;
  StringMap properties;  ///< `format-version` here selects the version and is not stored
  std::string location;  ///< "" = the catalog chooses
};

/// Turns one state of a table into the next by updates, with the rules that a catalog enforces. Used twice: by a change
/// to see what it is doing (and to collect updates for the catalog), and by the catalog to apply them. One thread.
class MetadataBuilder {
 public:
  /// Goes on from `base`; `base_location` (where its JSON is) enters the metadata log when the commit is built.
  MetadataBuilder(TableMetadataPtr base, std::string base_location);

  /// Metadata of a new table: version 2 unless the properties say otherwise, a fresh `uuid`,
  /// `write.parquet.compression-codec` = zstd unless given.
  static Result<TableMetadata> Create(const TableRequest& request, std::string uuid, int64_t now_ms);

  /// kInvalidInput where an update breaks a rule; kConflict where the base has moved on (a snapshot's sequence number
  /// is taken).
  Status Apply(const TableUpdate& update);
  /// An extra condition for the catalog to check.
  void Require(TableRequirement requirement);

  /// The state after the updates so far.
  const TableMetadata& current() const { return metadata_; }
  const TableMetadata& base() const { return *base_; }
  const TableMetadataPtr& base_ptr() const { return base_; }
  const std::vector<TableUpdate>& updates() const { return updates_; }
  /// AssertTableUuid and what Require added.
  const std::vector<TableRequirement>& requirements() const { return requirements_; }
  bool changed() const { return !updates_.empty(); }

  /// Closes the state: last-updated-ms, snapshot log, metadata log (bounded by write.metadata.previous-versions-max),
  /// and everything checked. `dropped_metadata` gets the files that left the log.
  Result<TableMetadata> Build(int64_t now_ms, std::vector<std::string>* dropped_metadata);

 private:
  struct Applier;

  TableMetadataPtr base_;
  std::string base_location_;
  TableMetadata metadata_;
  std::vector<TableUpdate> updates_;
  std::vector<TableRequirement> requirements_;
  std::set<int64_t> added_snapshots_;
  std::optional<int32_t> last_added_schema_;
  std::optional<int32_t> last_added_spec_;
  std::optional<int32_t> last_added_order_;
};

}  // namespace firn::iceberg
