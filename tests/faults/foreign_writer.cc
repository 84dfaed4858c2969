#include "foreign_writer.h"

#include "iceberg/updates/expire_snapshots.h"
#include "iceberg/updates/refs.h"
#include "iceberg/updates/schema_update.h"
#include "inputs/input.h"
#include "lake/lake.h"
#include "process.h"
#include "table_check.h"

namespace firn::faults {
namespace {

iceberg::TableIdentifier Identifier(const std::string& table) {
  return {{kNamespace}, table};
}

}  // namespace

Status ForeignWriter::Append(const std::vector<int64_t>& ids) {
  FIRN_ASSIGN(const OpenedWarehouse warehouse, world_.OpenWarehouse(*random_));
  lake::LakeOptions options;
  options.name_space = kNamespace;
  options.warehouse = world_.warehouse();
  options.threads = 1;
  lake::LakeContext context;
  context.clock = &world_.clock;
  context.random = random_.get();
  context.sleeper = &world_.sleeper;
  FIRN_ASSIGN(const auto lake, lake::Lake::Make(options, warehouse.catalog, warehouse.storage, context));
  std::string text;
  for (const int64_t id : ids) text += LineOf(id);
  std::vector<point::Batch> batches = inputs::DecodeBody(BodyOf(text, world_.clock));
  ++position_;
  for (point::Batch& batch : batches) batch.origin = {0, position_, batch.origin.sequence};
  FIRN_TRY(lake->Write(std::move(batches)));
  FIRN_ASSIGN(const lake::CommitReport report,
              lake->Commit(std::vector<lake::ShardProgress>{{0, "foreign", "s", position_}}));
  return report.failures.empty() ? OkStatus() : Status(report.failures.front().error);
}

Status ForeignWriter::Change(const std::string& table, const std::function<Status(iceberg::MetadataBuilder&)>& apply) {
  FIRN_ASSIGN(const OpenedWarehouse warehouse, world_.OpenWarehouse(*random_));
  FIRN_ASSIGN(const iceberg::LoadedTable loaded, warehouse.catalog->LoadTable(Identifier(table)));
  const auto change = iceberg::MakeMetadataChange(apply);
  const iceberg::CommitEnvironment environment{warehouse.storage.get(), warehouse.catalog.get(), &world_.clock,
                                               random_.get(), &world_.sleeper};
  return iceberg::CommitChanges(environment, loaded, {change.get()}, {}).status();
}

Status ForeignWriter::AddColumn(const std::string& table, const std::string& column) {
  return Change(table, [&](iceberg::MetadataBuilder& builder) -> Status {
    iceberg::SchemaUpdate update(builder.current());
    FIRN_TRY(update.AddColumn("", column, iceberg::Type(iceberg::TypeId::kDouble)));
    return update.ApplyTo(builder);
  });
}

Status ForeignWriter::DropColumn(const std::string& table, const std::string& column) {
  return Change(table, [&](iceberg::MetadataBuilder& builder) -> Status {
    iceberg::SchemaUpdate update(builder.current());
    FIRN_TRY(update.DeleteColumn(column));
    return update.ApplyTo(builder);
  });
}

Status ForeignWriter::ExpireSnapshots(const std::string& table, int32_t keep) {
  FIRN_ASSIGN(const OpenedWarehouse warehouse, world_.OpenWarehouse(*random_));
  FIRN_ASSIGN(const iceberg::LoadedTable loaded, warehouse.catalog->LoadTable(Identifier(table)));
  iceberg::ExpireOptions options;
  options.older_than_ms = world_.clock.NowNs() / 1'000'000 + 1;
  options.retain_last = keep;
  iceberg::ExpireReport report;
  const auto change = iceberg::MakeExpireSnapshots(options, &report);
  const iceberg::CommitEnvironment environment{warehouse.storage.get(), warehouse.catalog.get(), &world_.clock,
                                               random_.get(), &world_.sleeper};
  return iceberg::CommitChanges(environment, loaded, {change.get()}, {}).status();
}

Status ForeignWriter::RollBack(const std::string& table, int64_t snapshot_id) {
  return Change(table, [&](iceberg::MetadataBuilder& builder) { return iceberg::RollbackTo(builder, snapshot_id); });
}

Result<std::vector<StoredRow>> ForeignWriter::DropTable(const std::string& table) {
  FIRN_ASSIGN(const OpenedWarehouse warehouse, world_.OpenWarehouse(*random_));
  FIRN_ASSIGN(TableFindings findings, CheckTables(*warehouse.storage, *warehouse.catalog, {kNamespace}));
  // A failing disk hides rows from this reader too, and whose rows go unseen would be asked for at the end.
  if (!findings.problems.empty()) return Unavailable("{}", findings.problems.front());
  FIRN_TRY(warehouse.catalog->DropTable(Identifier(table), iceberg::Catalog::Purge::kKeepFiles));
  std::erase_if(findings.rows, [&](const StoredRow& row) { return row.table != table; });
  return findings.rows;
}

}  // namespace firn::faults
