#pragma once

#include <compare>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "iceberg/spec/table_metadata.h"
#include "iceberg/updates/metadata_builder.h"
#include "iceberg/updates/table_requirement.h"
#include "iceberg/updates/table_update.h"

namespace firn::iceberg {

/// Levels of a namespace, outermost first. A level holds no dot and is not empty.
using Namespace = std::vector<std::string>;

struct TableIdentifier {
  Namespace levels;
  std::string name;
  auto operator<=>(const TableIdentifier&) const = default;
};

/// "a.b.table".
std::string ToString(const Namespace& levels);
/// The levels of a namespace as ToString writes it.
Namespace SplitNamespace(std::string_view text);
std::string ToString(const TableIdentifier& identifier);
/// Splits at dots: "a.b.table". kInvalidInput without a namespace or with an empty part.
Result<TableIdentifier> ParseTableIdentifier(std::string_view text);

struct LoadedTable {
  TableIdentifier identifier;
  std::string metadata_location;
  TableMetadataPtr metadata;
};

/// Maps names to tables, and swaps a table's metadata atomically. Modelled on the REST protocol: a commit is
/// requirements and updates, so that a server can apply it as well as a database row. Thread-safe.
///
/// Errors: kNotFound, kAlreadyExists, kConflict (a requirement failed: refresh and re-apply), kCommitStateUnknown (the
/// swap may or may not have happened), kUnavailable, kUnauthorized.
class Catalog {
 public:
  virtual ~Catalog() = default;

  /// Direct children of `parent`; of the root when it is empty.
  virtual Result<std::vector<Namespace>> ListNamespaces(const Namespace& parent) = 0;
  virtual Status CreateNamespace(const Namespace& levels, const StringMap& properties) = 0;
  /// kConflict while it holds tables or namespaces.
  virtual Status DropNamespace(const Namespace& levels) = 0;
  virtual Result<StringMap> LoadNamespaceProperties(const Namespace& levels) = 0;
  virtual Status UpdateNamespaceProperties(const Namespace& levels, const StringMap& updates,
                                           const std::vector<std::string>& removals) = 0;

  virtual Result<std::vector<TableIdentifier>> ListTables(const Namespace& levels) = 0;
  virtual Result<LoadedTable> LoadTable(const TableIdentifier& identifier) = 0;
  /// Ids in the request are assigned anew: use those of the answer. The namespace must exist.
  virtual Result<LoadedTable> CreateTable(const TableIdentifier& identifier, const TableRequest& request) = 0;
  virtual Result<LoadedTable> CommitTable(const TableIdentifier& identifier,
                                          const std::vector<TableRequirement>& requirements,
                                          const std::vector<TableUpdate>& updates) = 0;

  enum class Purge { kKeepFiles, kDeleteFiles };
  virtual Status DropTable(const TableIdentifier& identifier, Purge purge) = 0;
  virtual Status RenameTable(const TableIdentifier& from, const TableIdentifier& to) = 0;
  /// Takes over a table by its metadata file. kAlreadyExists when the name, or the table's uuid, is in the catalog
  /// already.
  virtual Result<LoadedTable> RegisterTable(const TableIdentifier& identifier,
                                            const std::string& metadata_location) = 0;
};

}  // namespace firn::iceberg
