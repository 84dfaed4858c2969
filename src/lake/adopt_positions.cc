#include "lake/adopt_positions.h"

#include <vector>

#include "lake/positions.h"

namespace firn::lake {
namespace {

struct Renaming {
  iceberg::StringMap updates;
  std::vector<std::string> removals;
  uint64_t positions = 0;
};

Result<Renaming> RenameIn(const iceberg::StringMap& properties, const std::string& old_source,
                          const std::string& new_source, const std::string& where) {
  Renaming renaming;
  for (const auto& [key, value] : properties) {
    const std::optional<ShardName> name = ParsePositionProperty(key);
    if (!name.has_value() || name->source != old_source) continue;
    const ShardName adopted{new_source, name->shard};
    if (properties.contains(PositionProperty(adopted))) {
      return AlreadyExists("{} holds positions of both {} and {} for {}", where, old_source, new_source, name->shard);
    }
    renaming.updates[PositionProperty(adopted)] = value;
    renaming.removals.push_back(key);
    ++renaming.positions;
    if (const auto epoch = properties.find(EpochProperty(*name)); epoch != properties.end()) {
      renaming.updates[EpochProperty(adopted)] = epoch->second;
      renaming.removals.push_back(epoch->first);
    }
  }
  return renaming;
}

}  // namespace

Result<AdoptReport> AdoptPositions(iceberg::Catalog& catalog, const iceberg::Namespace& levels,
                                   const std::string& old_source, const std::string& new_source) {
  AdoptReport report;
  FIRN_ASSIGN(const std::vector<iceberg::TableIdentifier> tables, catalog.ListTables(levels));
  for (const iceberg::TableIdentifier& identifier : tables) {
    FIRN_ASSIGN(const iceberg::LoadedTable table, catalog.LoadTable(identifier));
    FIRN_ASSIGN(const Renaming renaming,
                RenameIn(table.metadata->properties, old_source, new_source, ToString(identifier)));
    if (renaming.positions == 0) continue;
    FIRN_TRY(catalog
                 .CommitTable(identifier, {iceberg::AssertTableUuid{table.metadata->table_uuid}},
                              {iceberg::SetProperties{renaming.updates}, iceberg::RemoveProperties{renaming.removals}})
                 .status());
    ++report.tables;
    report.positions += renaming.positions;
  }
  FIRN_ASSIGN(const iceberg::StringMap properties, catalog.LoadNamespaceProperties(levels));
  FIRN_ASSIGN(const Renaming renaming, RenameIn(properties, old_source, new_source, iceberg::ToString(levels)));
  if (renaming.positions > 0) {
    FIRN_TRY(catalog.UpdateNamespaceProperties(levels, renaming.updates, renaming.removals));
    report.positions += renaming.positions;
  }
  if (report.positions == 0)
    return NotFound("no table of {} holds a position of source {}", iceberg::ToString(levels), old_source);
  return report;
}

}  // namespace firn::lake
