#include "iceberg/catalog/sqlite_catalog.h"
#include "outputs/iceberg/options.h"

namespace firn::outputs::iceberg {
namespace {

storage::StorageOptions ToStorageOptions(const Options& options) {
  storage::StorageOptions out;
  out.s3.endpoint = options.s3_endpoint;
  out.s3.region = options.s3_region;
  out.s3.access_key = options.s3_access_key.Reveal();
  out.s3.secret_key = options.s3_secret_key.Reveal();
  out.s3.session_token = options.s3_session_token.Reveal();
  out.s3.path_style = options.s3_path_style;
  out.path_map = options.path_map;
  return out;
}

/// The path of a SQLite catalog: as given (also in SQLAlchemy's and JDBC's spelling), else beside the tables.
Result<std::string> CatalogFile(const Options& options, const std::string& location) {
  std::string_view uri = options.uri;
  for (const std::string_view prefix : {"sqlite:///", "jdbc:sqlite:", "sqlite:"}) {
    if (uri.starts_with(prefix)) {
      uri.remove_prefix(prefix.size());
      break;
    }
  }
  if (uri.empty()) {
    Result<std::string> folder = storage::LocalPath(location);
    if (!folder.ok()) {
      return InvalidConfig("outputs.iceberg: a warehouse at {} needs uri = \"FILE\" for its SQLite catalog", location);
    }
    return *folder + "/catalog.db";
  }
  FIRN_ASSIGN(const std::string absolute, storage::NormalizeWarehouse(uri));
  return storage::LocalPath(absolute);
}

}  // namespace

Result<Warehouse> OpenWarehouse(const Options& options, Access access, const Clock& clock, Random& random) {
  if (options.catalog != "sqlite") {
    return InvalidConfig("outputs.iceberg: catalog = \"{}\" is not one of sqlite", options.catalog);
  }
  Warehouse warehouse;
  FIRN_ASSIGN(warehouse.location, storage::NormalizeWarehouse(options.warehouse));
  FIRN_ASSIGN(warehouse.storage, storage::OpenStorage(ToStorageOptions(options)));
  FIRN_ASSIGN(warehouse.catalog_file, CatalogFile(options, warehouse.location));
  firn::iceberg::SqliteCatalogOptions sqlite;
  sqlite.path = warehouse.catalog_file;
  sqlite.catalog_name = options.catalog_name;
  sqlite.warehouse = warehouse.location;
  sqlite.read_only = access == Access::kReadOnly;
  FIRN_ASSIGN(warehouse.catalog, firn::iceberg::OpenSqliteCatalog(sqlite, warehouse.storage, clock, random));
  return warehouse;
}

}  // namespace firn::outputs::iceberg
