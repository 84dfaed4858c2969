#include "iceberg/catalog/sqlite_database.h"

#include <sqlite3.h>

namespace firn::iceberg {
namespace {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path, Mode mode, int busy_timeout_ms) {
  sqlite3* handle = nullptr;
  const int access = mode == Mode::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(handle));
  if (code != SQLITE_OK) {
    const char* reason = handle == nullptr ? "out of memory" : sqlite3_errmsg(handle);
    if (code == SQLITE_CANTOPEN) return NotFound("cannot open catalog: {}: {}", reason, path);
    return Unavailable("cannot open catalog: {}: {}", reason, path);
  }
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  sqlite3_extended_result_codes(handle, 1);
  // FULL leaves the deletion of the rollback journal to the disk's mercy: a power cut right after a commit may bring
  // the journal back, and with it the table's former state.
  FIRN_TRY(database->Execute("PRAGMA synchronous=EXTRA").WithContext(path));
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  sqlite3_close_v2(handle_);
}

Error SqliteDatabase::MakeError(int code, const std::string& doing) const {
  const int primary = code & 0xff;
  const std::string message = fmt::format("catalog: {}: {}", sqlite3_errmsg(handle_), doing);
  switch (primary) {
    case SQLITE_CONSTRAINT:
      return {ErrorKind::kAlreadyExists, message};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::kCorrupt, message};
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return {ErrorKind::kUnauthorized, message};
    case SQLITE_FULL:
      return {ErrorKind::kResourceExhausted, message};
    default:
      return {ErrorKind::kUnavailable, message};
  }
}

Result<std::vector<SqliteDatabase::Row>> SqliteDatabase::Query(const std::string& sql,
                                                               const std::vector<std::string>& parameters) {
  sqlite3_stmt* raw = nullptr;
  int code = sqlite3_prepare_v2(handle_, sql.c_str(), -1, &raw, nullptr);
  const Statement statement(raw);
  if (code != SQLITE_OK) return MakeError(code, sql);
  for (size_t i = 0; i < parameters.size(); ++i) {
    code = sqlite3_bind_text(raw, static_cast<int>(i) + 1, parameters[i].data(), static_cast<int>(parameters[i].size()),
                             SQLITE_STATIC);
    if (code != SQLITE_OK) return MakeError(code, sql);
  }
  std::vector<Row> rows;
  while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
    Row row;
    for (int column = 0; column < sqlite3_column_count(raw); ++column) {
      if (sqlite3_column_type(raw, column) == SQLITE_NULL) {
        row.emplace_back();
        continue;
      }
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(raw, column));
      row.emplace_back(std::string(text, static_cast<size_t>(sqlite3_column_bytes(raw, column))));
    }
    rows.push_back(std::move(row));
  }
  if (code != SQLITE_DONE) return MakeError(code, sql);
  return rows;
}

Result<int64_t> SqliteDatabase::Execute(const std::string& sql, const std::vector<std::string>& parameters) {
  FIRN_TRY(Query(sql, parameters));
  return static_cast<int64_t>(sqlite3_changes64(handle_));
}

Result<SqliteTransaction> SqliteTransaction::Begin(SqliteDatabase& database) {
  FIRN_TRY(database.Execute("BEGIN IMMEDIATE"));
  return SqliteTransaction(&database);
}

SqliteTransaction::~SqliteTransaction() {
  if (database_ != nullptr) (void)database_->Execute("ROLLBACK");
}

Status SqliteTransaction::Commit() {
  const Result<int64_t> done = database_->Execute("COMMIT");
  if (done.ok()) database_ = nullptr;
  return done.status();
}

}  // namespace firn::iceberg
