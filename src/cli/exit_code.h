#pragma once

#include "base/result.h"

namespace firn::cli {

/// What a command tells its caller. Part of the interface: scripts and supervisors rely on it.
enum ExitCode : int {
  kDone = 0,
  kUsage = 1,         ///< config or usage: trying again is no use
  kFailed = 2,        ///< failed at run time
  kSomeRejected = 3,  ///< done, but some rows were rejected; only with --strict
  kSuperseded = 4,    ///< a newer process has taken over: not to be started again by a supervisor
};

/// Prints `firn: …` on standard error and gives the code that fits.
int Report(const Error& error);
/// kDone, or as above.
int Report(const Status& status);

}  // namespace firn::cli
