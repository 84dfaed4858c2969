#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "cli/sql_command.h"
#include "query/session.h"

namespace firn::cli {

/// The session of a `firn sql` call, and where its answers go. One thread.
class SqlRunner {
 public:
  static Result<std::unique_ptr<SqlRunner>> Make(const SqlOptions& options);
  ~SqlRunner();

  /// One statement: rows to the output, notes to standard error. Ctrl-C ends the statement with kCancelled.
  Status Run(const std::string& statement);
  /// All statements of a script.
  Status RunScript(const std::string& script);

  bool shows_boxes() const { return options_.format == "box"; }

 private:
  explicit SqlRunner(SqlOptions options) : options_(std::move(options)) {}
  Result<query::StatementReport> Execute(const std::string& statement);

  SqlOptions options_;
  OpenedWarehouse opened_;
  std::unique_ptr<query::Session> session_;
  std::FILE* out_ = stdout;
};

/// Reads statements from the terminal until `\q` or end of input. Lines are edited and kept in `~/.firn_history`.
int RunShell(SqlRunner& runner);

}  // namespace firn::cli
