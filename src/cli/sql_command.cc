#include "cli/sql_command.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "cli/exit_code.h"
#include "cli/interruptible.h"
#include "cli/sql_runner.h"

namespace firn::cli {
namespace {

Result<std::string> ReadAll(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot read {}", path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace

int RunSql(const SqlOptions& options) {
  BlockInterrupts();
  auto runner = SqlRunner::Make(options);
  if (!runner.ok()) return Report(runner.error());
  if (!options.statement.empty()) return Report((*runner)->RunScript(options.statement));
  if (options.script.empty() && isatty(STDIN_FILENO) != 0) return RunShell(**runner);
  const auto script = ReadAll(options.script.empty() ? "-" : options.script);
  if (!script.ok()) return Report(script.error());
  return Report((*runner)->RunScript(*script));
}

}  // namespace firn::cli
