#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/catalog/catalog.h"
#include "query/database.h"
#include "query/statement_report.h"
#include "query/table_views.h"
#include "storage/storage.h"

namespace firn::query {

struct SessionOptions {
  DatabaseOptions database;
  storage::S3Options s3;          ///< for data files that DuckDB reads by itself; as the storage has it
  std::string default_namespace;  ///< of tables without one; "" = the catalog's only namespace, if there is one
};

/// SQL on Iceberg tables. Tables are found in the catalog when a statement names them and planned anew for each
/// statement, so that it sees the newest snapshot; DuckDB then reads the planned files. One thread, save Interrupt.
///
/// Beyond DuckDB's SQL: `ns.t FOR TIMESTAMP AS OF …`, `FOR VERSION AS OF …`, `"t$snapshots"` and its like, SHOW TABLES,
/// SHOW SCHEMAS, DESCRIBE. Iceberg tables are read only.
class Session {
 public:
  /// `catalog` may be null where tables come from AddTable alone.
  static Result<std::unique_ptr<Session>> Make(const SessionOptions& options, std::shared_ptr<storage::Storage> storage,
                                               std::shared_ptr<iceberg::Catalog> catalog);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// A table that is in no catalog. It is found by its namespace and name, and by its name alone.
  void AddTable(const iceberg::LoadedTable& table);

  /// Runs one statement.
  Result<StatementReport> Run(std::string_view statement, ResultSink& sink);

  /// Runs a SELECT and writes its rows to a Parquet file.
  Result<StatementReport> WriteParquet(std::string_view statement, const std::string& path);

  /// Stops what runs, from any thread.
  void Interrupt();

 private:
  Session(std::unique_ptr<Database> database, std::unique_ptr<TableViews> tables);
  Result<bool> RunOwn(std::string_view statement, ResultSink& sink);
  Result<StatementReport> RunPrepared(std::string_view statement, ResultSink* sink, const std::string& parquet_path);

  std::unique_ptr<Database> database_;
  std::unique_ptr<TableViews> tables_;
};

}  // namespace firn::query
