#include "query/database.h"

#include <duckdb.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <utility>

namespace firn::query {
namespace {

/// Owns a C handle: `Destroy` gets its address and is safe on null.
template <typename T, void (*Destroy)(T*)>
struct Owned {
  T handle = nullptr;
  Owned() = default;
  ~Owned() { Destroy(&handle); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
};
using Statements = Owned<duckdb_extracted_statements, duckdb_destroy_extracted>;
using Prepared = Owned<duckdb_prepared_statement, duckdb_destroy_prepare>;
using Chunk = Owned<duckdb_data_chunk, duckdb_destroy_data_chunk>;
using LogicalType = Owned<duckdb_logical_type, duckdb_destroy_logical_type>;
using ValueHandle = Owned<duckdb_value, duckdb_destroy_value>;
using Config = Owned<duckdb_config, duckdb_destroy_config>;

struct OwnedResult {
  duckdb_result handle{};
  OwnedResult() = default;
  ~OwnedResult() { duckdb_destroy_result(&handle); }
  OwnedResult(const OwnedResult&) = delete;
  OwnedResult& operator=(const OwnedResult&) = delete;
};

void DestroyAppender(duckdb_appender* appender) {
  duckdb_appender_destroy(appender);
}

/// Takes over and frees a string of the C API.
std::string TakeText(char* text) {
  std::string copy = text == nullptr ? "" : text;
  duckdb_free(text);
  return copy;
}

Error ErrorOf(const char* message, duckdb_error_type type) {
  std::string text = message == nullptr ? "unknown error" : message;
  // A statement that is interrupted while it is prepared comes without its type.
  if (text.starts_with("INTERRUPT Error")) return Cancelled("interrupted");
  switch (type) {
    case DUCKDB_ERROR_INTERRUPT:
      return Cancelled("interrupted");
    case DUCKDB_ERROR_OUT_OF_MEMORY:
      return ResourceExhausted("{}", text);
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_HTTP:
      return Unavailable("{}", text);
    case DUCKDB_ERROR_NOT_IMPLEMENTED:
      return Unsupported("{}", text);
    case DUCKDB_ERROR_CATALOG:
      return NotFound("{}", text);
    default:
      return InvalidInput("{}", text);
  }
}

Error ErrorOf(duckdb_result& result) {
  return ErrorOf(duckdb_result_error(&result), duckdb_result_error_type(&result));
}

ValueKind KindOf(duckdb_type type) {
  switch (type) {
    case DUCKDB_TYPE_BOOLEAN:
      return ValueKind::kBoolean;
    case DUCKDB_TYPE_TINYINT:
      return ValueKind::kInt8;
    case DUCKDB_TYPE_SMALLINT:
      return ValueKind::kInt16;
    case DUCKDB_TYPE_INTEGER:
      return ValueKind::kInt32;
    case DUCKDB_TYPE_BIGINT:
      return ValueKind::kInt64;
    case DUCKDB_TYPE_UTINYINT:
      return ValueKind::kUint8;
    case DUCKDB_TYPE_USMALLINT:
      return ValueKind::kUint16;
    case DUCKDB_TYPE_UINTEGER:
      return ValueKind::kUint32;
    case DUCKDB_TYPE_UBIGINT:
      return ValueKind::kUint64;
    case DUCKDB_TYPE_HUGEINT:
      return ValueKind::kHugeint;
    case DUCKDB_TYPE_UHUGEINT:
      return ValueKind::kUhugeint;
    case DUCKDB_TYPE_FLOAT:
      return ValueKind::kFloat;
    case DUCKDB_TYPE_DOUBLE:
      return ValueKind::kDouble;
    case DUCKDB_TYPE_DECIMAL:
      return ValueKind::kDecimal;
    case DUCKDB_TYPE_VARCHAR:
      return ValueKind::kText;
    case DUCKDB_TYPE_BLOB:
      return ValueKind::kBlob;
    case DUCKDB_TYPE_DATE:
      return ValueKind::kDate;
    case DUCKDB_TYPE_TIME:
      return ValueKind::kTime;
    case DUCKDB_TYPE_TIMESTAMP_S:
      return ValueKind::kTimestampS;
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return ValueKind::kTimestampMs;
    case DUCKDB_TYPE_TIMESTAMP:
      return ValueKind::kTimestampUs;
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return ValueKind::kTimestampNs;
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return ValueKind::kTimestampTz;
    case DUCKDB_TYPE_INTERVAL:
      return ValueKind::kInterval;
    case DUCKDB_TYPE_UUID:
      return ValueKind::kUuid;
    case DUCKDB_TYPE_ENUM:
      return ValueKind::kEnum;
    case DUCKDB_TYPE_LIST:
      return ValueKind::kList;
    case DUCKDB_TYPE_ARRAY:
      return ValueKind::kArray;
    case DUCKDB_TYPE_STRUCT:
      return ValueKind::kStruct;
    case DUCKDB_TYPE_MAP:
      return ValueKind::kMap;
    case DUCKDB_TYPE_SQLNULL:
      return ValueKind::kNull;
    default:
      return ValueKind::kOther;
  }
}

ValueType TypeOf(duckdb_logical_type logical);

ValueType TakeType(duckdb_logical_type logical) {
  LogicalType owner;
  owner.handle = logical;
  return TypeOf(logical);
}

ValueType TypeOf(duckdb_logical_type logical) {
  ValueType type;
  type.kind = KindOf(duckdb_get_type_id(logical));
  switch (type.kind) {
    case ValueKind::kDecimal:
      type.scale = duckdb_decimal_scale(logical);
      type.storage = KindOf(duckdb_decimal_internal_type(logical));
      break;
    case ValueKind::kEnum: {
      type.storage = KindOf(duckdb_enum_internal_type(logical));
      const uint32_t size = duckdb_enum_dictionary_size(logical);
      for (uint32_t i = 0; i < size; ++i) type.names.push_back(TakeText(duckdb_enum_dictionary_value(logical, i)));
      break;
    }
    case ValueKind::kList:
      type.children.push_back(TakeType(duckdb_list_type_child_type(logical)));
      break;
    case ValueKind::kArray:
      type.array_size = static_cast<uint32_t>(duckdb_array_type_array_size(logical));
      type.children.push_back(TakeType(duckdb_array_type_child_type(logical)));
      break;
    case ValueKind::kMap:
      type.children.push_back(TakeType(duckdb_map_type_key_type(logical)));
      type.children.push_back(TakeType(duckdb_map_type_value_type(logical)));
      break;
    case ValueKind::kStruct:
      for (idx_t i = 0; i < duckdb_struct_type_child_count(logical); ++i) {
        type.names.push_back(TakeText(duckdb_struct_type_child_name(logical, i)));
        type.children.push_back(TakeType(duckdb_struct_type_child_type(logical, i)));
      }
      break;
    default:
      break;
  }
  return type;
}

/// Collects text rows for Database::Rows.
class TextRows final : public ResultSink {
 public:
  Status Begin(const std::vector<ResultColumn>&) override { return OkStatus(); }
  Status Rows(const RowChunk& chunk) override {
    for (size_t row = 0; row < chunk.row_count(); ++row) {
      auto& cells = rows.emplace_back();
      for (size_t column = 0; column < chunk.column_count(); ++column) {
        if (chunk.IsNull(column, row)) {
          cells.emplace_back();
        } else {
          chunk.AppendText(column, row, cells.emplace_back().emplace());
        }
      }
    }
    return OkStatus();
  }
  Status End() override { return OkStatus(); }

  std::vector<std::vector<std::optional<std::string>>> rows;
};

std::string SpillDirectory(const DatabaseOptions& options) {
  if (!options.spill_directory.empty()) return options.spill_directory;
  std::error_code error;
  const auto folder = std::filesystem::temp_directory_path(error);
  return (error ? std::string("/tmp") : folder.string()) + "/firn-sql-" + std::to_string(getpid());
}

}  // namespace

bool ValueType::NeedsCast() const {
  if (kind == ValueKind::kOther) return true;
  for (const ValueType& child : children) {
    if (child.NeedsCast()) return true;
  }
  return false;
}

struct Database::Handles {
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  ~Handles() {
    duckdb_disconnect(&connection);
    duckdb_close(&database);
  }

  Status Prepare(std::string_view sql, Prepared& prepared) {
    const std::string text(sql);
    if (duckdb_prepare(connection, text.c_str(), &prepared.handle) == DuckDBSuccess) return OkStatus();
    return ErrorOf(duckdb_prepare_error(prepared.handle), DUCKDB_ERROR_INVALID);
  }
};

Database::Database(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  Config config;
  if (duckdb_create_config(&config.handle) != DuckDBSuccess)
    return ResourceExhausted("cannot configure DuckDB: out of memory");
  const auto set = [&](const char* name, const std::string& value) -> Status {
    if (duckdb_set_config(config.handle, name, value.c_str()) == DuckDBSuccess) return OkStatus();
    return Internal("DuckDB refuses the setting {} = {}", name, value);
  };
  FIRN_TRY(set("autoinstall_known_extensions", "false"));
  FIRN_TRY(set("autoload_known_extensions", "true"));
  if (!options.extension_directory.empty()) FIRN_TRY(set("extension_directory", options.extension_directory));
  if (options.memory_limit_bytes > 0) FIRN_TRY(set("memory_limit", std::to_string(options.memory_limit_bytes) + "B"));
  if (options.threads > 0) FIRN_TRY(set("threads", std::to_string(options.threads)));
  FIRN_TRY(set("temp_directory", SpillDirectory(options)));

  auto handles = std::make_unique<Handles>();
  char* message = nullptr;
  if (duckdb_open_ext(nullptr, &handles->database, config.handle, &message) != DuckDBSuccess) {
    return Internal("cannot open DuckDB: {}", TakeText(message));
  }
  if (duckdb_connect(handles->database, &handles->connection) != DuckDBSuccess)
    return Internal("cannot connect to DuckDB");
  std::unique_ptr<Database> database(new Database(std::move(handles)));
  FIRN_TRY(database->Execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false"));
  return database;
}

std::string Database::LibraryVersion() {
  return duckdb_library_version();
}

Status Database::Execute(std::string_view sql) {
  const std::string text(sql);
  OwnedResult result;
  if (duckdb_query(handles_->connection, text.c_str(), &result.handle) == DuckDBSuccess) return OkStatus();
  return ErrorOf(result.handle);
}

Status Database::Query(std::string_view sql, ResultSink& sink) {
  Prepared prepared;
  FIRN_TRY(handles_->Prepare(sql, prepared));
  bool needs_cast = false;
  std::string casts;
  std::string names;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(prepared.handle); ++i) {
    const ValueType type = TakeType(duckdb_prepared_statement_column_logical_type(prepared.handle, i));
    const std::string name = TakeText(const_cast<char*>(duckdb_prepared_statement_column_name(prepared.handle, i)));
    const std::string position = "\"" + std::to_string(i) + "\"";
    names += (i > 0 ? ", " : "") + position;
    casts += (i > 0 ? ", " : "") + (type.NeedsCast() ? "CAST(" + position + " AS VARCHAR)" : position) + " AS " +
             QuoteIdentifier(name);
    needs_cast = needs_cast || type.NeedsCast();
  }
  // Types that the C API gives no access to come as DuckDB's own text.
  if (needs_cast) return Query("SELECT " + casts + " FROM (" + std::string(sql) + ") t(" + names + ")", sink);

  OwnedResult result;
  if (duckdb_execute_prepared_streaming(prepared.handle, &result.handle) != DuckDBSuccess)
    return ErrorOf(result.handle);
  std::vector<ResultColumn> columns;
  for (idx_t i = 0; i < duckdb_column_count(&result.handle); ++i) {
    columns.push_back({duckdb_column_name(&result.handle, i), TakeType(duckdb_column_logical_type(&result.handle, i))});
  }
  // A statement that gives no rows (SET, CREATE) has a result all the same: one that counts or is empty.
  if (duckdb_result_return_type(result.handle) != DUCKDB_RESULT_TYPE_QUERY_RESULT) return OkStatus();
  FIRN_TRY(sink.Begin(columns));
  while (true) {
    Chunk chunk;
    chunk.handle = duckdb_fetch_chunk(result.handle);
    if (chunk.handle == nullptr) break;
    if (duckdb_data_chunk_get_size(chunk.handle) == 0) continue;
    FIRN_TRY(sink.Rows(RowChunk(chunk.handle, columns)));
  }
  // The end of a stream and its failure look the same but for the error.
  if (const char* message = duckdb_result_error(&result.handle); message != nullptr && *message != '\0') {
    return ErrorOf(result.handle);
  }
  return sink.End();
}

Result<std::vector<std::vector<std::optional<std::string>>>> Database::Rows(std::string_view sql) {
  TextRows sink;
  FIRN_TRY(Query(sql, sink));
  return std::move(sink.rows);
}

Result<std::vector<std::pair<std::string, std::string>>> Database::Describe(std::string_view sql) {
  FIRN_ASSIGN(auto rows, Rows("DESCRIBE " + std::string(sql)));
  std::vector<std::pair<std::string, std::string>> columns;
  for (auto& row : rows) {
    if (row.size() < 2) return Internal("DESCRIBE gave {} columns", row.size());
    columns.emplace_back(row[0].value_or(""), row[1].value_or(""));
  }
  return columns;
}

std::optional<std::vector<std::string>> Database::TableNames(std::string_view statement) {
  const std::string text(statement);
  ValueHandle list;
  list.handle = duckdb_get_table_names(handles_->connection, text.c_str(), true);
  if (list.handle == nullptr) return std::nullopt;
  std::vector<std::string> names;
  for (idx_t i = 0; i < duckdb_get_list_size(list.handle); ++i) {
    ValueHandle element;
    element.handle = duckdb_get_list_child(list.handle, i);
    names.push_back(TakeText(duckdb_get_varchar(element.handle)));
  }
  return names;
}

Result<size_t> Database::CountStatements(std::string_view sql) {
  const std::string text(sql);
  Statements statements;
  const idx_t count = duckdb_extract_statements(handles_->connection, text.c_str(), &statements.handle);
  if (count == 0) {
    const char* message = duckdb_extract_statements_error(statements.handle);
    if (message != nullptr) return ErrorOf(message, DUCKDB_ERROR_INVALID);
  }
  return static_cast<size_t>(count);
}

Status Database::AppendPositions(const std::string& table, std::string_view file,
                                 const std::vector<uint64_t>& positions) {
  Owned<duckdb_appender, DestroyAppender> appender;
  const auto failed = [&] {
    const char* message = duckdb_appender_error(appender.handle);
    return Internal("cannot fill {}: {}", table, message == nullptr ? "unknown error" : message);
  };
  if (duckdb_appender_create(handles_->connection, nullptr, table.c_str(), &appender.handle) != DuckDBSuccess)
    return failed();
  for (const uint64_t position : positions) {
    if (duckdb_append_varchar_length(appender.handle, file.data(), file.size()) != DuckDBSuccess ||
        duckdb_append_int64(appender.handle, static_cast<int64_t>(position)) != DuckDBSuccess ||
        duckdb_appender_end_row(appender.handle) != DuckDBSuccess) {
      return failed();
    }
  }
  if (duckdb_appender_close(appender.handle) != DuckDBSuccess) return failed();
  return OkStatus();
}

void Database::Interrupt() {
  duckdb_interrupt(handles_->connection);
}

std::string QuoteIdentifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string QuoteText(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + '\'';
}

}  // namespace firn::query
