// The commands that change the catalog or a table.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/exit_code.h"
#include "cli/table_command.h"
#include "iceberg/catalog/warehouse.h"
#include "iceberg/updates/commit.h"
#include "iceberg/updates/expire_snapshots.h"

namespace firn::cli {
namespace {

using Json = nlohmann::ordered_json;
using outputs::iceberg::Access;

Result<iceberg::TableIdentifier> IdentifierOf(const OpenedWarehouse& opened, const std::string& name) {
  return iceberg::ParseTableIdentifier(name.find('.') == std::string::npos ? opened.options.name_space + "." + name
                                                                           : name);
}

bool Confirm(const std::string& question) {
  if (isatty(STDIN_FILENO) == 0) return false;
  fmt::print(stderr, "{} [y/N] ", question);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

Status Drop(const DropOptions& options) {
  FIRN_ASSIGN(const auto opened, Open(options.table.warehouse, Access::kReadWrite));
  FIRN_ASSIGN(const auto identifier, IdentifierOf(opened, options.table.table));
  FIRN_TRY(opened.warehouse.catalog->LoadTable(identifier).status());
  const std::string what = options.purge ? "and delete all its files" : "from the catalog; its files stay";
  if (!options.yes && !Confirm(fmt::format("drop {} {}?", ToString(identifier), what)))
    return Cancelled("nothing dropped; --yes drops without asking");
  using Purge = iceberg::Catalog::Purge;
  FIRN_TRY(opened.warehouse.catalog->DropTable(identifier, options.purge ? Purge::kDeleteFiles : Purge::kKeepFiles));
  fmt::print("dropped {} {}\n", ToString(identifier), what);
  return OkStatus();
}

Status EnsureNamespace(iceberg::Catalog& catalog, const iceberg::Namespace& levels) {
  const Status created = catalog.CreateNamespace(levels, {});
  return created.ok() || created.error().kind() == ErrorKind::kAlreadyExists ? OkStatus() : created;
}

Status Register(const RegisterOptions& options) {
  FIRN_ASSIGN(const auto opened, Open(options.table.warehouse, Access::kReadWrite));
  FIRN_ASSIGN(const auto identifier, IdentifierOf(opened, options.table.table));
  FIRN_ASSIGN(const std::string location, storage::NormalizeWarehouse(options.metadata));
  FIRN_TRY(EnsureNamespace(*opened.warehouse.catalog, identifier.levels));
  FIRN_ASSIGN(const auto table, opened.warehouse.catalog->RegisterTable(identifier, location));
  fmt::print("registered {} from {}\n", ToString(identifier), table.metadata_location);
  return OkStatus();
}

Status Relocate(const RelocateOptions& options) {
  FIRN_ASSIGN(const auto opened, Open(options.table.warehouse, Access::kReadWrite));
  FIRN_ASSIGN(const auto identifier, IdentifierOf(opened, options.table.table));
  iceberg::Catalog& catalog = *opened.warehouse.catalog;
  FIRN_ASSIGN(const auto table, catalog.LoadTable(identifier));
  FIRN_ASSIGN(const std::string to, storage::NormalizeWarehouse(options.to));
  FIRN_ASSIGN(const std::string location, iceberg::RelocateTable(*opened.warehouse.storage, table.metadata_location,
                                                                 options.from, to, *opened.random));
  // The catalog takes a uuid once: the old entry goes, files stay, the new one comes; if that fails the old one comes
  // back.
  FIRN_TRY(catalog.DropTable(identifier, iceberg::Catalog::Purge::kKeepFiles));
  const auto moved = catalog.RegisterTable(identifier, location);
  if (!moved.ok()) {
    const auto restored = catalog.RegisterTable(identifier, table.metadata_location);
    return moved.error().WithContext(restored.ok()
                                         ? "the catalog stays as it was"
                                         : "the table is in no catalog now; register " + table.metadata_location);
  }
  fmt::print("{} is at {} now\n", ToString(identifier), moved->metadata_location);
  return OkStatus();
}

/// "7d", "12h", "30m" before now, in ms since 1970.
Result<int64_t> OlderThan(const std::string& text, int64_t now_ms) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  double unit_ms = 0;
  if (unit == "d") unit_ms = 86'400'000;
  if (unit == "h") unit_ms = 3'600'000;
  if (unit == "m") unit_ms = 60'000;
  if (unit == "s") unit_ms = 1'000;
  if (unit_ms == 0 || !(number >= 0) || number * unit_ms > 9e15)
    return InvalidConfig("--older-than needs an age such as 7d or 12h, not '{}'", text);
  return now_ms - static_cast<int64_t>(number * unit_ms);
}

Status Expire(const ExpireCommandOptions& options) {
  FIRN_ASSIGN(const auto opened, Open(options.table.warehouse, Access::kReadWrite));
  FIRN_ASSIGN(const auto identifier, IdentifierOf(opened, options.table.table));
  FIRN_ASSIGN(const auto table, opened.warehouse.catalog->LoadTable(identifier));
  const int64_t now_ms = opened.clock->NowNs() / 1'000'000;
  iceberg::ExpireOptions expire;
  expire.retain_last = options.retain_last;
  if (!options.older_than.empty()) {
    FIRN_ASSIGN(expire.older_than_ms, OlderThan(options.older_than, now_ms));
  }
  FIRN_ASSIGN(const auto plan, iceberg::PlanExpiry(*table.metadata, expire, now_ms));
  if (options.dry_run || plan.snapshot_ids.empty()) {
    fmt::print("{} of {} snapshots would go\n", plan.snapshot_ids.size(), table.metadata->snapshots.size());
    return OkStatus();
  }
  iceberg::ExpireReport report;
  const auto change = iceberg::MakeExpireSnapshots(expire, &report);
  const auto sleeper = iceberg::MakeSystemSleeper();
  const iceberg::CommitEnvironment environment{opened.warehouse.storage.get(), opened.warehouse.catalog.get(),
                                               opened.clock.get(), opened.random.get(), sleeper.get()};
  FIRN_TRY(iceberg::CommitChanges(environment, table, {change.get()}, {}).status());
  fmt::print("{} snapshots expired; deleted {} data files, {} manifests, {} manifest lists\n",
             report.snapshot_ids.size(), report.deleted_data_files, report.deleted_manifests,
             report.deleted_manifest_lists);
  return OkStatus();
}

Status Rebuild(const RebuildOptions& options) {
  WarehouseOptions where = options.warehouse;
  if (where.warehouse.empty() && where.configs.empty()) where.warehouse = options.folder;
  FIRN_ASSIGN(const auto opened, Open(where, Access::kReadWrite));
  FIRN_ASSIGN(const std::string folder, storage::NormalizeWarehouse(options.folder));
  FIRN_ASSIGN(const auto report, iceberg::RebuildCatalog(*opened.warehouse.storage, *opened.warehouse.catalog, folder));
  if (options.json) {
    Json registered = Json::array();
    for (const auto& table : report.registered)
      registered.push_back({{"table", ToString(table.suggested)}, {"metadata_location", table.metadata_location}});
    Json skipped = Json::array();
    for (const auto& [location, why] : report.skipped)
      skipped.push_back({{"metadata_location", location}, {"reason", why}});
    fmt::print("{}\n", Json({{"registered", registered}, {"skipped", skipped}}).dump(2));
    return OkStatus();
  }
  for (const auto& table : report.registered)
    fmt::print("registered {} from {}\n", ToString(table.suggested), table.metadata_location);
  for (const auto& [location, why] : report.skipped) fmt::print("skipped {}: {}\n", location, why);
  fmt::print("{} registered, {} skipped\n", report.registered.size(), report.skipped.size());
  return OkStatus();
}

}  // namespace

int RunTableDrop(const DropOptions& options) {
  return Report(Drop(options));
}
int RunTableRegister(const RegisterOptions& options) {
  return Report(Register(options));
}
int RunTableRelocate(const RelocateOptions& options) {
  return Report(Relocate(options));
}
int RunTableExpire(const ExpireCommandOptions& options) {
  return Report(Expire(options));
}
int RunCatalogRebuild(const RebuildOptions& options) {
  return Report(Rebuild(options));
}

}  // namespace firn::cli
