#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "ledger.h"
#include "process.h"
#include "world.h"

namespace firn::faults {

/// What a seed decides before the first step: which kinds of trouble this run has.
struct Weather {
  bool crashes = false;         ///< kill and power loss, also in the middle of any disk call
  bool disk_faults = false;     ///< single calls that fail; a full disk
  bool catalog_faults = false;  ///< refused, lost, late, doubled
  bool storage_faults = false;
  bool foreign_writers = false;
  bool foreign_drops = false;
  bool clock_jumps = false;
  bool little_memory = false;
  bool pulls = false;  ///< windows of a query come in beside the bodies
  int steps = 0;
};

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
/// Clients send bodies of rows, again and again, byte for byte, until they are answered with yes; a query's windows are
/// asked for from where the program says that it stands; whatever else happens, at the end each row is in its table
/// once, and all that table_check.h looks at holds.
SimulationResult Simulate(uint64_t seed);

}  // namespace firn::faults
