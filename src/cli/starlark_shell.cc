#include "cli/starlark_shell.h"

#include <editline/readline.h>
#include <fmt/format.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "cli/exit_code.h"
#include "cli/interruptible.h"
#include "cli/starlark_input.h"

namespace firn::cli {
namespace {

constexpr int kHistoryLines = 1'000;

std::string HistoryFile() {
  const char* home = std::getenv("HOME");
  return home == nullptr ? "" : std::string(home) + "/.firn_starlark_history";
}

/// A line without its end; none at the end of input.
std::optional<std::string> ReadLine(const char* prompt) {
  const LetInterruptsThrough let_through;
  char* line = readline(prompt);
  if (line == nullptr) return std::nullopt;
  std::string text = line;
  std::free(line);
  if (!text.empty()) add_history(text.c_str());
  return text;
}

}  // namespace

int RunStarlarkShell(StarlarkSession& session) {
  using_history();
  stifle_history(kHistoryLines);
  const std::string history = HistoryFile();
  if (!history.empty()) read_history(history.c_str());
  fmt::print("firn starlark: a block ends with an empty line, Ctrl-D leaves\n");
  StarlarkInput input(StarlarkSession::kDialect);
  while (const auto line = ReadLine(input.is_empty() ? ">>> " : "... ")) {
    if (!input.Add(*line)) continue;
    const Interruptible interruptible([&session] { session.thread().Cancel(); });
    session.RunInput(input.Take());
    session.thread().ClearCancel();
  }
  fmt::print("\n");
  if (!history.empty()) write_history(history.c_str());
  return kDone;
}

}  // namespace firn::cli
