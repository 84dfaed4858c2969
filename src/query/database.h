#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/value_type.h"

/// DuckDB behind Firn's own types, over its C API: the only place that includes duckdb.h.

namespace firn::query {

struct DatabaseOptions {
  std::string extension_directory;  ///< folder with v<version>/<platform>/*.duckdb_extension; "" = none
  uint64_t memory_limit_bytes = 0;  ///< 0 = DuckDB's own choice (80 % of the machine)
  int threads = 0;                  ///< 0 = one a core
  std::string spill_directory;      ///< where sorts and joins beyond memory go; "" = the system's temporary folder
};

/// Some rows of a result. Valid until the callback that got it returns.
class RowChunk {
 public:
  RowChunk(void* chunk, const std::vector<ResultColumn>& columns);

  size_t row_count() const { return row_count_; }
  size_t column_count() const { return columns_.size(); }
  bool IsNull(size_t column, size_t row) const;

  /// Appends the value as people and CSV have it; lists and structs as JSON. Empty for NULL. Formats: docs/sql.md.
  void AppendText(size_t column, size_t row, std::string& out) const;
  /// Appends the value as JSON (RFC 8259).
  void AppendJson(size_t column, size_t row, std::string& out) const;

  /// The raw integer of a BIGINT column; for Firn's own queries. Requires that type and a value that is not NULL.
  int64_t Int64(size_t column, size_t row) const;
  /// The text of a column of text; the same.
  std::string Text(size_t column, size_t row) const;

 private:
  const std::vector<ResultColumn>& columns_;
  std::vector<void*> vectors_;
  size_t row_count_;
};

/// Takes a result: its columns once, then its rows in chunks.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual Status Begin(const std::vector<ResultColumn>& columns) = 0;
  virtual Status Rows(const RowChunk& chunk) = 0;
  virtual Status End() = 0;
};

/// An in-memory DuckDB with one connection. One thread, save Interrupt. Times are shown in UTC.
class Database {
 public:
  static Result<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// "v1.5.5"
  static std::string LibraryVersion();

  /// Runs one or more statements and drops their results.
  Status Execute(std::string_view sql);
  /// Runs one statement; rows are streamed into `sink`, never held as a whole.
  Status Query(std::string_view sql, ResultSink& sink);
  /// All rows as text, NULL as nullopt. For small answers.
  Result<std::vector<std::vector<std::optional<std::string>>>> Rows(std::string_view sql);
  /// Names and types of the columns that `sql` would give, without running it.
  Result<std::vector<std::pair<std::string, std::string>>> Describe(std::string_view sql);

  /// The tables that one statement reads, as written (`ns.t`, quoted where need be). nullopt where DuckDB cannot tell
  /// (INSERT, CREATE VIEW, PIVOT, several statements, errors).
  std::optional<std::vector<std::string>> TableNames(std::string_view statement);

  /// Splits text into statements as DuckDB's parser does; an error where the text does not parse.
  Result<size_t> CountStatements(std::string_view sql);

  /// Appends (file, position) rows to a table of a VARCHAR and a BIGINT column.
  Status AppendPositions(const std::string& table, std::string_view file, const std::vector<uint64_t>& positions);

  /// Stops what runs, from any thread: it fails with kCancelled.
  void Interrupt();

 private:
  struct Handles;
  explicit Database(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

/// `"name"` with quotes doubled.
std::string QuoteIdentifier(std::string_view name);
/// `'text'` with quotes doubled. Backslashes and control characters are literal in DuckDB.
std::string QuoteText(std::string_view text);

}  // namespace firn::query
