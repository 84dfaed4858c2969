#include "query/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "query/iceberg_types.h"
#include "query/sql_tokenizer.h"
#include "query/time_travel.h"

namespace firn::query {
namespace {

/// First words of statements that change a table; Firn's SQL only reads Iceberg tables.
constexpr std::array<std::string_view, 9> kChangingWords = {"INSERT",   "UPDATE",   "DELETE", "MERGE", "ALTER",
                                                            "TRUNCATE", "OPTIMIZE", "VACUUM", "MSCK"};

bool IsChanging(const SqlToken& token) {
  return std::any_of(kChangingWords.begin(), kChangingWords.end(),
                     [&](std::string_view word) { return token.IsWord(word); });
}

std::string ValuesQuery(const std::string& columns, const std::vector<std::vector<std::string>>& rows, size_t width) {
  std::string sql = "SELECT * FROM (VALUES ";
  if (rows.empty()) {
    sql += "(''";
    for (size_t i = 1; i < width; ++i) sql += ", ''";
    sql += ")";
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    sql += i > 0 ? ", (" : "(";
    for (size_t column = 0; column < rows[i].size(); ++column)
      sql += (column > 0 ? ", " : "") + QuoteText(rows[i][column]);
    sql += ")";
  }
  sql += ") t(" + columns + ")";
  return rows.empty() ? sql + " WHERE false" : sql;
}

/// Functions of Athena's (Trino's) SQL that DuckDB has under another name.
constexpr std::string_view kAthenaFunctions =
    "CREATE MACRO approx_percentile(value, percentage) AS approx_quantile(value, percentage);"
    "CREATE MACRO from_unixtime(seconds) AS to_timestamp(seconds)";

/// True for `SHOW`-like statements that Firn answers itself; the rest goes to DuckDB.
bool Begins(const std::vector<SqlToken>& tokens, std::string_view first, std::string_view second) {
  return tokens.size() >= 2 && tokens[0].IsWord(first) && tokens[1].IsWord(second);
}

}  // namespace

Session::Session(std::unique_ptr<Database> database, std::unique_ptr<TableViews> tables)
    : database_(std::move(database)), tables_(std::move(tables)) {}
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::Make(const SessionOptions& options, std::shared_ptr<storage::Storage> storage,
                                               std::shared_ptr<iceberg::Catalog> catalog) {
  FIRN_ASSIGN(auto database, Database::Open(options.database));
  FIRN_TRY(database->Execute(kAthenaFunctions));
  auto tables = std::make_unique<TableViews>(*database, std::move(storage), std::move(catalog),
                                             options.default_namespace, options.s3);
  return std::unique_ptr<Session>(new Session(std::move(database), std::move(tables)));
}

void Session::AddTable(const iceberg::LoadedTable& table) {
  tables_->AddTable(table);
}
void Session::Interrupt() {
  database_->Interrupt();
}

/// SHOW TABLES [IN ns], SHOW SCHEMAS, DESCRIBE t, SHOW COLUMNS FROM t, USE ns. False for any other statement.
Result<bool> Session::RunOwn(std::string_view statement, ResultSink& sink) {
  FIRN_ASSIGN(const auto tokens, TokenizeSql(statement));
  if (Begins(tokens, "SHOW", "TABLES")) {
    std::vector<std::vector<std::string>> rows;
    size_t position = 3;
    const iceberg::Namespace wanted = tokens.size() > 3 ? TakeDottedName(tokens, position) : iceberg::Namespace();
    FIRN_ASSIGN(const auto namespaces, tables_->Namespaces());
    for (const auto& levels : namespaces) {
      if (!wanted.empty() && iceberg::ToString(levels) != iceberg::ToString(wanted)) continue;
      FIRN_ASSIGN(const auto found, tables_->TablesIn(levels));
      for (const auto& table : found) rows.push_back({iceberg::ToString(table.levels), table.name});
    }
    FIRN_TRY(database_->Query(ValuesQuery("namespace, name", rows, 2), sink));
    return true;
  }
  if (Begins(tokens, "SHOW", "SCHEMAS") || Begins(tokens, "SHOW", "DATABASES") ||
      Begins(tokens, "SHOW", "NAMESPACES")) {
    std::vector<std::vector<std::string>> rows;
    FIRN_ASSIGN(const auto namespaces, tables_->Namespaces());
    for (const auto& levels : namespaces) rows.push_back({iceberg::ToString(levels)});
    FIRN_TRY(database_->Query(ValuesQuery("namespace", rows, 1), sink));
    return true;
  }
  if (tokens.size() >= 2 && tokens[0].IsWord("USE")) {
    size_t position = 1;
    tables_->SetDefaultNamespace(iceberg::ToString(TakeDottedName(tokens, position)));
    return true;
  }
  const bool show_columns = Begins(tokens, "SHOW", "COLUMNS");
  const bool describe = !tokens.empty() && (tokens[0].IsWord("DESCRIBE") || tokens[0].IsWord("DESC"));
  if (!show_columns && !describe) return false;
  size_t position = show_columns ? 3 : 1;
  if (describe && position < tokens.size() && tokens[position].IsWord("TABLE")) ++position;
  const auto name = TakeDottedName(tokens, position);
  if (name.empty() || position != tokens.size()) return false;
  const auto table = tables_->Find(name);
  if (!table.ok()) return false;
  std::vector<std::vector<std::string>> rows;
  for (const auto& field : table->metadata->schema().fields()) {
    rows.push_back({field.name, AthenaType(field.type), field.required ? "NO" : "YES", field.doc});
  }
  FIRN_TRY(database_->Query(ValuesQuery("column_name, column_type, nullable, comment", rows, 4), sink));
  return true;
}

Result<StatementReport> Session::RunPrepared(std::string_view statement, ResultSink* sink,
                                             const std::string& parquet_path) {
  StatementReport report;
  FIRN_ASSIGN(const RewrittenStatement rewritten, RewriteTimeTravel(statement));
  FIRN_ASSIGN(const auto names, tables_->TablesReadBy(rewritten.sql));
  // One transaction for planning and running, so that current_timestamp is the same in both. One that the user began
  // stays his.
  const bool own_transaction = !names.empty() && database_->Execute("BEGIN TRANSACTION").ok();
  Status status = tables_->Define(rewritten, names, report);
  if (status.ok() && sink != nullptr) status = database_->Query(rewritten.sql, *sink);
  if (status.ok() && sink == nullptr) {
    status = database_->Execute("COPY (" + rewritten.sql + ") TO " + QuoteText(parquet_path) +
                                " (FORMAT parquet, COMPRESSION zstd)");
  }
  const Status dropped = tables_->Drop();
  if (status.ok()) status = dropped;
  if (own_transaction) {
    const Status ended = database_->Execute(status.ok() ? "COMMIT" : "ROLLBACK");
    if (status.ok()) status = ended;
  }
  if (status.ok()) return report;
  const bool table_missing = status.error().message().starts_with("Catalog Error: Table with name");
  if (table_missing && !tables_->unknown_table().empty()) return NotFound("{}", tables_->unknown_table());
  return status.error();
}

Result<StatementReport> Session::Run(std::string_view statement, ResultSink& sink) {
  FIRN_ASSIGN(const bool done, RunOwn(statement, sink));
  if (done) return StatementReport();
  FIRN_ASSIGN(const auto tokens, TokenizeSql(statement));
  if (!tokens.empty() && IsChanging(tokens[0])) {
    for (size_t i = 1; i < tokens.size();) {
      const auto name = TakeDottedName(tokens, i);
      if (name.empty()) ++i;
      if (name.size() >= 2 && tables_->Find(name).ok()) {
        return Unsupported("{} changes {}; firn sql only reads Iceberg tables", tokens[0].text,
                           iceberg::ToString(name));
      }
    }
  }
  return RunPrepared(statement, &sink, "");
}

Result<StatementReport> Session::WriteParquet(std::string_view statement, const std::string& path) {
  return RunPrepared(statement, nullptr, path);
}

}  // namespace firn::query
