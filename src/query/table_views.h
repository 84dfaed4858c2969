#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/catalog/catalog.h"
#include "query/database.h"
#include "query/filter_finder.h"
#include "query/statement_report.h"
#include "query/time_travel.h"
#include "storage/storage.h"

namespace firn::query {

/// Defines, for one statement, a view for every Iceberg table that it reads, under the name that the statement uses.
///
/// The views are planned for that statement (snapshot, filters) and must go with it: Define, run, Drop. One thread.
class TableViews {
 public:
  /// `database` must outlive the object; `catalog` may be null.
  TableViews(Database& database, std::shared_ptr<storage::Storage> storage, std::shared_ptr<iceberg::Catalog> catalog,
             std::string default_namespace, storage::S3Options s3);

  /// Takes in a table that is in no catalog: found by namespace and name, and by name alone.
  void AddTable(const iceberg::LoadedTable& table);

  /// A table by its dotted name, whatever its case; kNotFound names what there is.
  Result<iceberg::LoadedTable> Find(const std::vector<std::string>& name);
  /// All namespaces, outermost levels first; added tables' included.
  Result<std::vector<iceberg::Namespace>> Namespaces();
  Result<std::vector<iceberg::TableIdentifier>> TablesIn(const iceberg::Namespace& levels);
  /// The namespace of tables without one; "" where there is none or a choice.
  Result<std::string> DefaultNamespace();
  void SetDefaultNamespace(std::string name) { default_namespace_ = std::move(name); }

  /// The dotted names in `statement` that are tables of the catalog. Does not define anything.
  Result<std::vector<std::vector<std::string>>> TablesReadBy(const std::string& statement);

  /// Defines the views of `names`.
  Status Define(const RewrittenStatement& statement, const std::vector<std::vector<std::string>>& names,
                StatementReport& report);
  Status Drop();

  /// Why the first name of the last statement that is neither a table of the catalog nor of DuckDB's was not found; ""
  /// without one.
  const std::string& unknown_table() const { return unknown_table_; }

 private:
  struct Reference {
    iceberg::LoadedTable table;
    std::optional<std::string> metadata_table;  ///< behind the `$`
    const TableVersionRequest* version = nullptr;
  };
  struct Version {
    iceberg::SnapshotPtr snapshot;
    const iceberg::Schema* schema = nullptr;
  };

  Result<std::optional<Reference>> Resolve(const std::vector<std::string>& name,
                                           const std::map<std::string, TableVersionRequest>& versions);
  Result<Version> ChooseVersion(const Reference& reference);
  Result<Version> VersionAt(const iceberg::TableMetadata& metadata, const std::string& expression);
  Result<Version> VersionNamed(const iceberg::TableMetadata& metadata, const std::string& expression);
  Status DefineOne(const std::vector<std::string>& name, const Reference& reference, FilterFinder& filters,
                   StatementReport& report);
  Status PrepareS3(const iceberg::TableMetadata& metadata);
  Result<bool> IsOwnTable(const std::string& name);
  Status CollectFromViews(const std::string& name, std::vector<std::vector<std::string>>& names, int depth);
  Result<std::vector<std::vector<std::string>>> NamesIn(const std::string& statement);

  Database& database_;
  std::shared_ptr<storage::Storage> storage_;
  std::shared_ptr<iceberg::Catalog> catalog_;
  std::string default_namespace_;
  storage::S3Options s3_;
  bool s3_ready_ = false;
  std::vector<iceberg::LoadedTable> added_;
  std::vector<std::string> views_;   ///< qualified and quoted
  std::vector<std::string> tables_;  ///< temporary ones behind the views
  std::string unknown_table_;
  int counter_ = 0;
};

}  // namespace firn::query
