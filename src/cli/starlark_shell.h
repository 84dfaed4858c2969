#pragma once

#include "cli/starlark_session.h"

namespace firn::cli {

/// Reads statements from a person, with history and line editing, until Ctrl-D. Ctrl-C stops a program that runs. Wants
/// BlockInterrupts before. Gives the exit code.
int RunStarlarkShell(StarlarkSession& session);

}  // namespace firn::cli
