#include <editline/readline.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "cli/exit_code.h"
#include "cli/interruptible.h"
#include "cli/sql_runner.h"
#include "query/sql_tokenizer.h"

namespace firn::cli {
namespace {

constexpr int kHistoryLines = 1'000;

std::string HistoryFile() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.firn_history";
}

/// A line without its end; none at the end of input.
std::optional<std::string> ReadLine(const char* prompt) {
  const LetInterruptsThrough let_through;
  char* line = readline(prompt);
  if (line == nullptr) return std::nullopt;
  std::string text = line;
  std::free(line);
  return text;
}

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
  explicit Shell(SqlRunner& runner) : runner_(runner) {}

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
      add_history((statement + ";").c_str());
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
  std::string pending_;
};

}  // namespace

int RunShell(SqlRunner& runner) {
  using_history();
  stifle_history(kHistoryLines);
  const std::string history = HistoryFile();
  if (!history.empty()) read_history(history.c_str());
  if (runner.shows_boxes()) fmt::print("firn sql: statements end with ';', .help helps, \\q leaves\n");
  Shell shell(runner);
  while (const auto line = ReadLine(shell.is_inside_statement() ? " ...> " : "firn> ")) {
    if (!shell.Take(*line)) break;
  }
  if (!history.empty()) write_history(history.c_str());
  return kDone;
}

}  // namespace firn::cli
