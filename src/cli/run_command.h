#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace firn::cli {

/// `firn run`.
struct RunCommandOptions {
  std::vector<std::string> configs;
  std::vector<std::string> config_directories;
  bool once = false;   ///< every polling input once, then flush and end
  bool test = false;   ///< print what would be written
  bool check = false;  ///< validate everything, start nothing
  bool strict_environment = true;
  bool debug = false;
  bool quiet = false;
};

/// Runs until SIGTERM or SIGINT, then takes no more, flushes, commits and returns 0. 1 = configuration, 2 = failed at
/// run time, 4 = a newer process has taken over. Call before any other thread exists: it blocks the signals for all of
/// them.
int RunRun(const RunCommandOptions& options, std::ostream& out, std::ostream& err);

}  // namespace firn::cli
