#pragma once

#include <string>

#include "choices.h"

namespace firn::testing {

/// Writes a Starlark program that parses, names nothing that does not exist, and ends; most of what it does succeeds,
/// some of it fails. It prints what it does, so that two interpreters can be compared by what they print.
///
/// Wants the options set, toplevelcontrol, globalreassign and recursion, and a function of the host `attempt(f)` that
/// calls `f` and returns its result, or the message of its error as ("error", message). It may use much memory and many
/// steps: run it with limits.
std::string WriteStarlarkProgram(Choices choices);

}  // namespace firn::testing
