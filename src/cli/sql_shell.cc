#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "cli/line_editor.h"
#include "cli/sql_runner.h"
#include "query/sql_tokenizer.h"

namespace firn::cli {
namespace {

void PrintHelp() {
  fmt::print(
      "Statements end with ';' and may span lines.\n"
      "  .tables      the tables of the catalog\n"
      "  .schemas     its namespaces\n"
      "  .help        this text\n"
      "  \\q, .quit    leave\n"
      "Try  DESCRIBE ns.table;   SELECT * FROM ns.\"table$snapshots\";\n");
}

/// What has been typed of a statement that is not finished.
class Shell {
 public:
  Shell(SqlRunner& runner, LineEditor& editor) : runner_(runner), editor_(editor) {}

  bool is_inside_statement() const { return !pending_.empty(); }

  /// False when the user wants to leave.
  bool Take(const std::string& line) {
    if (pending_.empty() && (line == "\\q" || line == ".quit" || line == ".exit" || line == "exit" || line == "quit"))
      return false;
    if (pending_.empty() && !line.empty() && line[0] == '.') {
      Command(line);
      return true;
    }
    pending_ += line + "\n";
    std::string rest;
    auto statements = query::SplitStatements(pending_, &rest);
    if (!statements.ok()) return true;  // a string or comment that goes on in the next line
    pending_ = rest.find_first_not_of(" \t\n") == std::string::npos ? "" : rest;
    for (const std::string& statement : *statements) {
      Show(runner_.Run(statement));
      editor_.Remember(statement + ";");
    }
    return true;
  }

 private:
  static void Show(const Status& status) {
    if (!status.ok()) Report(status);
  }

  void Command(const std::string& line) {
    if (line == ".tables") {
      Show(runner_.Run("SHOW TABLES"));
    } else if (line == ".schemas") {
      Show(runner_.Run("SHOW SCHEMAS"));
    } else if (line == ".help") {
      PrintHelp();
    } else {
      fmt::print(stderr, "firn: unknown command {}; .help lists what there is\n", line);
    }
  }

  SqlRunner& runner_;
  LineEditor& editor_;
  std::string pending_;
};

}  // namespace

int RunShell(SqlRunner& runner) {
  LineEditor editor(".firn_history");
  if (runner.shows_boxes()) fmt::print("firn sql: statements end with ';', .help helps, \\q leaves\n");
  Shell shell(runner, editor);
  while (const auto line = editor.ReadLine(shell.is_inside_statement() ? " ...> " : "firn> ")) {
    if (!shell.Take(*line)) break;
  }
  return kDone;
}

}  // namespace firn::cli
