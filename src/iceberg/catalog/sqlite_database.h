#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace firn::iceberg {

/// One connection to a SQLite file, with statements as values. One thread at a time.
class SqliteDatabase {
 public:
  enum class Mode { kReadOnly, kCreate };

  /// Sets the busy timeout and synchronous=EXTRA: a commit is durable, the end of its journal included.
  static Result<std::unique_ptr<SqliteDatabase>> Open(const std::string& path, Mode mode, int busy_timeout_ms);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  using Row = std::vector<std::optional<std::string>>;

  /// Runs one statement with text parameters and gives its rows. kUnavailable when the file stays locked,
  /// kAlreadyExists when a key is taken, kCorrupt when the file is no database.
  Result<std::vector<Row>> Query(const std::string& sql, const std::vector<std::string>& parameters = {});
  /// The same for statements without rows; gives the number of rows that changed.
  Result<int64_t> Execute(const std::string& sql, const std::vector<std::string>& parameters = {});

 private:
  explicit SqliteDatabase(sqlite3* handle) : handle_(handle) {}
  Error MakeError(int code, const std::string& doing) const;

  sqlite3* handle_;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back when it is destroyed without Commit.
class SqliteTransaction {
 public:
  static Result<SqliteTransaction> Begin(SqliteDatabase& database);
  SqliteTransaction(SqliteTransaction&& other) noexcept : database_(other.database_) { other.database_ = nullptr; }
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();
  /// Durable when it returns OK; when it fails, the outcome is open until the row is read again.
  Status Commit();

 private:
  explicit SqliteTransaction(SqliteDatabase* database) : database_(database) {}
  SqliteDatabase* database_;
};

}  // namespace firn::iceberg
