#include "iceberg/catalog/sqlite_catalog.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <set>

#include "base/log.h"
#include "iceberg/catalog/metadata_cache.h"
#include "iceberg/catalog/metadata_file.h"
#include "iceberg/catalog/purge.h"
#include "iceberg/catalog/sql_names.h"
#include "iceberg/catalog/sqlite_database.h"

namespace firn::iceberg {
namespace {

constexpr int64_t kNanosPerMilli = 1'000'000;
constexpr size_t kLongestLocation = 1'000;  ///< the column's width in the layout that all engines share
constexpr char kExistsKey[] = "exists";

constexpr char kCreateTables[] =
    "CREATE TABLE IF NOT EXISTS iceberg_tables (catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT "
    "NULL, "
    "table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000), previous_metadata_location VARCHAR(1000), "
    "iceberg_type VARCHAR(5), PRIMARY KEY (catalog_name, table_namespace, table_name))";
constexpr char kCreateProperties[] =
    "CREATE TABLE IF NOT EXISTS iceberg_namespace_properties (catalog_name VARCHAR(255) NOT NULL, namespace "
    "VARCHAR(255) NOT NULL, "
    "property_key VARCHAR(255) NOT NULL, property_value VARCHAR(1000) NOT NULL, PRIMARY KEY (catalog_name, namespace, "
    "property_key))";

/// fsync of a folder, so that a new database file is found again after a power cut.
Status SyncFolder(const std::filesystem::path& folder) {
  const int descriptor = open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return Unavailable("cannot open folder: {}", folder.string());
  const int code = fsync(descriptor);
  close(descriptor);
  if (code != 0) return Unavailable("cannot sync folder: {}", folder.string());
  return OkStatus();
}

class SqliteCatalog final : public Catalog {
 public:
  SqliteCatalog(SqliteCatalogOptions options, std::shared_ptr<storage::Storage> storage, const Clock& clock,
                Random& random)
      : options_(std::move(options)), storage_(std::move(storage)), clock_(clock), random_(random) {}

  Status Open() {
    const std::filesystem::path folder = std::filesystem::path(options_.path).parent_path();
    std::error_code error;
    const bool is_new = !std::filesystem::exists(options_.path, error);
    if (!options_.read_only && !folder.empty()) std::filesystem::create_directories(folder, error);
    if (error) return Unavailable("cannot create folder: {}: {}", error.message(), folder.string());
    const auto mode = options_.read_only ? SqliteDatabase::Mode::kReadOnly : SqliteDatabase::Mode::kCreate;
    FIRN_ASSIGN(database_, SqliteDatabase::Open(options_.path, mode, options_.busy_timeout_ms));
    if (!options_.read_only) {
      FIRN_TRY(database_->Execute(kCreateTables));
      FIRN_TRY(database_->Execute(kCreateProperties));
      if (is_new) FIRN_TRY(SyncFolder(folder));
    }
    const auto columns = database_->Query("SELECT name FROM pragma_table_info('iceberg_tables')");
    if (!columns.ok()) return columns.error().WithContext(options_.path);
    has_type_column_ =
        std::any_of(columns->begin(), columns->end(), [](const auto& row) { return row[0] == "iceberg_type"; });
    type_filter_ = has_type_column_ ? " AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)" : "";
    return OkStatus();
  }

  Result<std::vector<Namespace>> ListNamespaces(const Namespace& parent) override {
    const std::lock_guard lock(mutex_);
    FIRN_ASSIGN(const auto rows,
                database_->Query("SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?1 "
                                 "UNION SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1",
                                 {options_.catalog_name}));
    std::set<Namespace> children;
    for (const auto& row : rows) {
      Namespace levels = SplitNamespace(row[0].value_or(""));
      if (levels.size() <= parent.size() || !std::equal(parent.begin(), parent.end(), levels.begin())) continue;
      levels.resize(parent.size() + 1);
      children.insert(std::move(levels));
    }
    return std::vector<Namespace>(children.begin(), children.end());
  }

  Status CreateNamespace(const Namespace& levels, const StringMap& properties) override {
    FIRN_TRY(CheckLevels(levels));
    const std::lock_guard lock(mutex_);
    FIRN_ASSIGN(SqliteTransaction transaction, SqliteTransaction::Begin(*database_));
    FIRN_ASSIGN(const bool exists, NamespaceExists(levels));
    if (exists) return AlreadyExists("namespace exists already: {}", ToString(levels));
    FIRN_TRY(PutProperties(levels, properties.empty() ? StringMap{{kExistsKey, "true"}} : properties));
    return transaction.Commit();
  }

  Status DropNamespace(const Namespace& levels) override {
    FIRN_TRY(CheckLevels(levels));
    const std::lock_guard lock(mutex_);
    FIRN_ASSIGN(SqliteTransaction transaction, SqliteTransaction::Begin(*database_));
    FIRN_TRY(RequireNamespace(levels));
    const std::string name = ToString(levels);
    FIRN_ASSIGN(
        const auto held,
        database_->Query("SELECT table_namespace FROM iceberg_tables WHERE catalog_name = ?1 AND "
                         "(table_namespace = ?2 OR table_namespace LIKE ?3 ESCAPE '!') "
                         "UNION ALL SELECT namespace FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
                         "namespace LIKE ?3 ESCAPE '!' LIMIT 1",
                         {options_.catalog_name, name, LikeChildren(name)}));
    if (!held.empty()) return Conflict("namespace is not empty: {}", name);
    FIRN_TRY(database_->Execute("DELETE FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ?",
                                {options_.catalog_name, name}));
    return transaction.Commit();
  }

  Result<StringMap> LoadNamespaceProperties(const Namespace& levels) override {
    FIRN_TRY(CheckLevels(levels));
    const std::lock_guard lock(mutex_);
    FIRN_TRY(RequireNamespace(levels));
    FIRN_ASSIGN(const auto rows,
                database_->Query("SELECT property_key, property_value FROM iceberg_namespace_properties "
                                 "WHERE catalog_name = ? AND namespace = ?",
                                 {options_.catalog_name, ToString(levels)}));
    StringMap properties;
    for (const auto& row : rows) properties[row[0].value_or("")] = row[1].value_or("");
    return properties;
  }

  Status UpdateNamespaceProperties(const Namespace& levels, const StringMap& updates,
                                   const std::vector<std::string>& removals) override {
    FIRN_TRY(CheckLevels(levels));
    const std::lock_guard lock(mutex_);
    FIRN_ASSIGN(SqliteTransaction transaction, SqliteTransaction::Begin(*database_));
    FIRN_TRY(RequireNamespace(levels));
    for (const std::string& key : removals) {
      FIRN_TRY(database_->Execute(
          "DELETE FROM iceberg_namespace_properties WHERE catalog_name = ? AND namespace = ? AND property_key = ?",
          {options_.catalog_name, ToString(levels), key}));
    }
    FIRN_TRY(PutProperties(levels, updates));
    // A namespace is its rows: one must stay.
    FIRN_ASSIGN(const bool exists, NamespaceExists(levels));
    if (!exists) FIRN_TRY(PutProperties(levels, {{kExistsKey, "true"}}));
    return transaction.Commit();
  }

  Result<std::vector<TableIdentifier>> ListTables(const Namespace& levels) override {
    FIRN_TRY(CheckLevels(levels));
    const std::lock_guard lock(mutex_);
    FIRN_TRY(RequireNamespace(levels));
    FIRN_ASSIGN(
        const auto rows,
        database_->Query("SELECT table_name FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ?" +
                             type_filter_ + " ORDER BY table_name",
                         {options_.catalog_name, ToString(levels)}));
    std::vector<TableIdentifier> tables;
    for (const auto& row : rows) tables.push_back({levels, row[0].value_or("")});
    return tables;
  }

  Result<LoadedTable> LoadTable(const TableIdentifier& identifier) override {
    FIRN_TRY(CheckLevels(identifier.levels));
    std::string location;
    {
      const std::lock_guard lock(mutex_);
      FIRN_ASSIGN(location, ReadLocation(identifier));
    }
    return LoadAt(identifier, location);
  }

  Result<LoadedTable> CreateTable(const TableIdentifier& identifier, const TableRequest& request) override {
    FIRN_TRY(CheckLevels(identifier.levels));
    if (identifier.name.empty()) return InvalidInput("a table needs a name");
    TableRequest complete = request;
    if (complete.location.empty()) {
      FIRN_ASSIGN(complete.location, DefaultLocation(identifier));
    }
    FIRN_ASSIGN(TableMetadata metadata, MetadataBuilder::Create(complete, random_.Uuid(), NowMs()));
    {
      const std::lock_guard lock(mutex_);
      FIRN_TRY(RequireNamespace(identifier.levels));
      if (ReadLocation(identifier).ok()) return AlreadyExists("table exists already: {}", ToString(identifier));
    }
    FIRN_ASSIGN(std::string location, WriteMetadataFile(*storage_, metadata, "", random_));
    return InsertTable(identifier, std::make_shared<const TableMetadata>(std::move(metadata)), location);
  }

  Result<LoadedTable> CommitTable(const TableIdentifier& identifier, const std::vector<TableRequirement>& requirements,
                                  const std::vector<TableUpdate>& updates) override {
    FIRN_ASSIGN(const LoadedTable current, LoadTable(identifier));
    FIRN_TRY(CheckAll(requirements, current.metadata.get()));
    MetadataBuilder builder(current.metadata, current.metadata_location);
    for (const TableUpdate& update : updates) FIRN_TRY(builder.Apply(update));
    std::vector<std::string> dropped;
    FIRN_ASSIGN(TableMetadata next, builder.Build(NowMs(), &dropped));
    LoadedTable table{identifier, {}, std::make_shared<const TableMetadata>(std::move(next))};
    FIRN_ASSIGN(table.metadata_location,
                WriteMetadataFile(*storage_, *table.metadata, current.metadata_location, random_));
    const Status swapped = Swap(identifier, current.metadata_location, table.metadata_location);
    if (!swapped.ok()) {
      // Only a definite failure makes the new file rubbish.
      if (swapped.error().kind() != ErrorKind::kCommitStateUnknown) Discard(table.metadata_location);
      return swapped.error();
    }
    Remember(table, current.metadata_location);
    if (table.metadata->BoolProperty("write.metadata.delete-after-commit.enabled", false)) {
      for (const std::string& location : dropped) Discard(location);
    }
    return table;
  }

  Status DropTable(const TableIdentifier& identifier, Purge purge) override {
    FIRN_TRY(CheckLevels(identifier.levels));
    Result<LoadedTable> table =
        purge == Purge::kDeleteFiles ? LoadTable(identifier) : Result<LoadedTable>(LoadedTable{});
    if (!table.ok()) return table.error();
    {
      const std::lock_guard lock(mutex_);
      FIRN_ASSIGN(const int64_t changed,
                  database_->Execute("DELETE FROM iceberg_tables WHERE catalog_name = ? AND table_namespace = ? "
                                     "AND table_name = ?" +
                                         type_filter_,
                                     Key(identifier)));
      if (changed == 0) return NotFound("table not found: {}", ToString(identifier));
    }
    return purge == Purge::kDeleteFiles ? PurgeTable(*storage_, *table) : OkStatus();
  }

  Status RenameTable(const TableIdentifier& from, const TableIdentifier& to) override {
    FIRN_TRY(CheckLevels(from.levels));
    FIRN_TRY(CheckLevels(to.levels));
    const std::lock_guard lock(mutex_);
    FIRN_TRY(RequireNamespace(to.levels));
    std::vector<std::string> parameters = {ToString(to.levels), to.name};
    const std::vector<std::string> key = Key(from);
    parameters.insert(parameters.end(), key.begin(), key.end());
    const Result<int64_t> changed = database_->Execute(
        "UPDATE iceberg_tables SET table_namespace = ?, table_name = ? "
        "WHERE catalog_name = ? AND table_namespace = ? AND table_name = ?" +
            type_filter_,
        parameters);
    if (!changed.ok() && changed.error().kind() == ErrorKind::kAlreadyExists) {
      return AlreadyExists("table exists already: {}", ToString(to));
    }
    FIRN_TRY(changed);
    if (*changed == 0) return NotFound("table not found: {}", ToString(from));
    return OkStatus();
  }

  Result<LoadedTable> RegisterTable(const TableIdentifier& identifier, const std::string& metadata_location) override {
    FIRN_TRY(CheckLevels(identifier.levels));
    FIRN_ASSIGN(const LoadedTable table, LoadTableFromMetadata(*storage_, metadata_location));
    std::vector<TableIdentifier> known;
    {
      const std::lock_guard lock(mutex_);
      FIRN_TRY(RequireNamespace(identifier.levels));
      FIRN_ASSIGN(const auto rows,
                  database_->Query(
                      "SELECT table_namespace, table_name FROM iceberg_tables WHERE catalog_name = ?" + type_filter_,
                      {options_.catalog_name}));
      for (const auto& row : rows) known.push_back({SplitNamespace(row[0].value_or("")), row[1].value_or("")});
    }
    for (const TableIdentifier& other : known) {
      const Result<LoadedTable> loaded = LoadTable(other);
      if (loaded.ok() && loaded->metadata->table_uuid == table.metadata->table_uuid) {
        return AlreadyExists("the table is in the catalog as {}: two names for one table would lose commits",
                             ToString(other));
      }
    }
    return InsertTable(identifier, table.metadata, metadata_location);
  }

 private:
  int64_t NowMs() const { return clock_.NowNs() / kNanosPerMilli; }

  std::vector<std::string> Key(const TableIdentifier& identifier) const {
    return {options_.catalog_name, ToString(identifier.levels), identifier.name};
  }

  /// Requires the lock.
  Result<bool> NamespaceExists(const Namespace& levels) {
    const std::string name = ToString(levels);
    FIRN_ASSIGN(const auto rows,
                database_->Query("SELECT 1 FROM iceberg_namespace_properties WHERE catalog_name = ?1 AND "
                                 "(namespace = ?2 OR namespace LIKE ?3 ESCAPE '!') UNION ALL "
                                 "SELECT 1 FROM iceberg_tables WHERE catalog_name = ?1 AND "
                                 "(table_namespace = ?2 OR table_namespace LIKE ?3 ESCAPE '!') LIMIT 1",
                                 {options_.catalog_name, name, LikeChildren(name)}));
    return !rows.empty();
  }

  Status RequireNamespace(const Namespace& levels) {
    FIRN_ASSIGN(const bool exists, NamespaceExists(levels));
    if (!exists) return NotFound("namespace not found in catalog {}: {}", options_.catalog_name, ToString(levels));
    return OkStatus();
  }

  Status PutProperties(const Namespace& levels, const StringMap& properties) {
    for (const auto& [key, value] : properties) {
      FIRN_TRY(database_->Execute(
          "INSERT INTO iceberg_namespace_properties (catalog_name, namespace, property_key, property_value) "
          "VALUES (?, ?, ?, ?) ON CONFLICT (catalog_name, namespace, property_key) "
          "DO UPDATE SET property_value = excluded.property_value",
          {options_.catalog_name, ToString(levels), key, value}));
    }
    return OkStatus();
  }

  Result<std::string> ReadLocation(const TableIdentifier& identifier) {
    FIRN_ASSIGN(const auto rows,
                database_->Query("SELECT metadata_location FROM iceberg_tables WHERE catalog_name = ? AND "
                                 "table_namespace = ? AND table_name = ?" +
                                     type_filter_,
                                 Key(identifier)));
    if (rows.empty()) return NotFound("table not found in catalog {}: {}", options_.catalog_name, ToString(identifier));
    if (!rows[0][0]) return Corrupt("the catalog has no metadata location for {}", ToString(identifier));
    return *rows[0][0];
  }

  Result<LoadedTable> LoadAt(const TableIdentifier& identifier, const std::string& location) {
    {
      const std::lock_guard lock(mutex_);
      if (TableMetadataPtr cached = cache_.Find(location)) return LoadedTable{identifier, location, std::move(cached)};
    }
    FIRN_ASSIGN(LoadedTable table, LoadTableFromMetadata(*storage_, location));
    table.identifier = identifier;
    Remember(table, "");
    return table;
  }

  void Remember(const LoadedTable& table, const std::string& previous) {
    const std::lock_guard lock(mutex_);
    cache_.Put(table.metadata_location, table.metadata, previous);
  }

  /// The namespace's `location`, else the warehouse.
  Result<std::string> DefaultLocation(const TableIdentifier& identifier) {
    FIRN_ASSIGN(const StringMap properties, LoadNamespaceProperties(identifier.levels));
    if (const auto found = properties.find("location"); found != properties.end())
      return found->second + '/' + identifier.name;
    if (options_.warehouse.empty())
      return InvalidInput("no location and no warehouse for a new table: {}", ToString(identifier));
    return fmt::format("{}/{}/{}", options_.warehouse, fmt::join(identifier.levels, "/"), identifier.name);
  }

  Result<LoadedTable> InsertTable(const TableIdentifier& identifier, TableMetadataPtr metadata,
                                  const std::string& location) {
    if (location.size() > kLongestLocation)
      return InvalidInput("metadata location is longer than {} bytes: {}", kLongestLocation, location);
    LoadedTable table{identifier, location, std::move(metadata)};
    std::vector<std::string> parameters = Key(identifier);
    parameters.push_back(location);
    const std::string sql =
        has_type_column_ ? "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, "
                           "previous_metadata_location, iceberg_type) VALUES (?, ?, ?, ?, NULL, 'TABLE')"
                         : "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location, "
                           "previous_metadata_location) VALUES (?, ?, ?, ?, NULL)";
    {
      const std::lock_guard lock(mutex_);
      const Result<int64_t> inserted = database_->Execute(sql, parameters);
      if (!inserted.ok() && inserted.error().kind() == ErrorKind::kAlreadyExists) {
        return AlreadyExists("table exists already: {}", ToString(identifier));
      }
      FIRN_TRY(inserted);
    }
    Remember(table, "");
    return table;
  }

  /// Compare and swap of the location. When COMMIT fails its outcome is read back; only when that fails too is it
  /// unknown.
  Status Swap(const TableIdentifier& identifier, const std::string& from, const std::string& to) {
    if (to.size() > kLongestLocation)
      return InvalidInput("metadata location is longer than {} bytes: {}", kLongestLocation, to);
    const std::lock_guard lock(mutex_);
    Status committed;
    {
      FIRN_ASSIGN(SqliteTransaction transaction, SqliteTransaction::Begin(*database_));
      std::vector<std::string> parameters = {to, from};
      for (const std::string& part : Key(identifier)) parameters.push_back(part);
      parameters.push_back(from);
      FIRN_ASSIGN(
          const int64_t changed,
          database_->Execute(
              "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ? WHERE catalog_name = ? "
              "AND table_namespace = ? AND table_name = ? AND metadata_location = ?" +
                  type_filter_,
              parameters));
      if (changed != 1) return Conflict("table was changed by another commit: {}", ToString(identifier));
      committed = transaction.Commit();
    }
    if (committed.ok()) return OkStatus();
    const Result<std::string> now = ReadLocation(identifier);
    if (!now.ok())
      return CommitStateUnknown("{}; and the catalog cannot be read: {}", committed.error().message(),
                                now.error().message());
    return *now == to ? OkStatus() : committed;
  }

  void Discard(const std::string& location) {
    const Status status = storage_->Delete(location);
    if (!status.ok()) log::Warn("cannot delete {}: {}", location, status.error().message());
  }

  SqliteCatalogOptions options_;
  std::shared_ptr<storage::Storage> storage_;
  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;  ///< guards what is below; never held over storage
  std::unique_ptr<SqliteDatabase> database_;
  bool has_type_column_ = true;
  std::string type_filter_;
  MetadataCache cache_;
};

}  // namespace

Result<std::unique_ptr<Catalog>> OpenSqliteCatalog(const SqliteCatalogOptions& options,
                                                   std::shared_ptr<storage::Storage> storage, const Clock& clock,
                                                   Random& random) {
  auto catalog = std::make_unique<SqliteCatalog>(options, std::move(storage), clock, random);
  FIRN_TRY(catalog->Open());
  return std::unique_ptr<Catalog>(std::move(catalog));
}

}  // namespace firn::iceberg
