#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "iceberg/catalog/catalog.h"

namespace firn::testing {

/// What happens to one call of a catalog.
struct CatalogFault {
  enum class Effect {
    kPass,
    kRefuse,        ///< nothing is done; answered with `kind`
    kLoseAnswer,    ///< done; answered with `kind`
    kApplyLate,     ///< answered with `kind`, done before the call after the next one: a straggler
    kApplyTwice,    ///< done, sent again by something on the way; answered as the second copy is
    kClaimSuccess,  ///< nothing is done where the inner catalog refuses, and yet it is answered as if it were
  };
  Effect effect = Effect::kPass;
  ErrorKind kind = ErrorKind::kUnavailable;
  bool hide_positions = false;  ///< of "load": the answer has no positions and epochs
};

/// A catalog behind a bad connection: each call is met by what a test decides. Thread-safe where `decide` is.
class FaultCatalog final : public iceberg::Catalog {
 public:
  /// "commit", "load", "create", "list", "namespace" (anything about namespaces), "drop", "rename", "register".
  /// Whatever else is to happen at that moment (another writer's commit) may happen in it.
  using Decide = std::function<CatalogFault(const std::string& call)>;

  explicit FaultCatalog(std::shared_ptr<iceberg::Catalog> inner, Decide decide = {})
      : inner_(std::move(inner)), decide_(std::move(decide)) {}

  void SetDecide(Decide decide) { decide_ = std::move(decide); }
  /// Lets stragglers arrive.
  void ApplyLate();

  Result<std::vector<iceberg::Namespace>> ListNamespaces(const iceberg::Namespace& parent) override;
  Status CreateNamespace(const iceberg::Namespace& levels, const iceberg::StringMap& properties) override;
  Status DropNamespace(const iceberg::Namespace& levels) override;
  Result<iceberg::StringMap> LoadNamespaceProperties(const iceberg::Namespace& levels) override;
  Status UpdateNamespaceProperties(const iceberg::Namespace& levels, const iceberg::StringMap& updates,
                                   const std::vector<std::string>& removals) override;
  Result<std::vector<iceberg::TableIdentifier>> ListTables(const iceberg::Namespace& levels) override;
  Result<iceberg::LoadedTable> LoadTable(const iceberg::TableIdentifier& identifier) override;
  Result<iceberg::LoadedTable> CreateTable(const iceberg::TableIdentifier& identifier,
                                           const iceberg::TableRequest& request) override;
  Result<iceberg::LoadedTable> CommitTable(const iceberg::TableIdentifier& identifier,
                                           const std::vector<iceberg::TableRequirement>& requirements,
                                           const std::vector<iceberg::TableUpdate>& updates) override;
  Status DropTable(const iceberg::TableIdentifier& identifier, Purge purge) override;
  Status RenameTable(const iceberg::TableIdentifier& from, const iceberg::TableIdentifier& to) override;
  Result<iceberg::LoadedTable> RegisterTable(const iceberg::TableIdentifier& identifier,
                                             const std::string& metadata_location) override;

 private:
  template <typename T>
  Result<T> Meet(const std::string& call, const std::function<Result<T>()>& work, bool* claim_success = nullptr);
  Status MeetStatus(const std::string& call, const std::function<Status()>& work);
  CatalogFault Next(const std::string& call);

  std::shared_ptr<iceberg::Catalog> inner_;
  Decide decide_;
  struct Late {
    int calls_left = 2;
    std::function<void()> work;
  };
  std::vector<Late> late_;
};

}  // namespace firn::testing
