#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "iceberg/updates/commit.h"
#include "lake/lake_options.h"
#include "lake/schema_plan.h"
#include "point/batch.h"

namespace firn::lake {

/// A table in the catalog, as this process saw it last: loaded or made when it is needed, given the columns that rows
/// need, and kept small. One thread at a time.
class CatalogTable {
 public:
  /// Everything passed in outlives it.
  CatalogTable(iceberg::TableIdentifier identifier, const LakeOptions& options,
               const iceberg::CommitEnvironment& environment);

  std::string name() const { return iceberg::ToString(identifier_); }
  const TableOptions& options() const { return options_; }
  SchemaPlanOptions PlanOptions() const;

  bool is_loaded() const { return loaded_.has_value(); }
  /// Requires is_loaded().
  const iceberg::LoadedTable& loaded() const { return *loaded_; }
  const iceberg::TableMetadata& metadata() const { return *loaded_->metadata; }

  /// Loads the table unless it is; makes it, with the columns of `batches`, when there is none.
  Status LoadOrCreate(std::span<const point::Batch* const> batches);
  /// kNotFound when there is none; what was known of it is forgotten then.
  Status Reload();
  /// The state after a commit.
  void Advance(iceberg::LoadedTable loaded) { loaded_ = std::move(loaded); }
  /// Asks the catalog, after a commit failed with `error`, whether the table is still the one that was loaded: false =
  /// it was dropped, or another has its name now, and it is loaded anew (or forgotten).
  bool IsSameAfter(const Error& error);

  /// Where the batches' columns go; commits the schema change that they need first.
  Result<SchemaPlan> PlanAndEvolve(std::span<const point::Batch* const> batches);

  /// Called after each commit: expires old snapshots every so often. A failure is logged, its time comes again.
  void ExpireSometimes();

 private:
  Status Create(std::span<const point::Batch* const> batches);

  const iceberg::TableIdentifier identifier_;
  const LakeOptions& lake_options_;
  const TableOptions options_;
  const iceberg::CommitEnvironment& environment_;
  std::optional<iceberg::LoadedTable> loaded_;
  uint32_t commits_ = 0;
};

}  // namespace firn::lake
