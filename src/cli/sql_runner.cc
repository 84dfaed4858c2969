#include "cli/sql_runner.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "cli/file_sink.h"
#include "cli/interruptible.h"
#include "cli/program_files.h"
#include "cli/result_writer.h"
#include "iceberg/catalog/metadata_file.h"
#include "query/sql_tokenizer.h"

namespace firn::cli {
namespace {

size_t TerminalWidth(std::FILE* file) {
  winsize size{};
  if (isatty(fileno(file)) == 0 || ioctl(fileno(file), TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

/// A size as DuckDB takes it ("2GB", "512MiB"), in bytes: its own parser decides when the session opens, this only
/// splits.
Result<uint64_t> ParseMemory(const std::string& text) {
  if (text.empty()) return uint64_t{0};
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const std::string unit = end;
  double factor = 0;
  if (unit.empty() || unit == "B") factor = 1;
  if (unit == "KB" || unit == "KiB") factor = 1 << 10;
  if (unit == "MB" || unit == "MiB") factor = 1 << 20;
  if (unit == "GB" || unit == "GiB") factor = 1 << 30;
  if (factor == 0 || !(number > 0) || number * factor > 1e15)
    return InvalidConfig("--memory-limit needs a size such as 2GB, not '{}'", text);
  return static_cast<uint64_t>(number * factor);
}

Status CheckFormat(const SqlOptions& options) {
  if (options.format == "parquet" && options.output.empty())
    return InvalidConfig("--format parquet needs a file: -o FILE");
  return OkStatus();
}

}  // namespace

SqlRunner::~SqlRunner() {
  session_.reset();
  if (out_ != stdout) std::fclose(out_);
}

Result<std::unique_ptr<SqlRunner>> SqlRunner::Make(const SqlOptions& options) {
  FIRN_TRY(CheckFormat(options));
  std::unique_ptr<SqlRunner> runner(new SqlRunner(options));
  query::SessionOptions session;
  session.database.extension_directory = ExtensionDirectory();
  session.database.threads = options.threads;
  FIRN_ASSIGN(session.database.memory_limit_bytes, ParseMemory(options.memory_limit));
  session.default_namespace = options.default_namespace;

  std::shared_ptr<storage::Storage> storage;
  FIRN_ASSIGN(const auto output, ToOutputOptions(options.warehouse));
  session.s3.endpoint = output.s3_endpoint;
  session.s3.region = output.s3_region;
  session.s3.access_key = output.s3_access_key.Reveal();
  session.s3.secret_key = output.s3_secret_key.Reveal();
  session.s3.session_token = output.s3_session_token.Reveal();
  session.s3.path_style = output.s3_path_style;
  if (options.metadata_files.empty() || options.warehouse.names_a_warehouse()) {
    FIRN_ASSIGN(runner->opened_, Open(options.warehouse, outputs::iceberg::Access::kReadOnly));
    storage = runner->opened_.warehouse.storage;
  } else {
    FIRN_ASSIGN(storage, storage::OpenStorage({session.s3, output.path_map, nullptr}));
  }
  FIRN_ASSIGN(runner->session_, query::Session::Make(session, storage, runner->opened_.warehouse.catalog));
  for (const std::string& file : options.metadata_files) {
    FIRN_ASSIGN(const std::string location, storage::NormalizeWarehouse(file));
    FIRN_ASSIGN(const auto table, iceberg::LoadTableFromMetadata(*storage, location));
    runner->session_->AddTable(table);
  }
  if (!options.output.empty() && options.format != "parquet") {
    runner->out_ = std::fopen(options.output.c_str(), "wb");
    if (runner->out_ == nullptr) {
      runner->out_ = stdout;
      return Unavailable("cannot write {}: {}", options.output, std::strerror(errno));
    }
  }
  return runner;
}

Result<query::StatementReport> SqlRunner::Execute(const std::string& statement) {
  const Interruptible interruptible([this] { session_->Interrupt(); });
  if (options_.format == "parquet") return session_->WriteParquet(statement, options_.output);
  FileSink sink(out_);
  std::unique_ptr<query::ResultSink> writer;
  if (options_.format == "csv") {
    writer = MakeCsvWriter(sink);
  } else if (options_.format == "json") {
    writer = MakeJsonWriter(sink);
  } else {
    writer = MakeBoxWriter(sink, {TerminalWidth(out_), options_.max_rows});
  }
  return session_->Run(statement, *writer);
}

Status SqlRunner::Run(const std::string& statement) {
  FIRN_ASSIGN(const query::StatementReport report, Execute(statement));
  if (std::fflush(out_) != 0) return Unavailable("cannot write: {}", std::strerror(errno));
  for (const std::string& note : report.notes) fmt::print(stderr, "note: {}\n", note);
  if (options_.verbose) fmt::print(stderr, "files read: {} of {}\n", report.files_read, report.files_total);
  return OkStatus();
}

Status SqlRunner::RunScript(const std::string& script) {
  FIRN_ASSIGN(const auto statements, query::SplitStatements(script));
  for (const std::string& statement : statements) FIRN_TRY(Run(statement));
  return OkStatus();
}

}  // namespace firn::cli
