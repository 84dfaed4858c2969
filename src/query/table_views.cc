#include "query/table_views.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "query/metadata_tables.h"
#include "query/sql_tokenizer.h"
#include "query/table_reader.h"

namespace firn::query {
namespace {

using iceberg::LoadedTable;
using Name = std::vector<std::string>;

constexpr int kMaximumViewDepth = 20;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string Dotted(const Name& name) {
  std::string text;
  for (const std::string& part : name) text += (text.empty() ? "" : ".") + part;
  return text;
}

bool IsNotFound(const Error& error) {
  return error.kind() == ErrorKind::kNotFound;
}

/// Every dotted name of a statement, and every single name behind FROM, JOIN, TABLE or a comma.
Result<std::vector<Name>> CandidateNames(const std::string& statement) {
  FIRN_ASSIGN(const auto tokens, TokenizeSql(statement));
  std::vector<Name> names;
  for (size_t i = 0; i < tokens.size();) {
    const bool table_place = i > 0 && (tokens[i - 1].IsWord("FROM") || tokens[i - 1].IsWord("JOIN") ||
                                       tokens[i - 1].IsWord("TABLE") || tokens[i - 1].IsSymbol(','));
    Name name = TakeDottedName(tokens, i);
    if (name.empty()) {
      ++i;
    } else if (name.size() > 1 || table_place) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string Qualified(const Name& name) {
  std::string text;
  for (const std::string& part : name) text += (text.empty() ? "" : ".") + QuoteIdentifier(part);
  return text;
}

}  // namespace

TableViews::TableViews(Database& database, std::shared_ptr<storage::Storage> storage,
                       std::shared_ptr<iceberg::Catalog> catalog, std::string default_namespace, storage::S3Options s3)
    : database_(database),
      storage_(std::move(storage)),
      catalog_(std::move(catalog)),
      default_namespace_(std::move(default_namespace)),
      s3_(std::move(s3)) {}

void TableViews::AddTable(const LoadedTable& table) {
  added_.push_back(table);
}

Result<std::vector<iceberg::Namespace>> TableViews::Namespaces() {
  std::set<iceberg::Namespace> all;
  for (const LoadedTable& table : added_) all.insert(table.identifier.levels);
  std::vector<iceberg::Namespace> open;
  if (catalog_ != nullptr) {
    FIRN_ASSIGN(open, catalog_->ListNamespaces({}));
  }
  while (!open.empty()) {
    iceberg::Namespace levels = std::move(open.back());
    open.pop_back();
    if (!all.insert(levels).second) continue;
    FIRN_ASSIGN(auto children, catalog_->ListNamespaces(levels));
    open.insert(open.end(), children.begin(), children.end());
  }
  return std::vector<iceberg::Namespace>(all.begin(), all.end());
}

Result<std::vector<iceberg::TableIdentifier>> TableViews::TablesIn(const iceberg::Namespace& levels) {
  std::vector<iceberg::TableIdentifier> tables;
  for (const LoadedTable& table : added_) {
    if (table.identifier.levels == levels) tables.push_back(table.identifier);
  }
  if (catalog_ == nullptr) return tables;
  auto listed = catalog_->ListTables(levels);
  if (!listed.ok()) {
    if (IsNotFound(listed.error()) && !tables.empty()) return tables;
    return listed.error();
  }
  tables.insert(tables.end(), listed->begin(), listed->end());
  std::sort(tables.begin(), tables.end());
  return tables;
}

Result<std::string> TableViews::DefaultNamespace() {
  if (!default_namespace_.empty()) return default_namespace_;
  FIRN_ASSIGN(const auto namespaces, Namespaces());
  return namespaces.size() == 1 ? iceberg::ToString(namespaces[0]) : std::string();
}

Result<LoadedTable> TableViews::Find(const Name& name) {
  for (const LoadedTable& table : added_) {
    const std::string own = LowerCase(iceberg::ToString(table.identifier));
    if (own == LowerCase(Dotted(name)) || (name.size() == 1 && LowerCase(table.identifier.name) == LowerCase(name[0])))
      return table;
  }
  std::string full = Dotted(name);
  if (name.size() == 1) {
    FIRN_ASSIGN(const std::string space, DefaultNamespace());
    if (space.empty()) return NotFound("no table '{}': name its namespace too, as in namespace.{}", name[0], name[0]);
    full = space + "." + name[0];
  }
  if (catalog_ == nullptr) return NotFound("no table '{}'", full);
  FIRN_ASSIGN(const auto identifier, iceberg::ParseTableIdentifier(full));
  auto exact = catalog_->LoadTable(identifier);
  if (exact.ok() || !IsNotFound(exact.error())) return exact;
  // SQL's names know no case: take the one table that differs in nothing else.
  FIRN_ASSIGN(const auto namespaces, Namespaces());
  std::vector<iceberg::TableIdentifier> matches;
  for (const auto& levels : namespaces) {
    if (LowerCase(iceberg::ToString(levels)) != LowerCase(iceberg::ToString(identifier.levels))) continue;
    FIRN_ASSIGN(const auto tables, TablesIn(levels));
    for (const auto& table : tables) {
      if (LowerCase(table.name) == LowerCase(identifier.name)) matches.push_back(table);
    }
  }
  if (matches.size() == 1) return catalog_->LoadTable(matches[0]);
  if (matches.size() > 1)
    return InvalidInput("'{}' may be {} or {}: names differ only in case; write it exactly", full, ToString(matches[0]),
                        ToString(matches[1]));
  return NotFound("no table '{}' in the catalog; SHOW TABLES lists what there is", full);
}

Result<bool> TableViews::IsOwnTable(const std::string& name) {
  const std::string text = QuoteText(LowerCase(name));
  FIRN_ASSIGN(const auto rows,
              database_.Rows("SELECT 1 FROM duckdb_tables() WHERE lower(table_name) = " + text +
                             " UNION ALL SELECT 1 FROM duckdb_views() WHERE lower(view_name) = " + text));
  return !rows.empty();
}

Result<std::vector<Name>> TableViews::NamesIn(const std::string& statement) {
  const auto told = database_.TableNames(statement);
  if (!told) return CandidateNames(statement);
  std::vector<Name> names;
  for (const std::string& text : *told) {
    FIRN_ASSIGN(const auto tokens, TokenizeSql(text));
    size_t position = 0;
    Name name = TakeDottedName(tokens, position);
    if (!name.empty()) names.push_back(std::move(name));
  }
  return names;
}

Status TableViews::CollectFromViews(const std::string& name, std::vector<Name>& names, int depth) {
  if (depth > kMaximumViewDepth) return OkStatus();
  FIRN_ASSIGN(const auto rows,
              database_.Rows("SELECT sql FROM duckdb_views() WHERE NOT internal AND lower(view_name) = " +
                             QuoteText(LowerCase(name))));
  for (const auto& row : rows) {
    if (!row[0]) continue;
    FIRN_ASSIGN(const auto inner, NamesIn(*row[0]));
    for (const Name& found : inner) {
      if (std::find(names.begin(), names.end(), found) != names.end()) continue;
      names.push_back(found);
      FIRN_TRY(CollectFromViews(found.back(), names, depth + 1));
    }
  }
  return OkStatus();
}

Result<std::vector<Name>> TableViews::TablesReadBy(const std::string& statement) {
  FIRN_ASSIGN(std::vector<Name> names, NamesIn(statement));
  const std::vector<Name> direct = names;
  for (const Name& name : direct) FIRN_TRY(CollectFromViews(name.back(), names, 0));
  return names;
}

Result<std::optional<TableViews::Reference>> TableViews::Resolve(
    const Name& written, const std::map<std::string, TableVersionRequest>& versions) {
  Reference reference;
  Name name = written;
  if (const auto version = versions.find(name.back()); version != versions.end()) {
    reference.version = &version->second;
    name.back() = version->second.table.back();
  }
  if (name.size() == 1 && reference.version == nullptr) {
    FIRN_ASSIGN(const bool own, IsOwnTable(name[0]));
    if (own) return std::optional<Reference>();
  }
  const size_t dollar = name.back().rfind('$');
  if (dollar != std::string::npos && dollar > 0 && ParseMetadataTable(LowerCase(name.back().substr(dollar + 1)))) {
    reference.metadata_table = LowerCase(name.back().substr(dollar + 1));
    name.back().resize(dollar);
  }
  auto table = Find(name);
  if (!table.ok()) {
    const bool unknown = IsNotFound(table.error()) || table.error().kind() == ErrorKind::kInvalidInput;
    if (reference.version != nullptr || !unknown) return table.error();
    // DuckDB may know the name (information_schema, a table of the session); it has the last word.
    if (unknown_table_.empty()) unknown_table_ = table.error().message();
    return std::optional<Reference>();
  }
  reference.table = std::move(table).value();
  return std::optional<Reference>(std::move(reference));
}

Result<TableViews::Version> TableViews::VersionAt(const iceberg::TableMetadata& metadata,
                                                  const std::string& expression) {
  auto rows = database_.Rows("SELECT epoch_ms(CAST((" + expression + ") AS TIMESTAMPTZ))");
  if (!rows.ok()) return rows.error().WithContext("FOR TIMESTAMP AS OF " + expression);
  if (rows->size() != 1 || !(*rows)[0][0]) return InvalidInput("FOR TIMESTAMP AS OF {}: this is no time", expression);
  Version version;
  version.snapshot = metadata.SnapshotAsOf(std::strtoll((*rows)[0][0]->c_str(), nullptr, 10));
  if (version.snapshot == nullptr)
    return NotFound("the table has no snapshot at or before {}; \"…$history\" lists its snapshots", expression);
  version.schema = &metadata.SchemaOf(*version.snapshot);
  return version;
}

Result<TableViews::Version> TableViews::VersionNamed(const iceberg::TableMetadata& metadata,
                                                     const std::string& expression) {
  FIRN_ASSIGN(const auto tokens, TokenizeSql(expression));
  Version version;
  if (tokens.size() == 1 && tokens[0].kind != SqlToken::Kind::kNumber) {
    std::string name = tokens[0].Name();
    if (tokens[0].kind == SqlToken::Kind::kString) {
      FIRN_ASSIGN(const auto rows, database_.Rows("SELECT " + expression));
      name = rows.at(0).at(0).value_or("");
    }
    version.snapshot = metadata.FindRef(name);
    if (version.snapshot == nullptr)
      return NotFound("the table has no branch or tag '{}'; \"…$refs\" lists them", name);
    // A branch goes on under the table's schema; a tag is a state of the past.
    const auto ref = metadata.refs.find(name);
    const bool is_branch = ref == metadata.refs.end() || ref->second.kind == iceberg::SnapshotRef::Kind::kBranch;
    version.schema = is_branch ? &metadata.schema() : &metadata.SchemaOf(*version.snapshot);
    return version;
  }
  auto rows = database_.Rows("SELECT CAST((" + expression + ") AS BIGINT)");
  if (!rows.ok()) return rows.error().WithContext("FOR VERSION AS OF " + expression);
  if (rows->size() != 1 || !(*rows)[0][0])
    return InvalidInput("FOR VERSION AS OF {}: this is no snapshot id", expression);
  version.snapshot = metadata.FindSnapshot(std::strtoll((*rows)[0][0]->c_str(), nullptr, 10));
  if (version.snapshot == nullptr)
    return NotFound("the table has no snapshot {}; \"…$snapshots\" lists them", *(*rows)[0][0]);
  version.schema = &metadata.SchemaOf(*version.snapshot);
  return version;
}

Result<TableViews::Version> TableViews::ChooseVersion(const Reference& reference) {
  const iceberg::TableMetadata& metadata = *reference.table.metadata;
  if (reference.version == nullptr) return Version{metadata.current_snapshot(), &metadata.schema()};
  if (reference.version->kind == TableVersionRequest::Kind::kTimestamp)
    return VersionAt(metadata, reference.version->expression);
  return VersionNamed(metadata, reference.version->expression);
}

/// Tells DuckDB how to reach the object store, before its first file there.
Status TableViews::PrepareS3(const iceberg::TableMetadata& metadata) {
  const std::string location = storage_->Resolve(metadata.DataLocation());
  if (s3_ready_ || !location.starts_with("s3")) return OkStatus();
  std::string endpoint = s3_.endpoint;
  const bool plain = endpoint.starts_with("http://");
  if (const size_t scheme = endpoint.find("://"); scheme != std::string::npos) endpoint = endpoint.substr(scheme + 3);
  while (endpoint.ends_with('/')) endpoint.pop_back();
  std::string sql = "CREATE OR REPLACE SECRET firn_s3 (TYPE s3";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) sql += fmt::format(", {} {}", name, QuoteText(value));
  };
  add("KEY_ID", s3_.access_key);
  add("SECRET", s3_.secret_key);
  add("SESSION_TOKEN", s3_.session_token);
  add("REGION", s3_.region.empty() ? "us-east-1" : s3_.region);
  add("ENDPOINT", endpoint);
  if (s3_.path_style || !endpoint.empty()) sql += ", URL_STYLE 'path'";
  if (plain) sql += ", USE_SSL false";
  Status status = database_.Execute("LOAD httpfs");
  if (status.ok()) status = database_.Execute(sql + ")");
  if (!status.ok()) return status.error().WithContext("cannot set up reading from S3");
  s3_ready_ = true;
  return OkStatus();
}

Status TableViews::DefineOne(const Name& name, const Reference& reference, FilterFinder& filters,
                             StatementReport& report) {
  if (name.size() > 2) {
    Name outer(name.begin(), name.end() - 1);
    return InvalidInput("write the namespace of {} as one quoted name: \"{}\".{}", Dotted(name), Dotted(outer),
                        name.back());
  }
  FIRN_TRY(PrepareS3(*reference.table.metadata));
  FIRN_ASSIGN(const Version version, ChooseVersion(reference));
  const std::string prefix = fmt::format("firn_{}", ++counter_);
  std::string sql;
  if (reference.metadata_table) {
    FIRN_TRY(MakeMetadataTable(
        database_, *storage_,
        {*ParseMetadataTable(*reference.metadata_table), reference.table.metadata, version.snapshot, prefix}));
    tables_.push_back(prefix);
    sql = "SELECT * FROM " + QuoteIdentifier(prefix);
  } else {
    TableRead read{reference.table.metadata, version.snapshot, version.schema, nullptr, prefix};
    read.filter = filters.FilterFor(name.size() == 2 ? name[0] : "", name.back(), OutputColumns(*version.schema));
    FIRN_ASSIGN(TableSelect select, BuildTableSelect(database_, *storage_, read));
    tables_.insert(tables_.end(), select.temporary_tables.begin(), select.temporary_tables.end());
    report.notes.insert(report.notes.end(), select.notes.begin(), select.notes.end());
    report.files_read += select.files_read;
    report.files_total += select.files_total;
    sql = std::move(select.sql);
  }
  if (name.size() == 2) FIRN_TRY(database_.Execute("CREATE SCHEMA IF NOT EXISTS " + QuoteIdentifier(name[0])));
  FIRN_TRY(database_.Execute("CREATE OR REPLACE VIEW " + Qualified(name) + " AS " + sql));
  views_.push_back(Qualified(name));
  return OkStatus();
}

Status TableViews::Define(const RewrittenStatement& statement, const std::vector<Name>& names,
                          StatementReport& report) {
  unknown_table_.clear();
  FilterFinder filters(database_, statement.sql);
  std::set<std::string> defined;
  for (const Name& name : names) {
    if (!defined.insert(LowerCase(Qualified(name))).second) continue;
    FIRN_ASSIGN(const auto reference, Resolve(name, statement.versions));
    if (!reference) continue;
    const Status status = DefineOne(name, *reference, filters, report);
    if (!status.ok()) return status.error().WithContext(iceberg::ToString(reference->table.identifier));
  }
  return OkStatus();
}

Status TableViews::Drop() {
  for (const std::string& view : std::exchange(views_, {})) FIRN_TRY(database_.Execute("DROP VIEW IF EXISTS " + view));
  for (const std::string& table : std::exchange(tables_, {}))
    FIRN_TRY(database_.Execute("DROP TABLE IF EXISTS " + QuoteIdentifier(table)));
  return OkStatus();
}

}  // namespace firn::query
