#include "cli/starlark_shell.h"

#include <fmt/format.h>

#include "cli/exit_code.h"
#include "cli/interruptible.h"
#include "cli/line_editor.h"
#include "cli/starlark_input.h"

namespace firn::cli {

int RunStarlarkShell(StarlarkSession& session) {
  LineEditor editor(".firn_starlark_history");
  fmt::print("firn starlark: a block ends with an empty line, Ctrl-D leaves\n");
  StarlarkInput input(StarlarkSession::kDialect);
  while (const auto line = editor.ReadLine(input.is_empty() ? ">>> " : "... ")) {
    if (!line->empty()) editor.Remember(*line);
    if (!input.Add(*line)) continue;
    const Interruptible interruptible([&session] { session.thread().Cancel(); });
    session.RunInput(input.Take());
    session.thread().ClearCancel();
  }
  fmt::print("\n");
  return kDone;
}

}  // namespace firn::cli
