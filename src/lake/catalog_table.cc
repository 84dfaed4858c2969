#include "lake/catalog_table.h"

#include "base/log.h"
#include "iceberg/updates/expire_snapshots.h"
#include "lake/table_template.h"

namespace firn::lake {
namespace {

using point::Batch;

constexpr int kMaxAttempts = 8;
constexpr int64_t kSnapshotAgeMs = 24 * 3600 * 1000;
constexpr int32_t kSnapshotsToKeep = 100;

/// Whether a failed commit may mean that the table is gone or another one.
bool MayBeGone(ErrorKind kind) {
  return kind == ErrorKind::kNotFound || kind == ErrorKind::kConflict || kind == ErrorKind::kCorrupt;
}

}  // namespace

CatalogTable::CatalogTable(iceberg::TableIdentifier identifier, const LakeOptions& options,
                           const iceberg::CommitEnvironment& environment)
    : identifier_(std::move(identifier)),
      lake_options_(options),
      options_(OptionsFor(options, identifier_.name)),
      environment_(environment) {}

SchemaPlanOptions CatalogTable::PlanOptions() const {
  return {lake_options_.time_column, lake_options_.time_precision, options_.on_type_conflict, options_.max_columns};
}

Status CatalogTable::Reload() {
  auto loaded = environment_.catalog->LoadTable(identifier_);
  if (loaded.ok()) {
    loaded_ = std::move(*loaded);
    return OkStatus();
  }
  // While the catalog cannot be reached, the last known state serves to write files by.
  if (loaded.error().kind() == ErrorKind::kNotFound) loaded_.reset();
  return loaded.error();
}

Status CatalogTable::LoadOrCreate(std::span<const Batch* const> batches) {
  if (loaded_) return OkStatus();
  const Status found = Reload();
  if (found.ok() || found.error().kind() != ErrorKind::kNotFound) return found;
  return Create(batches);
}

Status CatalogTable::Create(std::span<const Batch* const> batches) {
  iceberg::Catalog& catalog = *environment_.catalog;
  for (size_t depth = 1; depth <= identifier_.levels.size(); ++depth) {
    const auto end = identifier_.levels.begin() + static_cast<std::ptrdiff_t>(depth);
    const Status created = catalog.CreateNamespace({identifier_.levels.begin(), end}, {});
    if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists) return created;
  }
  FIRN_ASSIGN(const SchemaPlan plan, PlanSchema(nullptr, batches, PlanOptions()));
  FIRN_ASSIGN(iceberg::TableRequest request, MakeTableRequest(plan, options_, lake_options_.format_version));
  if (!lake_options_.warehouse.empty()) {
    request.location = lake_options_.warehouse;
    for (const std::string& level : identifier_.levels) request.location += "/" + EncodePathPart(level);
    request.location += "/" + EncodePathPart(identifier_.name);
  }
  request.properties.emplace("firn.table", identifier_.name);
  auto created = catalog.CreateTable(identifier_, request);
  // Somebody may have been faster, and a lost answer may have been a yes: in both cases the table is there now.
  if (!created.ok() && created.error().kind() != ErrorKind::kAlreadyExists &&
      created.error().kind() != ErrorKind::kCommitStateUnknown) {
    return created.error().WithContext("cannot create table " + name());
  }
  return Reload();
}

bool CatalogTable::IsSameAfter(const Error& error) {
  if (!loaded_ || !MayBeGone(error.kind())) return true;
  const std::string uuid = metadata().table_uuid;
  const Status reloaded = Reload();
  if (reloaded.ok() ? metadata().table_uuid == uuid : reloaded.error().kind() != ErrorKind::kNotFound) return true;
  log::Warn("{} was {} by somebody: its history went with it, rows that are not committed yet go to the {} table",
            name(), loaded_ ? "replaced" : "dropped", loaded_ ? "other" : "new");
  return false;
}

Result<SchemaPlan> CatalogTable::PlanAndEvolve(std::span<const Batch* const> batches) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    FIRN_TRY(LoadOrCreate(batches));
    FIRN_ASSIGN(SchemaPlan plan, PlanSchema(loaded_->metadata.get(), batches, PlanOptions()));
    if (!plan.changes_table) return plan;
    const auto change = iceberg::MakeMetadataChange([&](iceberg::MetadataBuilder& builder) -> Status {
      FIRN_ASSIGN(const SchemaPlan fresh, PlanSchema(builder.base_ptr().get(), batches, PlanOptions()));
      return fresh.changes_table ? ApplySchemaPlan(fresh, builder) : OkStatus();
    });
    auto outcome = iceberg::CommitChanges(environment_, *loaded_, {change.get()}, {});
    if (outcome.ok()) {
      loaded_ = outcome->table;
      continue;
    }
    if (!IsSameAfter(outcome.error())) continue;
    if (outcome.error().kind() != ErrorKind::kConflict)
      return outcome.error().WithContext("cannot change the schema of " + name());
  }
  return Unavailable("{}: other writers change the schema all the time", name());
}

void CatalogTable::ExpireSometimes() {
  const uint32_t every = lake_options_.expire_every_commits;
  if (every == 0 || ++commits_ % every != 0) return;
  iceberg::ExpireOptions options;
  options.older_than_ms = environment_.clock->NowNs() / 1'000'000 - kSnapshotAgeMs;
  options.retain_last = kSnapshotsToKeep;
  iceberg::ExpireReport report;
  const auto expire = iceberg::MakeExpireSnapshots(options, &report);
  auto outcome = iceberg::CommitChanges(environment_, *loaded_, {expire.get()}, {});
  if (outcome.ok()) {
    loaded_ = std::move(outcome->table);
    return;
  }
  log::Warn("{}: cannot expire snapshots, trying again later: {}", name(), outcome.error().message());
  (void)IsSameAfter(outcome.error());
}

}  // namespace firn::lake
