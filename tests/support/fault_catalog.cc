#include "fault_catalog.h"

#include <utility>

namespace firn::testing {
namespace {

using Effect = CatalogFault::Effect;

Error Answer(const CatalogFault& fault, const std::string& call) {
  return {fault.kind, "scripted answer: " + call};
}

}  // namespace

void FaultCatalog::ApplyLate() {
  for (const Late& late : std::exchange(late_, {})) late.work();
}

CatalogFault FaultCatalog::Next(const std::string& call) {
  std::vector<Late> due;
  std::erase_if(late_, [&](Late& late) {
    if (--late.calls_left > 0) return false;
    due.push_back(late);
    return true;
  });
  for (const Late& late : due) late.work();
  return decide_ ? decide_(call) : CatalogFault{};
}

template <typename T>
Result<T> FaultCatalog::Meet(const std::string& call, const std::function<Result<T>()>& work, bool* claim_success) {
  const CatalogFault fault = Next(call);
  if (claim_success != nullptr) *claim_success = fault.effect == Effect::kClaimSuccess;
  switch (fault.effect) {
    case Effect::kRefuse:
      return Answer(fault, call);
    case Effect::kLoseAnswer: {
      const Result<T> done = work();
      return done.ok() ? Answer(fault, call) : done.error();
    }
    case Effect::kApplyLate:
      late_.push_back({2, [work] { (void)work(); }});
      return Answer(fault, call);
    case Effect::kApplyTwice: {
      const Result<T> first = work();
      Result<T> second = work();
      // Only a conflict says for certain what the second copy met; whatever else it failed for, the first may stand.
      if (!first.ok() || second.ok() || second.error().kind() == ErrorKind::kConflict) return second;
      return CommitStateUnknown("{}", second.error().message());
    }
    case Effect::kPass:
    case Effect::kClaimSuccess:
      break;
  }
  return work();
}

Status FaultCatalog::MeetStatus(const std::string& call, const std::function<Status()>& work) {
  return Meet<bool>(call,
                    [work]() -> Result<bool> {
                      FIRN_TRY(work());
                      return true;
                    })
      .status();
}

Result<std::vector<iceberg::Namespace>> FaultCatalog::ListNamespaces(const iceberg::Namespace& parent) {
  return Meet<std::vector<iceberg::Namespace>>("namespace", [&] { return inner_->ListNamespaces(parent); });
}
Status FaultCatalog::CreateNamespace(const iceberg::Namespace& levels, const iceberg::StringMap& properties) {
  return MeetStatus("namespace", [=, this] { return inner_->CreateNamespace(levels, properties); });
}
Status FaultCatalog::DropNamespace(const iceberg::Namespace& levels) {
  return MeetStatus("namespace", [=, this] { return inner_->DropNamespace(levels); });
}
Result<iceberg::StringMap> FaultCatalog::LoadNamespaceProperties(const iceberg::Namespace& levels) {
  return Meet<iceberg::StringMap>("namespace", [=, this] { return inner_->LoadNamespaceProperties(levels); });
}
Status FaultCatalog::UpdateNamespaceProperties(const iceberg::Namespace& levels, const iceberg::StringMap& updates,
                                               const std::vector<std::string>& removals) {
  return MeetStatus("namespace", [=, this] { return inner_->UpdateNamespaceProperties(levels, updates, removals); });
}
Result<std::vector<iceberg::TableIdentifier>> FaultCatalog::ListTables(const iceberg::Namespace& levels) {
  return Meet<std::vector<iceberg::TableIdentifier>>("list", [=, this] { return inner_->ListTables(levels); });
}
Result<iceberg::LoadedTable> FaultCatalog::LoadTable(const iceberg::TableIdentifier& identifier) {
  const CatalogFault fault = Next("load");
  if (fault.effect == Effect::kRefuse) return Answer(fault, "load");
  FIRN_ASSIGN(iceberg::LoadedTable table, inner_->LoadTable(identifier));
  if (!fault.hide_positions) return table;
  auto changed = std::make_shared<iceberg::TableMetadata>(*table.metadata);
  std::erase_if(changed->properties, [](const auto& property) {
    return property.first.starts_with("firn.position.") || property.first.starts_with("firn.epoch.");
  });
  table.metadata = std::move(changed);
  return table;
}
Result<iceberg::LoadedTable> FaultCatalog::CreateTable(const iceberg::TableIdentifier& identifier,
                                                       const iceberg::TableRequest& request) {
  return Meet<iceberg::LoadedTable>("create", [=, this] { return inner_->CreateTable(identifier, request); });
}

Result<iceberg::LoadedTable> FaultCatalog::CommitTable(const iceberg::TableIdentifier& identifier,
                                                       const std::vector<iceberg::TableRequirement>& requirements,
                                                       const std::vector<iceberg::TableUpdate>& updates) {
  bool claim_success = false;
  auto answer = Meet<iceberg::LoadedTable>(
      "commit", [=, this] { return inner_->CommitTable(identifier, requirements, updates); }, &claim_success);
  return answer.ok() || !claim_success ? std::move(answer) : inner_->LoadTable(identifier);
}

Status FaultCatalog::DropTable(const iceberg::TableIdentifier& identifier, Purge purge) {
  return MeetStatus("drop", [=, this] { return inner_->DropTable(identifier, purge); });
}
Status FaultCatalog::RenameTable(const iceberg::TableIdentifier& from, const iceberg::TableIdentifier& to) {
  return MeetStatus("rename", [=, this] { return inner_->RenameTable(from, to); });
}
Result<iceberg::LoadedTable> FaultCatalog::RegisterTable(const iceberg::TableIdentifier& identifier,
                                                         const std::string& metadata_location) {
  return Meet<iceberg::LoadedTable>("register",
                                    [=, this] { return inner_->RegisterTable(identifier, metadata_location); });
}

}  // namespace firn::testing
