#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weather.h"

namespace firn::faults {

struct SimulationResult {
  std::vector<std::string> problems;  ///< empty = exact
  std::vector<std::string> trace;     ///< one line a step
  size_t rows = 0;
  size_t restarts = 0;
  size_t commits = 0;  ///< snapshots in the tables at the end
  std::vector<std::string> orphans;
  Weather weather;
};

/// Clients, crashes, faults and foreign writers over the real journal, intake, runner, lake, table format and SQLite
/// catalog, on a disk in memory. Everything follows from the seed: the same seed is the same run.
///
/// Clients send bodies of rows, one at a time or several at once, until they are answered with yes; a query's windows
/// are asked for from where the program says that it stands; state folders are copied and the copies live too; a second
/// output takes the same rows, or joins later; whatever else happens, at the end each row is in its table once (in
/// those of each output), and all that table_check.h looks at holds.
SimulationResult Simulate(uint64_t seed);

}  // namespace firn::faults
